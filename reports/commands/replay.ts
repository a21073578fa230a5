/** `npm run replay -- REPORT ID`: sends the proofs of a requirement's deviations again, three times, and says whether they come back. */

import { spawnSync } from 'node:child_process';
import { loadEnvironment } from '../../fixtures/settings/env-file.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import { readReport } from '../judge/read.ts';
import { runCommand } from './command-line.ts';

const times = 3;

/** A script waits for what it shows: an expiry at most, and its requests. In milliseconds. */
const longest = 180_000;

/**
 * The exit code is 1 where a deviation shows each time, 3 where one comes and goes, 0 where all are gone, and 2 where
 * nothing could be sent.
 */
void runCommand(
  'Usage: npm run replay -- REPORT ID, where REPORT is a conformance.json and ID a requirement that failed in it.',
  { options: {}, files: 2 },
  async ([file = '', id = '']) => {
    loadEnvironment();
    const requirement = readReport(file).requirements.find((one) => one.id === id);
    const failed = requirement?.deviations ?? [];
    if (failed.length === 0)
      throw new UserError(`${file} has no deviation of "${id}"; name a requirement that failed in it.`);
    const told = failed.flatMap(({ actual, script }) => (script === undefined ? [] : [{ actual, script }]));
    if (told.length === 0) {
      throw new UserError(
        `The deviations of ${id} cannot be told by a script; run its scenario again: ${failed[0]?.rerun}`,
      );
    }
    const codes = told.map(({ actual, script }, at) => {
      console.log(`Deviation ${at + 1} of ${told.length}: ${actual}`);
      return replayed(script);
    });
    const count = (code: number) => codes.filter((one) => one === code).length;
    const outcomes = [
      [count(1), 'shown again'],
      [count(3), 'came and went'],
      [count(0), 'gone'],
      [failed.length - told.length, 'not to be told by a script'],
    ] as const;
    const summary = outcomes.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : []));
    console.log(`${id}: ${summary.join(', ')}.`);
    return count(1) > 0 ? 1 : count(3) > 0 ? 3 : 0;
  },
);

/** Sends a script's requests again, some times: 1 where the deviation showed each time, 0 where never, else 3. */
function replayed(script: string): number {
  const codes = Array.from({ length: times }, () => {
    const { status } = spawnSync('sh', ['-c', script], { stdio: 'inherit', timeout: longest });
    if (status !== 0 && status !== 1)
      throw new UserError('The script could not be run; what it needs stands above.');
    return status;
  });
  return codes.every((code) => code === codes[0]) ? (codes[0] ?? 0) : 3;
}
