import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { frontDoor } from '../../fixtures/lab/front-door.ts';
import { conformingReport, deviationOf, withRequirement } from '../../fixtures/lab/reports/report-builder.ts';
import { daysAfter, today } from '../../schemas/document/day.ts';
import { Contract } from '../../schemas/openapi/contract.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { allScenarios } from '../../specs/scenarios/index.ts';

const [{ title: scenario = '' } = {}] = allScenarios(Contract.load());
const soon = daysAfter(today(), 30);
const decided = ['--owner', 'payments', '--reason', 'Mended in May.', '--expires', soon];

const file = (name: string) => test.info().outputPath(name);

/** Runs the command on a report, with a file of known deviations that holds `known`, if anything. */
async function accept(report: ConformanceReport, given: string[], known?: string) {
  writeFileSync(file('conformance.json'), JSON.stringify(report));
  if (known !== undefined) writeFileSync(file('known.yaml'), known);
  const tsx = join(__dirname, '..', '..', 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const command = [tsx, join(__dirname, 'accept.ts'), file('conformance.json'), ...given];
  const finished = await frontDoor(command, { NOMBA_KNOWN_DEVIATIONS: file('known.yaml') });
  return {
    ...finished,
    known: existsSync(file('known.yaml')) ? readFileSync(file('known.yaml'), 'utf8') : undefined,
  };
}

/** A report in which two requirements failed of one cause. */
function broken(): ConformanceReport {
  const failed = { outcome: 'failed' as const, deviations: [deviationOf({ scenario })] };
  const report = withRequirement(
    withRequirement(conformingReport(), 'token.revoked-unusable', failed),
    'issue.envelope',
    failed,
  );
  const cause = {
    title: 'accepts a revoked token',
    level: 'must',
    gravity: 'security',
    requirements: ['token.revoked-unusable', 'issue.envelope'],
    blocks: [],
    source: report.requirements[0]?.source,
    proof: [],
  } as unknown as ConformanceReport['causes'][number];
  return { ...report, verdict: 'nonconforming', exitCode: 1, causes: [cause] };
}

const entry = (id: string, more = '') => `known:
  - requirement: ${id}
${more}    reason: Mended in May.
    category: target-bug
    owner: payments
    expires: ${soon}
`;

test('an entry is written into a file that was not there, and what else its cause breaks is told', async () => {
  const { exitCode, stdout, known } = await accept(broken(), ['token.revoked-unusable', ...decided]);
  expect({ exitCode, known }).toEqual({ exitCode: 0, known: entry('token.revoked-unusable') });
  expect(stdout).toContain(`Accepted until ${soon}`);
  expect(stdout).toContain('Of the same cause, and not accepted: issue.envelope.');
});

test('what holds for every exchange and broke in one scenario is accepted there alone, beside what stood in the file', async () => {
  const before = `# Reviewed on Mondays.\n${entry('token.revoked-unusable')}`;
  const { known } = await accept(broken(), ['issue.envelope', ...decided], before);
  const added = entry('issue.envelope', `    scenario: ${scenario}\n`).replace('known:\n', '');
  expect(known).toBe(before + added);
});

test('an entry is decided anew in its place, and pruned when its requirement is kept again', async () => {
  const before = `# Reviewed on Mondays.\n${entry('token.revoked-unusable').replace('payments', 'nobody')}`;
  const { known } = await accept(broken(), ['token.revoked-unusable', ...decided], before);
  expect(known).toBe(before.replace('nobody', 'payments'));
  const kept = await accept(broken(), ['--prune']);
  expect([kept.exitCode, kept.stdout]).toEqual([0, expect.stringContaining('still matches')]);
  const pruned = await accept(conformingReport(), ['--prune']);
  expect(pruned.stdout).toContain('token.revoked-unusable.');
  expect(pruned.known).toBe('# Reviewed on Mondays.\nknown: []\n');
});

for (const [what, given, told] of [
  ['without a reason', ['issue.envelope', '--owner', 'me', '--expires', soon], /add --owner NAME --reason/],
  [
    'of what did not fail',
    ['issue.success', ...decided],
    /issue\.success did not fail .* token\.revoked-unusable/,
  ],
  [
    'for too long',
    ['issue.envelope', ...decided.slice(0, 5), daysAfter(today(), 120)],
    /more than 90 days ahead/,
  ],
  [
    'until a day that is over',
    ['issue.envelope', ...decided.slice(0, 5), '2020-01-01'],
    /is over; give a day to come/,
  ],
  ['of nothing', decided, /^Usage: npm run accept/],
  [
    'of another kind',
    ['issue.envelope', ...decided, '--category', 'whim'],
    /Nothing was written.* one of target-bug/,
  ],
] as const) {
  test(`an acceptance ${what} is refused in one sentence, and nothing is written`, async () => {
    const { exitCode, stderr, known } = await accept(broken(), [...given]);
    expect({ exitCode, known }).toEqual({ exitCode: 2, known: undefined });
    expect(stderr.trim()).toMatch(told);
    expect(stderr.trim()).not.toContain('\n');
  });
}

test('a partial run prunes nothing', async () => {
  const { exitCode, stderr } = await accept({ ...conformingReport(), partial: true }, ['--prune']);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('run the whole suite')]);
});
