import { expect, test } from '@playwright/test';
import { recordOf } from '../../fixtures/lab/reports/record-builder.ts';
import { conformingReport, deviationOf, withRequirement } from '../../fixtures/lab/reports/report-builder.ts';
import type { CheckRecord, ScenarioRecord } from '../../schemas/report/record.ts';
import type { RequirementResult } from '../../schemas/report/report.ts';
import { type AcceptanceFacts, KnownDeviations, type KnownEntry } from './known-deviations.ts';

const today = '2026-03-01';
const scenarios = [
  { title: 'issue refuses', establishes: ['issue.enum', 'issue.missing-parameter'] },
  { title: 'issue succeeds', establishes: ['issue.success'] },
];

function entryOf(changes: Partial<KnownEntry> = {}): KnownEntry {
  return {
    at: 'known.yaml:2',
    requirement: 'issue.enum',
    reason: 'The gateway does not look.',
    category: 'target-bug',
    owner: 'payments-platform',
    expires: '2026-03-31',
    ...changes,
  };
}

/** A record of a scenario with one check of a requirement. */
function recordWith(
  scenario: string,
  requirement: string,
  outcome: CheckRecord['outcome'],
  changes: Partial<ScenarioRecord> = {},
): ScenarioRecord {
  return recordOf(scenario, [{ requirement, outcome }], changes);
}

/** Every scenario ran to its end. */
const complete: AcceptanceFacts = {
  records: [
    recordWith('issue refuses', 'issue.enum', 'passed'),
    recordWith('issue succeeds', 'issue.success', 'passed'),
  ],
  scenarios,
  complete: true,
  today,
};

function resultsWith(id: string, changes: Partial<RequirementResult>): RequirementResult[] {
  return withRequirement(conformingReport(), id, changes).requirements;
}

/** Results in which `issue.enum` fails in these scenarios, each with a deviation of its own. */
function failingIn(...titles: string[]): RequirementResult[] {
  const deviations = titles.map((scenario) => deviationOf({ scenario, actual: `200 in ${scenario}` }));
  return resultsWith('issue.enum', { outcome: 'failed', deviations });
}

function resultOf(requirements: RequirementResult[], id = 'issue.enum'): RequirementResult {
  const result = requirements.find((requirement) => requirement.id === id);
  if (!result) throw new Error(`There is no ${id}.`);
  return result;
}

test('a failure with an entry is known, with the reason that the target gave', () => {
  const known = new KnownDeviations([entryOf({ link: 'https://tracker.example/1' })]);
  const { requirements, problems, suggestedEntries } = known.apply(failingIn('issue refuses'), complete);
  expect(resultOf(requirements)).toMatchObject({
    outcome: 'known',
    reason: 'expected 400, got 200 in issue refuses',
    acceptance: {
      reason: 'The gateway does not look.',
      category: 'target-bug',
      owner: 'payments-platform',
      link: 'https://tracker.example/1',
      expires: '2026-03-31',
    },
  });
  expect(problems).toEqual([]);
  expect(suggestedEntries).toEqual([]);
});

test('a failure of a should requirement can be known too, and gets no suggestion without', () => {
  const failing = resultsWith('http.no-store', {
    outcome: 'failed',
    deviations: [deviationOf({ level: 'should' })],
  });
  const known = new KnownDeviations([entryOf({ requirement: 'http.no-store' })]);
  expect(resultOf(known.apply(failing, complete).requirements, 'http.no-store').outcome).toBe('known');
  expect(new KnownDeviations().apply(failing, complete).suggestedEntries).toEqual([]);
});

test('an entry counts on its last day, and not on the day after', () => {
  const failing = failingIn('issue refuses');
  const last = new KnownDeviations([entryOf({ expires: today })]);
  expect(resultOf(last.apply(failing, complete).requirements).outcome).toBe('known');
  const over = new KnownDeviations([entryOf({ expires: '2026-02-28' })]).apply(failing, complete);
  expect(resultOf(over.requirements).outcome).toBe('failed');
  expect(over.problems).toEqual([
    'known.yaml:2 accepted that issue.enum fails until 2026-02-28, and it still does; mend the target, or decide anew and write a later date.',
  ]);
  expect(over.suggestedEntries, 'a second entry would repeat the first').toEqual([]);
});

test.describe('an entry for one scenario', () => {
  const known = new KnownDeviations([entryOf({ scenario: 'issue refuses' })]);

  test('accepts a failure that was met there only', () => {
    const { requirements, problems } = known.apply(failingIn('issue refuses'), complete);
    expect(resultOf(requirements).outcome).toBe('known');
    expect(problems).toEqual([]);
  });

  test('leaves what was met elsewhere failed, told first, with an entry of its own to add', () => {
    const { requirements, suggestedEntries } = known.apply(
      failingIn('issue refuses', 'issue succeeds'),
      complete,
    );
    const { outcome, reason, deviations } = resultOf(requirements);
    expect([outcome, reason]).toEqual(['failed', 'expected 400, got 200 in issue succeeds']);
    expect(deviations.map(({ scenario, acceptance }) => [scenario, acceptance?.owner])).toEqual([
      ['issue succeeds', undefined],
      ['issue refuses', 'payments-platform'],
    ]);
    expect(suggestedEntries).toEqual([
      expect.stringMatching(/^- requirement: issue\.enum\n {2}scenario: "issue succeeds"\n/),
    ]);
  });

  test('does not accept a deviation that another scenario met as well', () => {
    const deviations = [deviationOf({ scenario: 'issue refuses', alsoIn: ['issue succeeds'] })];
    const failing = resultsWith('issue.enum', { outcome: 'failed', deviations });
    expect(resultOf(known.apply(failing, complete).requirements).outcome).toBe('failed');
    const both = new KnownDeviations([
      entryOf({ scenario: 'issue refuses' }),
      entryOf({ scenario: 'issue succeeds', owner: 'gateway', expires: '2026-03-15' }),
    ]);
    expect(resultOf(both.apply(failing, complete).requirements)).toMatchObject({
      outcome: 'known',
      acceptance: { owner: 'payments-platform, gateway', expires: '2026-03-15' },
    });
  });

  test('is told when the requirement fails, but not there', () => {
    const { problems } = known.apply(failingIn('issue succeeds'), complete);
    expect(problems).toEqual([
      'known.yaml:2 accepts that issue.enum fails in the scenario "issue refuses", and it does not any more: it fails in other scenarios; correct the title or delete the entry.',
    ]);
  });
});

