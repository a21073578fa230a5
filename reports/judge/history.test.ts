import { appendFileSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from '@playwright/test';
import {
  conformingReport,
  historyBefore,
  nonconformingReport,
} from '../../fixtures/lab/reports/report-builder.ts';
import type { HistoryEntry, Outcome } from '../../schemas/report/report.ts';
import { appendHistory, changesIn, flaky, historyEntry, readHistory } from './history.ts';

const historyFile = () => test.info().outputPath('kept', 'history.jsonl');

test('a file that is not there is an empty history', async () => {
  expect(await readHistory(historyFile())).toEqual([]);
});

test('runs come back in the order they were added', async () => {
  const file = historyFile();
  await appendHistory(file, conformingReport());
  await appendHistory(file, nonconformingReport());
  const [first, second, ...others] = await readHistory(file);
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    verdict: 'conforming',
    target: 'mock',
    requests: 378,
    outcomes: { 'issue.success': 'passed' },
    medianMs: { issue: expect.any(Number) },
  });
  expect(second).toMatchObject({
    verdict: 'nonconforming',
    outcomes: { 'issue.missing-parameter': 'failed' },
  });
  expect(readdirSync(dirname(file))).toEqual(['history.jsonl']);
});

test('only the newest runs are kept', async () => {
  const file = historyFile();
  for (const requests of [1, 2, 3, 4, 5]) await appendHistory(file, { ...conformingReport(), requests }, 3);
  expect((await readHistory(file)).map(({ requests }) => requests)).toEqual([3, 4, 5]);
});

for (const { what, line, told } of [
  {
    what: 'with another verdict',
    line: JSON.stringify({ ...historyEntry(conformingReport()), verdict: 'fine' }),
    told: '/verdict must be equal to one of the allowed values (conforming, nonconforming, inconclusive)',
  },
  { what: 'that is something else', line: '[]', told: 'the value must be object' },
]) {
  test(`a line ${what} is told with file and line`, async () => {
    const file = historyFile();
    await appendHistory(file, conformingReport());
    appendFileSync(file, `${line}\n${JSON.stringify(historyEntry(conformingReport()))}\n`);
    await expect(readHistory(file)).rejects.toThrow(
      `${file}:2 is not an entry of a history (${told}); delete or mend that line.`,
    );
  });
}

test('a line that is torn, or empty, is passed over, and what is added later is read', async () => {
  const file = historyFile();
  await appendHistory(file, conformingReport());
  appendFileSync(file, '\n{"startedAt":"2026-');
  await appendHistory(file, nonconformingReport());
  expect((await readHistory(file)).map(({ verdict }) => verdict)).toEqual(['conforming', 'nonconforming']);
});

function runs(
  outcomes: Outcome[],
  changes: (at: number) => Partial<HistoryEntry> = () => ({}),
): HistoryEntry[] {
  const base = historyEntry(conformingReport());
  return outcomes.map((outcome, at) => ({
    ...base,
    outcomes: { 'token.distinct': outcome },
    ...changes(at),
  }));
}

test('one change is no flakiness: a breach is new, or mended', () => {
  const days = (at: number) => ({ startedAt: `2026-01-0${at + 1}T02:23:00.000Z` });
  const broken = runs(['passed', 'passed', 'passed', 'passed', 'passed', 'failed'], days);
  expect(flaky(broken)).toEqual([]);
  expect(changesIn(broken)).toEqual({
    broken: [{ id: 'token.distinct', since: '2026-01-06T02:23:00.000Z', runs: 5 }],
    mended: [],
  });
  const mended = runs(['passed', 'failed', 'inconclusive', 'failed', 'passed'], days);
  expect(changesIn(mended)).toEqual({
    broken: [],
    mended: [{ id: 'token.distinct', since: '2026-01-02T02:23:00.000Z', runs: 2 }],
  });
  expect(changesIn(runs(['failed', 'failed'], days))).toEqual({ broken: [], mended: [] });
  expect(changesIn(runs(['failed'], days))).toEqual({ broken: [], mended: [] });
});

test('a requirement that changes its outcome with nothing else changed is flaky', () => {
  expect(flaky(runs(['passed', 'failed', 'failed', 'passed']))).toEqual([
    { id: 'token.distinct', changes: 2 },
  ]);
  expect(flaky(historyBefore(nonconformingReport(), 30)).map(({ id }) => id)).toContain('token.distinct');
});

test('a requirement is not flaky when something else changed as well', () => {
  const outcomes: Outcome[] = ['passed', 'failed'];
  expect(flaky(runs(outcomes, (at) => ({ contractSha256: String(at).repeat(64) })))).toEqual([]);
  expect(flaky(runs(outcomes, (at) => ({ suiteVersion: `1.0.${at}` })))).toEqual([]);
  expect(flaky(runs(outcomes, (at) => ({ target: `target-${at}` })))).toEqual([]);
});

test('an outage and an acceptance are no flakiness', () => {
  expect(flaky(runs(['passed', 'inconclusive', 'not-tested', 'passed']))).toEqual([]);
  expect(flaky(runs(['failed', 'known', 'failed']))).toEqual([]);
  expect(flaky(runs(['passed', 'inconclusive', 'failed', 'passed']))).toEqual([
    { id: 'token.distinct', changes: 2 },
  ]);
});

test('what changes most often comes first', () => {
  const base = historyEntry(conformingReport());
  const outcomes = (...ids: string[]) => ({
    ...base,
    outcomes: Object.fromEntries(
      ['a.a', 'b.b'].map((id) => [id, ids.includes(id) ? 'failed' : 'passed'] as const),
    ),
  });
  const history = [outcomes(), outcomes('b.b'), outcomes('a.a'), outcomes('b.b')];
  expect(flaky(history)).toEqual([
    { id: 'b.b', changes: 3 },
    { id: 'a.a', changes: 2 },
  ]);
});
