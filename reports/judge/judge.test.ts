import { expect, test } from '@playwright/test';
import { failedCheck, recordOf } from '../../fixtures/lab/reports/record-builder.ts';
import { conformingReport, deviationOf, withRequirement } from '../../fixtures/lab/reports/report-builder.ts';
import { Contract } from '../../schemas/openapi/contract.ts';
import type { CheckRecord, ScenarioRecord } from '../../schemas/report/record.ts';
import type { ConformanceReport, RequirementResult } from '../../schemas/report/report.ts';
import { validateReport } from '../../schemas/report/validate.ts';
import { judge, type RunFacts } from './judge.ts';
import { KnownDeviations } from './known-deviations.ts';

const contract = Contract.load();
const scenarios = [
  { title: 'issue succeeds', establishes: ['issue.success'] },
  { title: 'issue refuses', establishes: ['issue.enum'] },
];
const succeeds = recordOf('issue succeeds', [{ requirement: 'issue.success', outcome: 'passed' }]);

/** A run of both scenarios; the second has the given checks of `issue.enum`. */
function judged(checks: CheckRecord[], changes: Partial<RunFacts> = {}): ConformanceReport {
  return validateReport(
    judge({
      records: [succeeds, recordOf('issue refuses', checks)],
      contract,
      scenarios,
      errors: [],
      partial: false,
      rules: 'conformance',
      suite: { version: '1.0.0', commit: 'unknown' },
      target: { name: 'mock', baseUrl: 'http://127.0.0.1' },
      overlay: null,
      startedAt: new Date('2026-03-01T10:00:00Z'),
      durationMs: 1000,
      ...changes,
    }),
  );
}

/** The report of 15 January, in which everything passed but `issue.enum` where changes say so. */
function baselineOf(changes: Partial<RequirementResult> = {}): { baseline: ConformanceReport } {
  return { baseline: withRequirement(conformingReport(), 'issue.enum', changes) };
}

const failing = [failedCheck('issue.enum')];
const failed = { outcome: 'failed' as const, deviations: [deviationOf()] };

test.describe('with a baseline', () => {
  test('a requirement that failed already turns nothing, and the sentence counts it', () => {
    const { verdict, exitCode, sentence } = judged(failing, baselineOf(failed));
    expect([verdict, exitCode]).toEqual(['conforming', 0]);
    expect(sentence).toContain('No regression since the baseline of 2026-01-15 on the mock: ');
    expect(sentence).toContain('1 must requirement failed already in the baseline');
  });

  test('a requirement that passed and fails is a regression, and the sentence says so', () => {
    const { verdict, exitCode, sentence } = judged(failing, baselineOf());
    expect([verdict, exitCode]).toEqual(['nonconforming', 1]);
    expect(sentence).toMatch(
      /^Nonconforming: on the mock, issue does not refuse a value outside an enum.* New since/,
    );
  });

  test('a failure that was accepted then and is not now is a regression', () => {
    const acceptance = { reason: 'Once.', category: 'target-bug', owner: 'gateway', expires: '2026-02-01' };
    const { exitCode } = judged(failing, baselineOf({ ...failed, outcome: 'known', acceptance }));
    expect(exitCode).toBe(1);
  });

  test('a requirement that it does not have can be a regression', () => {
    const { baseline } = baselineOf();
    const requirements = baseline.requirements.filter(({ id }) => id !== 'issue.enum');
    expect(judged(failing, { baseline: { ...baseline, requirements } }).exitCode).toBe(1);
  });

  test('entries of the known deviations to mend are told, and turn nothing', () => {
    const known = new KnownDeviations([
      {
        at: 'known.yaml:2',
        requirement: 'issue.enum',
        reason: 'Once.',
        category: 'target-bug',
        owner: 'gateway',
        expires: '2026-04-01',
      },
    ]);
    const passing = [{ requirement: 'issue.enum', outcome: 'passed' as const }];
    expect(judged(passing, { known }).exitCode).toBe(1);
    const { exitCode, sentence, knownDeviationProblems } = judged(passing, { known, ...baselineOf() });
    expect([exitCode, knownDeviationProblems.length]).toEqual([0, 1]);
    expect(sentence).toContain('1 entry of the known deviations to mend');
  });

  test('the gate needs what passed then, and nothing else', () => {
    const open = [{ requirement: 'issue.enum', outcome: 'inconclusive' as const, reason: 'No control.' }];
    const { baseline } = baselineOf();
    const passed = ['issue.success', 'issue.enum'];
    const requirements = baseline.requirements.map((row) =>
      passed.includes(row.id) ? row : { ...row, outcome: 'not-tested' as const },
    );
    const gate = { rules: 'gate', baseline: { ...baseline, requirements } } as const;
    const { exitCode, sentence } = judged(open, gate);
    expect(exitCode).toBe(3);
    expect(sentence).toContain(
      'the gate needs what passed in the baseline of 2026-01-15 on the mock established, and issue.enum is not (No control.)',
    );
    expect(judged([{ requirement: 'issue.enum', outcome: 'passed' }], gate).exitCode).toBe(0);
  });
});