test.describe('an entry for what passes', () => {
  const known = new KnownDeviations([entryOf()]);
  const stale = 'known.yaml:2 accepts that issue.enum fails, and it does not any more; delete the entry.';
  const passing = conformingReport().requirements;
  const problemsIn = (facts: Partial<AcceptanceFacts>, entries = known) =>
    entries.apply(passing, { ...complete, ...facts }).problems;

  test('is told to be deleted', () => {
    expect(problemsIn({})).toEqual([stale]);
  });

  test('is told to be deleted by a partial run that has all its scenarios', () => {
    const records = [recordWith('issue refuses', 'issue.enum', 'passed')];
    expect(problemsIn({ complete: false, records })).toEqual([stale]);
  });

  test('is let be by a run that did not have its scenario, or lost the target in it', () => {
    expect(problemsIn({ complete: false, records: [] })).toEqual([]);
    const lost = recordWith('issue refuses', 'issue.enum', 'passed', { outage: 'The target is gone.' });
    expect(problemsIn({ complete: false, records: [lost] })).toEqual([]);
  });

  test('is let be by a partial run when every exchange could have shown the failure', () => {
    const everywhere = new KnownDeviations([entryOf({ requirement: 'issue.response-schema' })]);
    const records = [recordWith('issue refuses', 'issue.response-schema', 'passed')];
    expect(problemsIn({ complete: false, records }, everywhere)).toEqual([]);
    expect(problemsIn({ records }, everywhere)).toHaveLength(1);
  });

  test('is let be while its scenario is inconclusive', () => {
    const here = new KnownDeviations([entryOf({ scenario: 'issue refuses' })]);
    const records = [recordWith('issue refuses', 'issue.enum', 'inconclusive')];
    expect(problemsIn({ records }, here)).toEqual([]);
  });
});

test('an entry for what is inconclusive is let be, unless it has expired', () => {
  const open = resultsWith('issue.enum', { outcome: 'inconclusive', reason: 'The control failed.' });
  expect(new KnownDeviations([entryOf()]).apply(open, complete).problems).toEqual([]);
  const expired = new KnownDeviations([entryOf({ expires: '2026-02-01' })]);
  expect(expired.apply(open, complete).problems).toEqual([
    'known.yaml:2 accepted that issue.enum fails until 2026-02-01; delete the entry, or decide anew and write a later date.',
  ]);
  expect(expired.apply(open, { ...complete, complete: false, records: [] }).problems).toEqual([]);
});

test.describe('what cannot be tested', () => {
  const { category: _none, ...entry } = entryOf({
    requirement: 'token.expired-unusable',
    reason: 'The sandbox gives no short-lived client.',
  });
  const known = new KnownDeviations([], [entry]);
  const untested = resultsWith('token.expired-unusable', { outcome: 'not-tested', reason: 'No client.' });

  test('stays not tested, with its explanation', () => {
    const { requirements, problems } = known.apply(untested, complete);
    expect(resultOf(requirements, 'token.expired-unusable')).toMatchObject({
      outcome: 'not-tested',
      reason: 'No client.',
      acceptance: { reason: 'The sandbox gives no short-lived client.', category: 'not-testable' },
    });
    expect(problems).toEqual([]);
  });

  test('is told when it is tested now, whether it passes or fails', () => {
    expect(known.apply(conformingReport().requirements, complete).problems).toEqual([
      'known.yaml:2 says that token.expired-unusable cannot be tested, and it was: it passed; delete the entry.',
    ]);
    const failing = resultsWith('token.expired-unusable', {
      outcome: 'failed',
      deviations: [deviationOf()],
    });
    const { requirements, problems } = known.apply(failing, complete);
    expect(problems[0]).toContain('it failed; delete the entry');
    expect(resultOf(requirements, 'token.expired-unusable').acceptance, 'nothing excuses it').toBeUndefined();
  });

  test('is not explained any more once the entry has expired', () => {
    const { requirements, problems } = new KnownDeviations([], [{ ...entry, expires: '2026-02-01' }]).apply(
      untested,
      complete,
    );
    expect(resultOf(requirements, 'token.expired-unusable').acceptance).toBeUndefined();
    expect(problems).toEqual([
      'known.yaml:2 said until 2026-02-01 that token.expired-unusable cannot be tested; supply what it needs, or decide anew and write a later date.',
    ]);
  });
});

test('a new failure of a must requirement gets an entry to fill in, which ends in 30 days', () => {
  const { suggestedEntries } = new KnownDeviations().apply(failingIn('issue refuses'), complete);
  expect(suggestedEntries).toEqual([
    [
      '- requirement: issue.enum',
      '  reason: "" # why it is accepted for now, in one sentence',
      '  category: target-bug # or sandbox-limitation, contract-error, suite-bug',
      '  owner: "" # who sees to it',
      '  expires: 2026-03-31',
      '',
    ].join('\n'),
  ]);
});
