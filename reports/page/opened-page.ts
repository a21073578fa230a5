import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Page, test } from '@playwright/test';
import type { ConformanceReport } from '../report.ts';
import { type Past, renderPage } from './page.ts';

/** What a page did that it must not do: errors on the console, exceptions, requests beyond its own file. */
export type Complaints = string[];

/**
 * Renders a report to a file of the running test and opens it in the browser, from the file. Returns what the
 * page is to blame for, a list that grows as long as the page lives.
 */
export async function openReport(
  page: Page,
  report: ConformanceReport,
  { suffix = '', ...past }: Past & { suffix?: string } = {},
): Promise<Complaints> {
  const file = test.info().outputPath('index.html');
  writeFileSync(file, renderPage(report, past));
  const address = pathToFileURL(file).href;
  const complaints: Complaints = [];
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith('data:')) complaints.push(`request: ${url}`);
  });
  await page.goto(`${address}${suffix}`);
  return complaints;
}

/** Opens every fold of the page. */
export async function unfold(page: Page): Promise<void> {
  await page.locator('details:not([open])').evaluateAll((folds) => {
    for (const fold of folds) fold.setAttribute('open', '');
  });
}
