/** The conformance page of an earlier run, rendered again: `npm run report -- FILE [--out DIR]`. */

import { dirname, join } from 'node:path';
import { readHistory } from '../judge/history.ts';
import { readReport } from '../judge/read.ts';
import { runCommand } from './command-line.ts';
import { writePage } from './write-page.ts';

const usage =
  'Usage: npm run report -- FILE [--out DIR], where FILE is a conformance.json; index.html goes beside it, or into DIR.';

/**
 * Writes the page and prints its path. The exit code is 0, or 2 when the file or the usage is wrong. The page
 * shows the past runs in the file that `NOMBA_HISTORY` names.
 */
void runCommand(usage, { options: { out: { type: 'string' } }, files: 1 }, async ([file = ''], { out }) => {
  const report = readReport(file);
  const history = process.env.NOMBA_HISTORY ? await readHistory(process.env.NOMBA_HISTORY) : [];
  const page = join(out ?? dirname(file), 'index.html');
  await writePage(page, report, { history });
  console.log(page);
  return 0;
});
