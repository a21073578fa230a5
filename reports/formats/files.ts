import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../run/run-folder.js';

/**
 * Writes a file so that whoever reads it meanwhile gets the old content or the new, never a part; makes its
 * folder. The text goes to a file beside it first, since only a rename within one file system is atomic.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  makeFolder(dirname(file));
  try {
    await writeFile(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
