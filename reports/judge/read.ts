import { readFileSync } from 'node:fs';
import { UserError } from '../../schemas/document/user-error.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { validateReport } from '../../schemas/report/validate.ts';

/** The report in a file. Throws a UserError, one sentence, when the file cannot be read or holds no report. */
export function readReport(file: string): ConformanceReport {
  return valid(file, parsed(file, contentOf(file)));
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(
      `The report ${file} cannot be read (${(error as Error).message}); name another file.`,
    );
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`The report ${file} is not JSON (${(error as Error).message}); run the suite again.`);
  }
}

function valid(file: string, value: unknown): ConformanceReport {
  try {
    return validateReport(value);
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`);
  }
}
