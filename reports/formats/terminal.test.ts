import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@playwright/test';
import { partlyAcceptedReport } from '../../fixtures/lab/reports/partly-accepted.ts';
import {
  conformingReport,
  deviationOf,
  differenceOf,
  hugeReport,
  inconclusiveReport,
  nonconformingReport,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import { failedIn, requirementIn } from '../../fixtures/lab/reports/requirement-in.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { describeSource } from '../judge/findings.ts';
import { summary } from './summary.ts';
import { terminal } from './terminal.ts';

const plain = { colour: false };

test('a conforming run prints six lines, the verdict sentence last', () => {
  const report = conformingReport();
  const lines = terminal(report, { colour: false, directory: 'out/here' }).split('\n');
  expect(lines).toEqual([
    'Target:       mock at http://127.0.0.1:40817, held to schemas/nomba-authentication.openapi.yaml',
    `Requirements: ${report.requirements.length} passed`,
    expect.stringMatching(/^Coverage: {5}9 of 9 statuses seen, .*, 0 undocumented$/),
    'Traffic:      378 requests in 8.4 s; tokens: 64 issued, 64 revoked; 55 refresh tokens left, which the contract gives no way to revoke',
    'Reports:      out/here/index.html',
    report.sentence,
  ]);
});

test('breaches come first, each with place, expected, actual and the command that runs it again', () => {
  const report = nonconformingReport();
  const { source, first } = failedIn(report, 'token.revoked-unusable');
  const lines = terminal(report, plain).split('\n');
  expect(lines.slice(0, 5)).toEqual([
    `✗ failed token.revoked-unusable  ${report.causes[0]?.title}  ${describeSource(source)}`,
    `    expected: ${first.expected}`,
    `    actual:   ${first.actual}`,
    `    rerun:    ${first.rerun}`,
    expect.stringMatching(/^✗ failed issue\.missing-parameter /),
  ]);
});

test('should findings, known ones and those without an answer take a line each, in this order', () => {
  const report = nonconformingReport();
  const lines = terminal(report, plain).split('\n');
  const starts = [
    '✗ failed token.revoked-unusable',
    '! should http.no-store  ',
    '= known  revoke.unauthenticated  The gateway in front of the sandbox',
    ...['refresh.expired-token', 'token.expired-unusable'].map(
      (id) => `- not tested ${id}  ${requirementIn(report, id).reason}`,
    ),
    `? inconclusive token.revoke-isolated  ${requirementIn(report, 'token.revoke-isolated').reason}`,
    'To accept failures for a while',
    'npm run accept -- reports/latest/conformance.json token.revoked-unusable ',
    'Target:',
  ];
  const found = starts.map((start) => lines.findIndex((line) => line.startsWith(start)));
  expect(found).not.toContain(-1);
  expect(found).toEqual([...found].sort((a, b) => a - b));
  expect(lines.at(-1)).toBe(report.sentence);
});

test('an outage is told once, with its cause, not once per requirement', () => {
  const report = inconclusiveReport();
  const lines = terminal(report, plain).split('\n');
  expect(lines.length).toBeLessThan(12);
  const { reason } = requirementIn(report, 'issue.enum');
  const alike = report.requirements.filter((requirement) => requirement.reason === reason);
  expect(lines[0]).toBe(`? inconclusive ${alike.length} requirements  ${reason}`);

  expect(lines).toContain(`✗ outage ${report.errors[0]?.message}`);
  expect(lines.at(-1)).toBe(report.sentence);
});

test('credentials that are refused are told once, by the sentence', () => {
  const why = 'the target refuses the credentials in NOMBA_CLIENT_ID and NOMBA_CLIENT_SECRET (401)';
  const report = inconclusiveReport();
  const refused: ConformanceReport = {
    ...report,
    sentence: `Inconclusive: no verdict on the sandbox: ${why}; run again when that is mended.`,
    requirements: report.requirements.map((one) => ({ ...one, outcome: 'inconclusive', reason: why })),
    errors: [{ kind: 'credentials', message: why }],
  };
  for (const text of [terminal(refused, plain), summary(refused).replaceAll('\\', '')]) {
    expect(text.split('refuses the credentials')).toHaveLength(2);
    expect(text).not.toContain('outage');
  }
});

test('a run with hundreds of deviations tells ten breaches in full and the others in a line', () => {
  const lines = terminal(hugeReport(500), plain).split('\n');
  expect(lines.filter((line) => line.startsWith('    expected: '))).toHaveLength(10);
  expect(lines.length).toBeLessThan(120);
});

test('stale known deviations are told', () => {
  const problem = 'issue.enum is known to fail, and passes now; delete its entry.';
  const report = { ...conformingReport(), knownDeviationProblems: [problem] };
  expect(terminal(report, plain)).toContain(`✗ known deviations ${problem}`);
});

test('colour changes no word', () => {
  const report = nonconformingReport();
  const coloured = terminal(report, { colour: true });
  expect(coloured).not.toBe(terminal(report, plain));
  expect(stripVTControlCharacters(coloured)).toBe(terminal(report, plain));
});

test('nothing a target says acts on the terminal or begins a line', () => {
  const hostile = '\u001b[2J\u001b]0;title\u0007\r\n::error::x\u009b1m\u202e\u2028end';
  const report = withRequirement(conformingReport(), 'issue.success', {
    outcome: 'failed',
    deviations: [deviationOf({ expected: hostile, actual: `${hostile}${'x'.repeat(1_000_000)}` })],
  });
  const text = terminal(report, plain);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
  expect(text).toContain(
    'expected: \\u001b[2J\\u001b]0;title\\u0007\\u000d\\n::error::x\\u009b1m\\u202e\\u2028end',
  );
  expect(text.split('\n').filter((line) => line.trimStart().startsWith('::'))).toEqual([]);
  expect(text.length).toBeLessThan(5_000);
});

test('in what a target differs comes first but for a breach of security, once for operations that are alike, with what no correction says', () => {
  const describable = { remedies: { contract: 'ask for one', target: 'ask for none' } };
  const diagnosis = [
    differenceOf('issue', describable),
    differenceOf('refresh', describable),
    differenceOf('revoke', { title: 'revoke succeeds on Sundays' }),
  ];
  const report = { ...nonconformingReport(), diagnosis };
  expect(terminal(report, plain)).toMatch(/^✗ failed token\.revoked-unusable [\s\S]*\n\n≠ differs issue /);
  const lines = terminal({ ...report, causes: [] }, plain).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    '≠ differs issue succeeds with a bearer token, which the contract does not ask for, refresh too',
    '≠ differs revoke succeeds on Sundays; no correction can say it, so that the server is to change',
    '',
  ]);
});

test('a deviation that is accepted is told as known, beside the breach of the same requirement', () => {
  const report = partlyAcceptedReport();
  const lines = terminal(report, plain).split('\n');
  const at = lines.findIndex((line) => line.startsWith('✗ failed issue.missing-parameter'));
  expect(lines[at + 3]).toBe(`    rerun:    ${failedIn(report, 'issue.missing-parameter').first.rerun}`);
  expect(lines[at + 4]).toMatch(/^✗ failed /);
  expect(lines).toContain(
    '= known  issue.missing-parameter  Mended soon. (target-bug, auth, until 2026-03-01)',
  );
});
