import type { Scenario, Scenarios } from '../../fixtures/scenario/scenario.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import { endOfRun } from './end-of-run.ts';
import { expiry } from './expiry.ts';
import { invalidRequests } from './invalid-requests.ts';
import { repetition } from './repetition.ts';
import { success } from './success.ts';
import { tokenLife } from './token-life.ts';
import { values } from './values.ts';
import { wrongCredentials } from './wrong-credentials.ts';

/** By the spec file in which Playwright gets them, in the order in which it runs these. */
export const specFiles: Record<string, Scenarios> = {
  'expiry.spec.ts': expiry,
  'fuzz.spec.ts': generatedBodies,
  'invalid-requests.spec.ts': invalidRequests,
  'repetition.spec.ts': repetition,
  'success.spec.ts': success,
  'token-life.spec.ts': tokenLife,
  'values.spec.ts': values,
  'wrong-credentials.spec.ts': wrongCredentials,
  'z-end-of-run.spec.ts': endOfRun,
};

/** Every scenario of a run under a contract, in the order of the spec files, whichever of them a run selects. */
export function allScenarios(contract: Contract): Scenario[] {
  return Object.values(specFiles).flatMap((scenarios) => scenarios(contract));
}

/**
 * The scenarios of `npm run conformance -- --fuzz`; none without it, since they ask for hundreds of requests more.
 * What they stand on is loaded only then: fast-check alone takes a tenth of a second in each process.
 */
export function generatedBodies(contract: Contract): Scenario[] {
  if (process.env.NOMBA_FUZZ !== '1') return [];
  const { fuzz } = require('./fuzz.ts') as typeof import('./fuzz.ts');
  return fuzz(contract);
}
