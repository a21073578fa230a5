import type { ConformanceReport } from './report.ts';
import { nonconformingReport, withRequirement } from './report-builder.ts';
import { requirementIn } from './requirement-in.ts';

/** For tests: a nonconforming report in which, of the two deviations of `issue.missing-parameter`, the second is accepted. */
export function partlyAcceptedReport(): ConformanceReport {
  const report = nonconformingReport();
  const acceptance = { reason: 'Mended soon.', category: 'target-bug', owner: 'auth', expires: '2026-03-01' };
  const { deviations } = requirementIn(report, 'issue.missing-parameter');
  return withRequirement(report, 'issue.missing-parameter', {
    deviations: deviations.map((deviation, at) => (at === 1 ? { ...deviation, acceptance } : deviation)),
  });
}
