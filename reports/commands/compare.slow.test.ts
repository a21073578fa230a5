import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import {
  conformingReport,
  deviationOf,
  nonconformingReport,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import type { ConformanceReport, Outcome, RequirementResult } from '../../schemas/report/report.ts';
import { compareMarkdown, compareText } from '../formats/comparison.ts';
import { compare } from '../judge/comparison.ts';

const sound = conformingReport();

/** The sound report with one requirement ending otherwise. */
function ending(id: string, outcome: Outcome): ConformanceReport {
  const accepted = { reason: 'Mended soon.', category: 'target-bug', owner: 'auth', expires: '2026-03-01' };
  const broken: Partial<RequirementResult> = {
    deviations: [deviationOf()],
    reason: '1 of 13 checks failed.',
  };
  return withRequirement(sound, id, {
    outcome,
    ...(outcome === 'failed' || outcome === 'known' ? broken : {}),
    ...(outcome === 'known' ? { acceptance: accepted } : {}),
  });
}

function without(id: string): ConformanceReport {
  return { ...sound, requirements: sound.requirements.filter((requirement) => requirement.id !== id) };
}

const ids = (changes: { id: string }[]) => changes.map(({ id }) => id);

test('a report compared with itself has no change', () => {
  const same = compare(nonconformingReport(), nonconformingReport());
  expect(Object.values(same).flat()).toEqual([]);
  expect(compareText(same)).toBe('No regression: 0 newly failing, 0 newly passing, 0 newly not run.');
});

for (const { before, after, list, regression } of [
  { before: 'passed', after: 'failed', list: 'newlyFailing', regression: true },
  { before: 'inconclusive', after: 'failed', list: 'newlyFailing', regression: true },
  { before: 'passed', after: 'known', list: 'newlyFailing', regression: false },
  { before: 'passed', after: 'inconclusive', list: 'newlyNotRun', regression: true },
  { before: 'known', after: 'not-tested', list: 'newlyNotRun', regression: true },
  { before: 'failed', after: 'passed', list: 'newlyPassing', regression: false },
  { before: 'not-tested', after: 'passed', list: 'newlyPassing', regression: false },
] as const) {
  test(`a must requirement from ${before} to ${after} is ${list}${regression ? ' and a regression' : ''}`, () => {
    const result = compare(ending('issue.enum', before), ending('issue.enum', after));
    const lists = (['newlyFailing', 'newlyNotRun', 'newlyPassing'] as const).filter(
      (name) => result[name].length,
    );
    expect(lists).toEqual([list]);
    expect(result[list]).toEqual([expect.objectContaining({ id: 'issue.enum', before, after })]);
    expect(ids(result.regressions)).toEqual(regression ? ['issue.enum'] : []);
  });
}

test('an acceptance that came or went is no change of the target', () => {
  const { newlyFailing, newlyPassing } = compare(
    ending('issue.enum', 'known'),
    ending('issue.enum', 'failed'),
  );
  expect([...newlyFailing, ...newlyPassing]).toEqual([]);
});

test('a should requirement that fails is told and no regression', () => {
  const { newlyFailing, regressions } = compare(sound, ending('http.no-store', 'failed'));
  expect(ids(newlyFailing)).toEqual(['http.no-store']);
  expect(regressions).toEqual([]);
});

test('a requirement that is gone is newly not run, with the reason where one is given', () => {
  const gone = without('issue.enum');
  const explained = {
    ...gone,
    notApplicable: [{ id: 'issue.enum', reason: 'The body has no enumeration.' }],
  };
  expect(compare(sound, gone).regressions).toEqual([
    expect.objectContaining({
      id: 'issue.enum',
      after: 'absent',
      reason: 'the newer report does not have it',
    }),
  ]);
  expect(compare(sound, explained).newlyNotRun[0]?.reason).toBe(
    'not applicable: The body has no enumeration.',
  );
});

test('a requirement that is new is newly passing or newly failing', () => {
  expect(ids(compare(without('issue.enum'), sound).newlyPassing)).toEqual(['issue.enum']);
  expect(ids(compare(without('issue.enum'), ending('issue.enum', 'failed')).regressions)).toEqual([
    'issue.enum',
  ]);
});

test('changed wording is told by field, and a line that moved is none', () => {
  const source = sound.requirements.find(({ id }) => id === 'issue.enum')?.source;
  if (!source || !('line' in source)) throw new Error('issue.enum has no place in the contract.');
  const moved = withRequirement(sound, 'issue.enum', { source: { ...source, line: source.line + 7 } });
  expect(compare(sound, moved).wording).toEqual([]);
  const reworded = withRequirement(sound, 'issue.enum', {
    title: 'Another title',
    source: { ...source, pointer: '/paths' },
  });
  expect(compare(sound, reworded).wording).toEqual([
    { id: 'issue.enum', field: 'title', before: expect.any(String), after: 'Another title' },
    {
      id: 'issue.enum',
      field: 'source',
      before: `${source.file} ${source.pointer}`,
      after: `${source.file} /paths`,
    },
  ]);
});

test('drift that came and drift that went are told apart, however often it was seen', () => {
  const drifting = nonconformingReport();
  const undocumented = drifting.coverage.undocumented.map((drift) => ({ ...drift, seen: drift.seen + 1 }));
  const again = { ...drifting, coverage: { ...drifting.coverage, undocumented } };
  expect(compare(drifting, again)).toMatchObject({ driftCame: [], driftWent: [] });
  expect(compare(sound, drifting).driftCame).toHaveLength(4);
  expect(compare(drifting, sound).driftWent).toHaveLength(4);
});

for (const { was, is, told } of [
  { was: 100, is: 151, told: true },
  { was: 100, is: 149, told: false },
  { was: 10, is: 29, told: false },
  { was: 10, is: 31, told: true },
]) {
  test(`a median from ${was} ms to ${is} ms is ${told ? '' : 'not '}slower`, () => {
    const at = (medianMs: number) => ({
      ...sound,
      latency: sound.latency.map((entry) => (entry.operation === 'issue' ? { ...entry, medianMs } : entry)),
    });
    const expected = told ? [{ operation: 'issue', before: was, after: is }] : [];
    expect(compare(at(was), at(is)).slower).toEqual(expected);
  });
}

test('text and markdown tell the same changes, the markdown with the verdict of the comparison first', () => {
  const result = compare(sound, nonconformingReport());
  const text = compareText(result);
  const markdown = compareMarkdown(result);
  expect(text.split('\n').at(-1)).toMatch(
    /^6 regressions: 6 newly failing, 0 newly passing, 3 newly not run\. Mend /,
  );
  expect(markdown.split('\n')[0]).toBe(text.split('\n').at(-1));
  for (const title of ['Newly failing (6)', 'Newly not run (3)', 'New and undocumented (4)', 'Slower (3)']) {
    expect(text).toContain(title);
    expect(markdown).toContain(`### ${title}`);
  }
  expect(markdown).toContain('| `issue.missing-parameter` | must | passed → failed |');
});

test('nothing a target says acts on the terminal', () => {
  const what = '\u001b[2J\nx';
  const drift = { kind: 'header' as const, operation: 'issue', where: '200', what, seen: 1 };
  const noisy = { ...sound, coverage: { ...sound.coverage, undocumented: [drift] } };
  expect(compareText(compare(sound, noisy))).toContain('header  issue  200  \\u001b[2J\\nx');
});

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command as `npm run compare` does. */
function run(...args: string[]): Promise<Ended> {
  const tsx = require.resolve('tsx/cli');
  return new Promise((resolve) => {
    execFile(process.execPath, [tsx, join(__dirname, 'compare.ts'), ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

function written(name: string, content: unknown): string {
  const file = test.info().outputPath(name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('the command exits 0 without regressions and prints the changes', async () => {
  const { code, stdout, stderr } = await run(
    written('old.json', nonconformingReport()),
    written('new.json', sound),
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain('Newly passing (9)');
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^No regression: 0 newly failing, 9 newly passing/);
});

test('the command exits 1 on a regression, as markdown too', async () => {
  const files = [written('old.json', sound), written('new.json', ending('issue.enum', 'failed'))];
  const { code, stdout } = await run(...files, '--markdown');
  expect(code).toBe(1);
  expect(stdout.split('\n')[0]).toBe(
    '1 regression: 1 newly failing, 0 newly passing, 0 newly not run. Mend issue.enum.',
  );
  expect(stdout).toContain('### Newly failing (1)');
});

test('the command writes the page of the newer report with the changes on it', async () => {
  const page = test.info().outputPath('changes', 'index.html');
  const files = [written('old.json', sound), written('new.json', ending('issue.enum', 'failed'))];
  const { code } = await run(...files, '--page', page);
  expect(code).toBe(1);
  const text = readFileSync(page, 'utf8');
  expect(text).toMatch(/<h2 id="changes-title">Changes since 20\d\d-\d\d-\d\d \d\d:\d\d UTC<\/h2>/);
  expect(text).toContain('1 regression: 1 newly failing');
  expect(text).toContain('<a href="#issue.enum"><code>issue.enum</code></a>');
});

for (const { what, args, told } of [
  { what: 'no file', args: () => ['gone.json', 'gone.json'], told: /^The report gone\.json cannot be read/ },
  {
    what: 'a file that is not JSON',
    args: () => [written('old.json', '{"schemaVersion": 1'), written('new.json', sound)],
    told: /^The report \S+old\.json is not JSON \(/,
  },
  {
    what: 'a file that is no report',
    args: () => [written('old.json', sound), written('new.json', { schemaVersion: 1 })],
    told: /^\S+new\.json: This is not a report as schemas\/conformance-report\.schema\.json describes it: the value must have/,
  },
  {
    what: 'one file alone',
    args: () => [written('old.json', sound)],
    told: /^Usage: npm run compare -- OLD NEW/,
  },
  {
    what: 'a place that no page can be written to',
    args: () => [written('old.json', sound), written('new.json', sound), '--page', `${__filename}/x`],
    told: /^The page \S+compare\.slow\.test\.ts\/x cannot be written \(.*\); name another place for it\.$/m,
  },
  { what: 'an unknown option', args: () => ['--html'], told: /^Usage: npm run compare -- OLD NEW/ },
]) {
  test(`the command exits 2 with one sentence when given ${what}`, async () => {
    const { code, stdout, stderr } = await run(...args());
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(told);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
}
