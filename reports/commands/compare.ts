/** What changed between two reports, told: `npm run compare -- OLD NEW [--markdown] [--page FILE]`. */

import { compareMarkdown, compareText } from '../formats/comparison.ts';
import { compare } from '../judge/comparison.ts';
import { readReport } from '../judge/read.ts';
import { runCommand } from './command-line.ts';
import { writePage } from './write-page.ts';

const usage =
  'Usage: npm run compare -- OLD NEW [--markdown] [--page FILE], where OLD and NEW are conformance.json files; FILE becomes the page of NEW with what has changed since OLD.';

/** Tells what changed. The exit code is 0 without regressions, 1 with, 2 when a file or the usage is wrong. */
void runCommand(
  usage,
  { options: { markdown: { type: 'boolean' }, page: { type: 'string' } }, files: 2 },
  async ([older = '', newer = ''], { markdown, page }) => {
    const [before, after] = [readReport(older), readReport(newer)];
    const comparison = compare(before, after);
    if (page !== undefined) await writePage(page, after, { since: before });
    console.log(markdown ? compareMarkdown(comparison).trimEnd() : compareText(comparison));
    return comparison.regressions.length > 0 ? 1 : 0;
  },
);