test('a should that failed is reported and turns nothing', () => {
  const { verdict, exitCode, requirements } = judged([
    { requirement: 'issue.enum', outcome: 'passed' },
    failedCheck('http.no-store'),
  ]);
  expect([verdict, exitCode]).toEqual(['conforming', 0]);
  expect(requirements.find(({ id }) => id === 'http.no-store')?.outcome).toBe('failed');
});

test('one check that failed is a failure, whatever number passed, and is counted once for each time', () => {
  const passed = { requirement: 'issue.enum', outcome: 'passed' as const };
  const { requirements, exitCode } = judged([passed, passed, passed, ...failing, ...failing]);
  const row = requirements.find(({ id }) => id === 'issue.enum');
  expect([exitCode, row?.outcome, row?.checks]).toEqual([
    1,
    'failed',
    { passed: 3, failed: 2, inconclusive: 0 },
  ]);
  expect(row?.deviations.map(({ occurrences }) => occurrences)).toEqual([2]);
});

test('an error of a run leaves it without a verdict, unless a breach was seen', () => {
  const errors = [{ kind: 'suite' as const, message: 'The page could not be made.' }];
  const { verdict, exitCode, sentence } = judged([{ requirement: 'issue.enum', outcome: 'passed' }], {
    errors,
  });
  expect([verdict, exitCode]).toEqual(['inconclusive', 3]);
  expect(sentence).toContain('The page could not be made');
  expect(judged(failing, { errors }).exitCode).toBe(1);
});

test('what was not configured is not judged', () => {
  const errors = [{ kind: 'configuration' as const, message: 'NOMBA_CLIENT_ID is missing.' }];
  const { verdict, exitCode, sentence } = judged(failing, { errors });
  expect([verdict, exitCode, sentence]).toEqual(['inconclusive', 2, 'NOMBA_CLIENT_ID is missing.']);
});

test('the tokens of all scenarios are told, and when the last of them ends', () => {
  const tokens = { issued: 5, revoked: 2, left: 3, refreshLeft: 4 };
  const ends = ['2026-03-01T11:00:00.000Z', '2026-03-01T12:00:00.000Z'] as const;
  const records = ends.map((leftUntil) => recordOf('issue succeeds', succeeds.checks, { tokens, leftUntil }));
  expect(judged([], { records }).tokens).toEqual({
    issued: 10,
    revoked: 4,
    left: 6,
    leftUntil: ends[1],
    refreshLeft: 8,
  });
});

test('a run that was interrupted has no verdict, whatever passed before', () => {
  const { verdict, exitCode, sentence } = judged([{ requirement: 'issue.enum', outcome: 'passed' }], {
    interrupted: 'the run was interrupted',
  });
  expect([verdict, exitCode]).toEqual(['inconclusive', 3]);
  expect(sentence).toContain('the run was interrupted');
});

test('a requirement that an entry says cannot be tested does not hold up the gate', () => {
  const untested = conformingReport()
    .requirements.map(({ id }) => id)
    .filter((id) => id !== 'issue.success');
  const entries = untested.map((requirement) => ({
    at: 'known.yaml:2',
    requirement,
    reason: 'The target cannot.',
    owner: 'gateway',
    expires: '2026-04-01',
  }));
  const known = new KnownDeviations([], entries);
  expect(judged([], { rules: 'gate' }).exitCode).toBe(3);
  expect(judged([], { rules: 'gate', known })).toMatchObject({ exitCode: 0, knownDeviationProblems: [] });
});

