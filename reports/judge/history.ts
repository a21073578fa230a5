/** What past runs said, so that a report can show a trend: a file of JSON lines, one per run, oldest first. */

import { readFile } from 'node:fs/promises';
import { UserError } from '../../schemas/document/user-error.ts';
import entrySchema from '../../schemas/history-entry.schema.json';
import type { ConformanceReport, HistoryEntry, Outcome } from '../../schemas/report/report.ts';
import { compileSchema } from '../../schemas/report/validate.ts';
import { writeWhole } from '../formats/files.ts';

/** The run as the history keeps it. */
export function historyEntry(report: ConformanceReport): HistoryEntry {
  const { startedAt, verdict, suite, contract, target, requests, durationMs } = report;
  return {
    startedAt,
    verdict,
    suiteVersion: suite.version,
    commit: suite.commit,
    contractSha256: contract.sha256,
    target: target.name,
    requests,
    durationMs,
    outcomes: Object.fromEntries(report.requirements.map(({ id, outcome }) => [id, outcome])),
    medianMs: Object.fromEntries(report.latency.map(({ operation, medianMs }) => [operation, medianMs])),
  };
}

/**
 * Adds the run to the file, which it makes when there is none, and keeps the newest `limit` runs. A year of
 * nightly runs fits the default, at about 4 kB each.
 */
export async function appendHistory(file: string, report: ConformanceReport, limit = 400): Promise<void> {
  const lines = [...(await readLines(file)), JSON.stringify(historyEntry(report))];
  await writeWhole(file, `${lines.slice(-limit).join('\n')}\n`);
}

/**
 * The runs in the file, oldest first; none when there is no file. A line that is torn, as by a machine that was
 * switched off, is passed over. Throws a UserError that names file and line when one is something else than an entry:
 * a history of another making would show a trend that never was.
 */
export async function readHistory(file: string): Promise<HistoryEntry[]> {
  const problemOf = compileSchema(entrySchema);
  const lines = await readLines(file);
  return lines.flatMap((line, at): HistoryEntry[] => {
    const entry = parsed(line);
    if (entry === undefined) return [];
    const problem = problemOf(entry);
    if (problem === undefined) return [entry as HistoryEntry];
    throw new UserError(
      `${file}:${at + 1} is not an entry of a history (${problem}); delete or mend that line.`,
    );
  });
}

async function readLines(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).replace(/\n$/, '').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UserError(
      `The history ${file} cannot be read (${(error as Error).message}); correct NOMBA_HISTORY, or unset it.`,
    );
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A requirement that comes and goes between runs with nothing else changed, and how often it changed. */
export interface Flaky {
  id: string;
  changes: number;
}

/**
 * The requirements that passed in one run and failed in the next on the same target, under the same contract
 * and the same version of the suite, and then changed again: one change is a breach that is new, or mended. Most
 * changes first. A known failure is a failure here. Runs that left a requirement inconclusive or untested say nothing
 * of it and are passed over: an outage is no flakiness.
 */
export function flaky(history: HistoryEntry[]): Flaky[] {
  const last = new Map<string, boolean>();
  const changes = new Map<string, number>();
  for (const { target, contractSha256, suiteVersion, outcomes } of history) {
    for (const [id, outcome] of Object.entries(outcomes)) {
      if (!isDecisive(outcome)) continue;
      const key = JSON.stringify([target, contractSha256, suiteVersion, id]);
      const holds = outcome === 'passed';
      if (last.has(key) && last.get(key) !== holds) changes.set(id, (changes.get(id) ?? 0) + 1);
      last.set(key, holds);
    }
  }
  return [...changes]
    .filter(([, count]) => count >= 2)
    .map(([id, count]) => ({ id, changes: count }))
    .sort((a, b) => b.changes - a.changes || a.id.localeCompare(b.id));
}

/** A requirement that the run found otherwise than the last run on the same target that said anything of it. */
export interface Change {
  id: string;
  /** When it was first found as it was before this run; for one that fails, since when it fails. */
  since: string;
  /** In how many runs in a row it was so before. */
  runs: number;
}

/**
 * What fails in the last of the runs and held before, and the other way round. Since a run that says nothing of a
 * requirement is passed over, a breach that an outage followed is no new one.
 */
export function changesIn(runs: HistoryEntry[]): { broken: Change[]; mended: Change[] } {
  const now = runs.at(-1);
  const found: { broken: Change[]; mended: Change[] } = { broken: [], mended: [] };
  for (const [id, outcome] of Object.entries(now?.outcomes ?? {})) {
    if (!now || !isDecisive(outcome)) continue;
    const holds = outcome === 'passed';
    const told = runs.slice(0, -1).filter((run) => isDecisive(run.outcomes[id]));
    const streakFrom = told.findLastIndex((run) => (run.outcomes[id] === 'passed') === holds) + 1;
    const streak = told.slice(streakFrom);
    const [first] = streak;
    if (!first) continue;
    const since = holds ? first.startedAt : now.startedAt;
    found[holds ? 'mended' : 'broken'].push({ id, since, runs: streak.length });
  }
  return found;
}

/** Whether a run established a requirement, one way or the other. */
function isDecisive(outcome: Outcome | undefined): boolean {
  return outcome === 'passed' || outcome === 'failed' || outcome === 'known';
}
