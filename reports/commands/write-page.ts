import { UserError } from '../../schemas/document/user-error.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { writeWhole } from '../formats/files.ts';
import { type Past, renderPage } from '../page/page.ts';

/** Renders the page of a report into a file. Throws a UserError, one sentence, when it cannot be written. */
export async function writePage(file: string, report: ConformanceReport, past: Past): Promise<void> {
  const page = renderPage(report, past);
  await writeWhole(file, page).catch((error: Error) => {
    throw new UserError(`The page ${file} cannot be written (${error.message}); name another place for it.`);
  });
}
