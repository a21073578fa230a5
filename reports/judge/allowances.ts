import { baselineFrom, knownDeviationsFrom } from '../../fixtures/settings/files.ts';
import { today } from '../../schemas/document/day.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { allScenarios } from '../../specs/scenarios/index.ts';
import { KnownDeviations } from './known-deviations.ts';
import { loadKnownDeviations } from './known-deviations-file.ts';
import { readReport } from './read.ts';

/** What a run may have and is not failed for: accepted deviations, and those that an earlier report had. */
export interface Allowances {
  known: KnownDeviations;
  baseline: ConformanceReport | undefined;
}

/**
 * The allowances that the environment names, for a run that begins now. Throws a UserError, one sentence, when
 * the file of known deviations or the baseline cannot be used.
 */
export function allowancesFrom(env: Record<string, string | undefined>, contract: Contract): Allowances {
  const known = knownDeviationsFrom(env);
  const baseline = baselineFrom(env);
  return {
    known: known === undefined ? new KnownDeviations() : loadKnownDeviations(known, applicable(contract)),
    baseline: baseline === undefined ? undefined : usableBaseline(baseline, contract),
  };
}

function applicable(contract: Contract) {
  return {
    contract,
    scenarios: allScenarios(contract),
    today: today(),
  };
}

/** A baseline that knows little forgives much: one that lacks what passed would let its loss go unseen. */
function usableBaseline(file: string, contract: Contract): ConformanceReport {
  const report = readReport(file);
  const problem = report.partial
    ? 'is of a run of only a part of the scenarios'
    : !report.requirements.some(({ outcome }) => outcome === 'passed')
      ? 'is of a run that established nothing'
      : report.verdict === 'inconclusive'
        ? 'is of a run without a verdict'
        : report.contract.sha256 !== contract.sha256
          ? `is of another contract (${report.contract.title} ${report.contract.version}, SHA-256 ${report.contract.sha256.slice(0, 12)}…)`
          : undefined;
  if (problem === undefined) return report;
  throw new UserError(
    `The baseline ${file} ${problem}; name the conformance.json of a whole run with a verdict on this contract.`,
  );
}