test('beyond fifty deviations the first of each scenario is kept, so that one entry cannot hide another', () => {
  const many = Array.from({ length: 60 }, (_, at) => failedCheck('issue.enum', { actual: `2${at}` }));
  const report = judged(many, {
    records: [
      recordOf('issue refuses', many),
      recordOf('issue succeeds', [failedCheck('issue.enum', { actual: '500' })]),
    ],
    known: new KnownDeviations([
      {
        at: 'known.yaml:2',
        requirement: 'issue.enum',
        scenario: 'issue refuses',
        reason: 'Once.',
        category: 'target-bug',
        owner: 'gateway',
        expires: '2026-04-01',
      },
    ]),
  });
  const result = report.requirements.find(({ id }) => id === 'issue.enum');
  expect([result?.outcome, result?.reason]).toEqual(['failed', 'expected 400, got 500']);
  expect(result?.deviations).toHaveLength(51);
});

test('what runs a scenario again names its target, escapes its title, and says what it takes', () => {
  const record = recordOf("issue (as 'meant') succeeds", [failedCheck('issue.enum')]);
  const rerunOf = (run: Partial<ScenarioRecord['run']>) => {
    const { requirements } = judged([], { records: [{ ...record, run: { ...record.run, ...run } }] });
    const [first] = requirements.find(({ id }) => id === 'issue.enum')?.deviations ?? [];
    return [first?.rerun.replace(/ NOMBA_REPORTS_DIR.*conformance/, ''), first?.needs];
  };
  const title = "-g 'issue \\(as '\\''meant'\\''\\) succeeds'";
  const at = { name: 'custom', baseUrl: 'https://host/auth' };
  expect(rerunOf({})).toEqual([`NOMBA_TARGET=mock ${title}`, undefined]);
  expect(rerunOf({ target: at, needs: ['NOMBA_CLIENT_ID'] })).toEqual([
    `NOMBA_BASE_URL='https://host/auth' ${title}`,
    ['NOMBA_CLIENT_ID'],
  ]);
  expect(rerunOf({ target: at, needs: ['NOMBA_BASE_URL'] })[0]).toBe(
    `NOMBA_REPORTS_DIR=reports/rerun npx playwright test --project=conformance ${title}`,
  );
});

test('what did not run says whether it was not selected, or not reached', () => {
  const reasonIn = (changes: Partial<RunFacts>) =>
    judged([], { records: [succeeds], ...changes }).requirements.find(({ id }) => id === 'issue.enum')
      ?.reason;
  expect(reasonIn({ partial: true })).toBe('not selected in this run');
  expect(reasonIn({})).toBe('the run did not get that far');
  expect(reasonIn({ interrupted: 'the run was interrupted' })).toBe('the run ended before');
});

test('the sentence on a breach tells what leads, where the contract says otherwise, and how much more there is', () => {
  const checks = ['revoke.envelope', 'issue.enum'];
  const { sentence } = judged(checks.map((id) => failedCheck(id, { actual: `${'x'.repeat(1000)} ${id}` })));
  expect(sentence).toBe(
    'Nonconforming: on the mock, issue does not refuse a value outside an enum as documented (contract, line 53). It breaks the contract in 1 more way: revoke leaves out of an answer what the contract describes. Do not release before these are mended or accepted as known.',
  );
});

test('what holds for every exchange is hollow where only refusals were held to it', () => {
  const check = { requirement: 'refresh.response-schema', outcome: 'passed' } as const;
  const seen = (...statuses: string[]) => {
    const record = recordOf('issue refuses', [check]);
    for (const status of statuses) record.observations.statuses[status] = 1;
    const { requirements } = judged([], { records: [succeeds, record] });
    const { outcome, reason } = requirements.find(({ id }) => id === check.requirement) ?? {};
    return { outcome, reason };
  };
  expect(seen('refresh 200', 'refresh 401')).toMatchObject({ outcome: 'passed' });
  expect(seen('issue 200', 'refresh 401', 'refresh 400')).toEqual({
    outcome: 'inconclusive',
    reason: 'hollow: every answer that it was held to was a refusal (400, 401), and none a success',
  });
});
