/** The conformance page of an earlier run, rendered again. As a command: `tsx reports/render.ts FILE [--out DIR]`. */

import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../schemas/user-error.ts';
import { writeWhole } from './files.ts';
import { readHistory } from './history.ts';
import { renderPage } from './page/page.ts';
import { readReport } from './read.ts';

const usage =
  'Usage: npm run report -- FILE [--out DIR], where FILE is a conformance.json; index.html goes beside it, or into DIR.';

/**
 * Runs the command and returns its exit code: 0 when the page is written and its path printed, 2 when the file
 * or the usage is wrong. The page shows the past runs in the file that `NOMBA_HISTORY` names.
 */
async function main(args: string[]): Promise<number> {
  try {
    const { positionals, values } = argumentsOf(args);
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) throw new UserError(usage);
    const report = readReport(file);
    const history = process.env.NOMBA_HISTORY ? await readHistory(process.env.NOMBA_HISTORY) : [];
    const page = join(values.out ?? dirname(file), 'index.html');
    await writeWhole(page, renderPage(report, history)).catch((error: Error) => {
      throw new UserError(`The page ${page} cannot be written (${error.message}); name a folder with --out.`);
    });
    console.log(page);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    return 2;
  }
}

function argumentsOf(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { out: { type: 'string' } } });
  } catch {
    throw new UserError(usage);
  }
}

if (require.main === module) {
  main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
