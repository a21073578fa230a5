import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import {
  conformingReport,
  hugeReport,
  nonconformingReport,
} from '../../fixtures/lab/reports/report-builder.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { validateReport } from '../../schemas/report/validate.ts';
import { readHistory } from '../judge/history.ts';
import { readReport } from '../judge/read.ts';
import { written } from '../run/run-folder.js';
import { githubAnnotations } from './annotations.ts';
import { driftFile } from './drift-overlay.ts';
import { summary } from './summary.ts';
import { writeReports } from './write.ts';

/** What a run clears at its start is what is written at its end; Playwright's page and the drift are of other runs. */
const allFiles = written.filter((name) => !/playwright|drift/.test(name));

/** Writes the reports in a process of its own, as a run does, with these variables and no others of its kind. */
function writeInProcess(report: ConformanceReport, variables: Record<string, string>) {
  const directory = test.info().outputPath('reports');
  const input = test.info().outputPath('report.json');
  const script = test.info().outputPath('write.ts');
  writeFileSync(input, JSON.stringify(report));
  writeFileSync(
    script,
    `import { readFileSync } from 'node:fs';
     import { writeReports } from ${JSON.stringify(join(__dirname, 'write.ts'))};
     writeReports(JSON.parse(readFileSync(${JSON.stringify(input)}, 'utf8')), ${JSON.stringify(directory)});`,
  );
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, NOMBA_HISTORY, ...environment } = process.env;
  return new Promise<{ directory: string; stdout: string; stderr: string }>((resolve, reject) => {
    execFile(
      process.execPath,
      [require.resolve('tsx/cli'), script],
      { env: { ...environment, ...variables } },
      (error, stdout, stderr) => (error ? reject(error) : resolve({ directory, stdout, stderr })),
    );
  });
}

test('the drift of an earlier run is cleared too', () => expect(written).toContain(driftFile));

test('every format is written, and the paths come back', async () => {
  const directory = test.info().outputPath('made', 'here');
  const report = nonconformingReport();
  const paths = await writeReports(report, directory);
  expect([...paths].sort()).toEqual(allFiles.map((name) => join(directory, name)).sort());
  expect(readdirSync(directory).sort()).toEqual([...allFiles].sort());
  expect(readReport(join(directory, 'conformance.json'))).toEqual(JSON.parse(JSON.stringify(report)));
  expect(readFileSync(join(directory, 'summary.md'), 'utf8')).toBe(summary(report));
  expect(readFileSync(join(directory, 'index.html'), 'utf8')).toMatch(/^<!doctype html>/i);
});

test('a report that is not valid is refused and nothing is written', async () => {
  const directory = test.info().outputPath('reports');
  const spoilt = { ...conformingReport(), verdict: 'fine' } as unknown as ConformanceReport;
  await expect(writeReports(spoilt, directory)).rejects.toThrow('/verdict must be equal to one of');
  expect(existsSync(directory)).toBe(false);
});

test('a format that fails costs itself alone, and is named', async () => {
  // A rename cannot replace a folder.
  const directory = test.info().outputPath('blocked');
  mkdirSync(join(directory, 'index.html', 'x'), { recursive: true });
  const report = nonconformingReport();
  await expect(writeReports(report, directory)).rejects.toThrow(
    /^These reports could not be written: \S+index\.html \(.+\)\.$/,
  );
  const others = allFiles.filter((name) => name !== 'index.html');
  expect(readdirSync(directory).sort()).toEqual([...others, 'index.html'].sort());
  expect(readFileSync(join(directory, 'summary.md'), 'utf8')).toBe(summary(report));
});

test('who reads while reports are written gets a whole one every time', async () => {
  const directory = test.info().outputPath('reports');
  const reports = [hugeReport(300), conformingReport()];
  await writeReports(conformingReport(), directory);
  let writing = true;
  const writer = (async () => {
    for (const report of [...reports, ...reports]) await writeReports(report, directory);
  })().finally(() => {
    writing = false;
  });
  let reads = 0;
  while (writing) {
    validateReport(JSON.parse(readFileSync(join(directory, 'conformance.json'), 'utf8')));
    const xml = readFileSync(join(directory, 'junit.xml'), 'utf8');
    expect(xml.trimEnd().slice(-13)).toBe('</testsuites>');
    reads += 1;
    await new Promise(setImmediate);
  }
  await writer;
  expect(reads).toBeGreaterThan(3);
});

test('under GitHub the summary is appended and the annotations are printed, elsewhere neither', async () => {
  const report = nonconformingReport();
  const file = test.info().outputPath('step-summary.md');
  writeFileSync(file, 'An earlier step.\n');
  const quiet = await writeInProcess(report, {});
  expect(quiet.stdout).toBe('');
  const { stdout } = await writeInProcess(report, { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: file });
  expect(stdout.trimEnd().split('\n')).toEqual(githubAnnotations(report));
  expect(readFileSync(file, 'utf8')).toBe(`An earlier step.\n${summary(report)}\n`);
});

test('each whole run is added to the history', async () => {
  const file = test.info().outputPath('history.jsonl');
  await writeInProcess(conformingReport(), { NOMBA_HISTORY: file });
  const { stderr } = await writeInProcess(nonconformingReport(), { NOMBA_HISTORY: file });
  expect(stderr).toBe('');
  expect((await readHistory(file)).map(({ verdict }) => verdict)).toEqual(['conforming', 'nonconforming']);
});

test('a part of a run leaves no trace in the history', async () => {
  const file = test.info().outputPath('history.jsonl');
  await writeInProcess({ ...conformingReport(), partial: true }, { NOMBA_HISTORY: file });
  expect(existsSync(file)).toBe(false);
});

test('a history that cannot be read is told and costs no report', async () => {
  const file = test.info().outputPath('history.jsonl');
  writeFileSync(file, '[]\n');
  const { directory, stderr } = await writeInProcess(conformingReport(), { NOMBA_HISTORY: file });
  expect(stderr).toBe(
    `${file}:1 is not an entry of a history (the value must be object); delete or mend that line.\n`,
  );
  expect(readdirSync(directory).sort()).toEqual([...allFiles].sort());
});
