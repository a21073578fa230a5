import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../formats/files.ts';

/** Over the corner that Playwright's own page leaves free, at any width. */
const link =
  '<a href="../index.html" style="position:fixed;left:8px;bottom:8px;padding:4px 10px;border-radius:6px;background:#0969da;color:#fff;font:600 13px system-ui,sans-serif;text-decoration:none;z-index:9">Conformance page</a>';

/** Puts a link to the conformance page into Playwright's HTML report beside it; does nothing where there is none. */
export async function linkFromPlaywright(directory: string): Promise<void> {
  const path = join(directory, 'playwright', 'index.html');
  const page = await readFile(path, 'utf8').catch(() => undefined);
  if (page === undefined || page.includes(link)) return;
  await writeWhole(
    path,
    page.replace(/<body>/, (body) => `${body}\n${link}`),
  );
}
