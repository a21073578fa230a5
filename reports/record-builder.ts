/** Records of scenarios as runs leave them, built without a run: what the tests of judging start from. */

import type { CheckRecord, ScenarioRecord } from '../fixtures/record.ts';

/** A check that deviated; what is not given is a success where 400 was expected. */
export function failedCheck(requirement: string, changes: Partial<CheckRecord> = {}): CheckRecord {
  return { requirement, outcome: 'failed', expected: '400', actual: '200 OK', ...changes };
}

/** A record of a scenario with these checks, which establishes what they are for. */
export function recordOf(
  scenario: string,
  checks: CheckRecord[],
  changes: Partial<ScenarioRecord> = {},
): ScenarioRecord {
  return {
    run: {
      contract: { title: '', version: '', path: '', sha256: '' },
      overlay: null,
      target: { name: 'mock', baseUrl: 'http://127.0.0.1' },
    },
    scenario,
    establishes: [...new Set(checks.map(({ requirement }) => requirement))],
    checks,
    exchanges: [],
    requests: 1,
    latency: [],
    observations: { statuses: {}, properties: {}, violations: {}, drift: [] },
    tokens: { issued: 0, revoked: 0, left: 0 },
    ...changes,
  };
}
