/** Puts a report on disk in every format, and in front of GitHub where that is what runs us. */

import { appendFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ConformanceReport, HistoryEntry } from '../../schemas/report/report.ts';
import { validateReport } from '../../schemas/report/validate.ts';
import { appendHistory, readHistory } from '../judge/history.ts';
import { type Past, renderPage } from '../page/page.ts';
import { githubAnnotations } from './annotations.ts';
import { badgeEndpoint, badgeSvg } from './badge.ts';
import { ctrf } from './ctrf.ts';
import { driftFile, driftOverlay } from './drift-overlay.ts';
import { writeWhole } from './files.ts';
import { junit } from './junit.ts';
import { sarif } from './sarif.ts';
import { summary } from './summary.ts';

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
  const drift = join(directory, driftFile);
  const files = [
    ...Object.entries(formats).map(([name, render]) => ({
      path: join(directory, name),
      render: async () => render(report, past),
    })),
    ...(mayWriteDrift(report, drift)
      ? [{ path: drift, render: async () => driftOverlay(report) ?? '' }]
      : []),
  ];
  const written = await Promise.allSettled(
    files.map(async ({ path, render }) => writeWhole(path, await render())),
  );
  if (!report.partial) await remember(report);
  await tellGitHub(report, past);

  const missing = written.flatMap((result, at) =>
    result.status === 'rejected' ? [`${files[at]?.path} (${(result.reason as Error).message})`] : [],
  );
  if (missing.length > 0) throw new Error(`These reports could not be written: ${missing.join(', ')}.`);
  return [source, ...files.map(({ path }) => path)];
}

/** There is drift to write, and the run did not go by the file in its place: what somebody filled in stays. */
function mayWriteDrift(report: ConformanceReport, file: string): boolean {
  const { NOMBA_CORRECTIONS: corrections } = process.env;
  return driftOverlay(report) !== undefined && (!corrections || resolve(corrections) !== resolve(file));
}

type Render = (report: ConformanceReport, past: Past) => string | Promise<string>;

const formats: Record<string, Render> = {
  'junit.xml': junit,
  'summary.md': summary,
  'conformance.sarif': sarif,
  'ctrf-report.json': ctrf,
  'badge.svg': badgeSvg,
  'badge.json': badgeEndpoint,
  'index.html': renderPage,
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

async function tellGitHub(report: ConformanceReport, past: Past): Promise<void> {
  if (process.env.GITHUB_STEP_SUMMARY) {
    await appendFile(process.env.GITHUB_STEP_SUMMARY, `${summary(report, past)}\n`);
  }
  if (process.env.GITHUB_ACTIONS === 'true') {
    for (const annotation of githubAnnotations(report)) console.log(annotation);
  }
}
