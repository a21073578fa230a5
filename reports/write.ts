/** Puts a report on disk in every format, and in front of GitHub where that is what runs us. */

import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from './files.ts';
import { appendHistory, type HistoryEntry, readHistory } from './history.ts';
import type { Past } from './page/page.ts';
import type { ConformanceReport } from './report.ts';
import { prepareToValidate, validateReport } from './validate.ts';

/**
 * Writes `conformance.json`, then the formats rendered from it, into `directory`, and returns the paths of all
 * files. No file is ever there in part. Throws before anything is written when the report is not valid; when a
 * format cannot be written the others are, and then it throws with the names of those that are missing.
 *
 * The page tells what has changed since the report `since`. With `NOMBA_HISTORY` set the page shows the runs in that file and the run is added to it, unless only a part
 * was run: its gaps would read as a change. With `GITHUB_STEP_SUMMARY` set the summary is appended there, and
 * with `GITHUB_ACTIONS` being `true` the annotations are printed.
 */
export async function writeReports(
  report: ConformanceReport,
  directory: string,
  since?: ConformanceReport,
): Promise<string[]> {
  const source = join(directory, 'conformance.json');
  await writeWhole(source, `${JSON.stringify(validateReport(report), null, 2)}\n`);

  const past = { history: await pastRuns(), since };
  const files = Object.entries(formats).map(([name, render]) => ({
    path: join(directory, name),
    render: async () => render(report, past),
  }));
  const written = await Promise.allSettled(
    files.map(async ({ path, render }) => writeWhole(path, await render())),
  );
  if (!report.partial) await remember(report);
  await tellGitHub(report);

  const missing = written.flatMap((result, at) =>
    result.status === 'rejected' ? [`${files[at]?.path} (${(result.reason as Error).message})`] : [],
  );
  if (missing.length > 0) throw new Error(`These reports could not be written: ${missing.join(', ')}.`);
  return [source, ...files.map(({ path }) => path)];
}

/** Does ahead what takes longest of the writing: a run has time for it while its workers start. */
export function prepareToWrite(): void {
  prepareToValidate();
  require('./page/page.ts');
}

type Render = (report: ConformanceReport, past: Past) => string | Promise<string>;

/** Each format is loaded when it is written, at the end of a run: none delays the start of one. */
const formats: Record<string, Render> = {
  'junit.xml': async (report) =>
    (require('./formats/junit.ts') as typeof import('./formats/junit.ts')).junit(report),
  'summary.md': async (report) =>
    (require('./formats/summary.ts') as typeof import('./formats/summary.ts')).summary(report),
  'conformance.sarif': async (report) =>
    (require('./formats/sarif.ts') as typeof import('./formats/sarif.ts')).sarif(report),
  'ctrf-report.json': async (report) =>
    (require('./formats/ctrf.ts') as typeof import('./formats/ctrf.ts')).ctrf(report),
  'badge.svg': async (report) =>
    (require('./formats/badge.ts') as typeof import('./formats/badge.ts')).badgeSvg(report),
  'badge.json': async (report) =>
    (require('./formats/badge.ts') as typeof import('./formats/badge.ts')).badgeEndpoint(report),
  'index.html': async (report, past) =>
    (require('./page/page.ts') as typeof import('./page/page.ts')).renderPage(report, past),
};

/** A history that cannot be read costs the trend, not the reports: what is wrong with it goes to stderr. */
async function pastRuns(): Promise<HistoryEntry[]> {
  const file = process.env.NOMBA_HISTORY;
  return (file && (await readHistory(file).catch(complain))) || [];
}

async function remember(report: ConformanceReport): Promise<void> {
  const file = process.env.NOMBA_HISTORY;
  if (file) await appendHistory(file, report).catch(complain);
}

function complain(error: unknown): undefined {
  console.error((error as Error).message);
}

async function tellGitHub(report: ConformanceReport): Promise<void> {
  if (process.env.GITHUB_STEP_SUMMARY) {
    const { summary } = require('./formats/summary.ts') as typeof import('./formats/summary.ts');
    await appendFile(process.env.GITHUB_STEP_SUMMARY, `${summary(report)}\n`);
  }
  if (process.env.GITHUB_ACTIONS === 'true') {
    const { githubAnnotations } =
      require('./formats/annotations.ts') as typeof import('./formats/annotations.ts');
    for (const annotation of githubAnnotations(report)) console.log(annotation);
  }
}
