/**
 * `npm run conformance -- --fuzz`: not part of every run, since it asks for hundreds of requests more. What it
 * stands on is loaded only then: fast-check alone takes a tenth of a second in each process.
 */
if (process.env.NOMBA_FUZZ === '1') {
  const { declareFuzzScenarios } = require('./fuzz-scenarios.ts') as typeof import('./fuzz-scenarios.ts');
  declareFuzzScenarios();
}
