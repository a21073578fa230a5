/** `npm run replay -- REPORT ID`: sends the proof of a deviation again, three times, and says whether it comes back. */

import { spawnSync } from 'node:child_process';
import { loadEnvironment } from '../../fixtures/settings/env-file.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import { readReport } from '../judge/read.ts';
import { runCommand } from './command-line.ts';

const times = 3;

/** A script waits for what it shows: an expiry at most, and its requests. In milliseconds. */
const longest = 180_000;

/**
 * The exit code is 1 where the deviation shows each time, 0 where it is gone, 3 where it comes and goes, and 2 where
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
    const script = failed.find((deviation) => deviation.script !== undefined)?.script;
    if (script === undefined) {
      throw new UserError(
        `The deviations of ${id} cannot be told by a script; run its scenario again: ${failed[0]?.rerun}`,
      );
    }
    const codes = Array.from({ length: times }, (_, round) => {
      console.log(`Time ${round + 1} of ${times}:`);
      const { status } = spawnSync('sh', ['-c', script], { stdio: 'inherit', timeout: longest });
      if (status !== 0 && status !== 1)
        throw new UserError('The script could not be run; what it needs stands above.');
      return status;
    });
    const shown = codes.filter((code) => code === 1).length;
    if (shown === times) console.log(`Shown again: ${id} deviates each time.`);
    else if (shown === 0) console.log(`Gone: ${id} deviates no more.`);
    else console.log(`Comes and goes: ${id} deviates ${shown} of ${times} times.`);
    return shown === times ? 1 : shown === 0 ? 0 : 3;
  },
);
