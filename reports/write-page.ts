import { UserError } from '../schemas/user-error.ts';
import { writeWhole } from './files.ts';
import { type Past, renderPage } from './page/page.ts';
import type { ConformanceReport } from './report.ts';

/** Renders the page of a report into a file. Throws a UserError, one sentence, when it cannot be written. */
export async function writePage(file: string, report: ConformanceReport, past: Past): Promise<void> {
  const page = renderPage(report, past);
  await writeWhole(file, page).catch((error: Error) => {
    throw new UserError(`The page ${file} cannot be written (${error.message}); name another place for it.`);
  });
}
