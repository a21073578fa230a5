import { expect, type Page, test } from '@playwright/test';
import { browserLaunchOptions } from '../../fixtures/lab/browser.ts';
import { openReport } from '../../fixtures/lab/reports/opened-page.ts';
import { nonconformingReport } from '../../fixtures/lab/reports/report-builder.ts';

const all = `${nonconformingReport().requirements.length} requirements`;

test.use({ launchOptions: browserLaunchOptions() });

const shownIds = (page: Page) =>
  page.locator('.requirement:visible').evaluateAll((elements) => elements.map(({ id }) => id));

const choose = (page: Page, name: string) => page.getByRole('checkbox', { name }).check();

test('each filter leaves the requirements it names, and the count says how many', async ({ page }) => {
  await openReport(page, nonconformingReport());
  const count = page.locator('[data-count]');
  await expect(count).toHaveText(all);

  await choose(page, 'Not tested');
  expect(await shownIds(page)).toEqual(['refresh.expired-token', 'token.expired-unusable']);
  await expect(count).toHaveText(`2 of ${all}`);

  await choose(page, 'refresh');
  expect(await shownIds(page)).toEqual(['refresh.expired-token']);

  await choose(page, 'should');
  expect(await shownIds(page)).toEqual([]);
  await expect(page.getByText('No requirement matches the filters.')).toBeVisible();

  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(count).toHaveText(all);
});

test('two choices of one filter widen it', async ({ page }) => {
  await openReport(page, nonconformingReport());
  await choose(page, 'Known');
  await choose(page, 'Inconclusive');
  expect(await shownIds(page)).toEqual(['revoke.unauthenticated', 'token.revoke-isolated']);
});

test('text finds a requirement by its id, its sentence and what its target answered', async ({ page }) => {
  await openReport(page, nonconformingReport());
  const text = page.getByRole('searchbox');
  await text.fill('TOKEN.JWT');
  expect(await shownIds(page)).toEqual(['token.jwt-ids', 'token.jwt']);
  await text.fill('invalidating it for future use');
  expect(await shownIds(page)).toEqual([
    'token.revoked-unusable',
    'token.revoke-isolated',
    'revoke.stray-authorization',
  ]);
  await text.fill('NullPointerException');
  expect(await shownIds(page)).toEqual(['issue.missing-parameter']);
});

test('the filters are in the address and survive a reload', async ({ page }) => {
  const complaints = await openReport(page, nonconformingReport());
  await choose(page, 'Failed');
  await choose(page, 'must');
  await page.getByRole('searchbox').fill('refresh');
  const before = await shownIds(page);
  expect(before).toContain('refresh.envelope');
  const { searchParams } = new URL(page.url());
  expect([...searchParams]).toEqual([
    ['text', 'refresh'],
    ['outcome', 'failed'],
    ['level', 'must'],
  ]);

  await page.reload();
  expect(await shownIds(page)).toEqual(before);
  await expect(page.getByRole('searchbox')).toHaveValue('refresh');
  await expect(page.getByRole('checkbox', { name: 'Failed' })).toBeChecked();
  expect(complaints).toEqual([]);
});

test('an address with filters of another report is no error', async ({ page }) => {
  const complaints = await openReport(page, nonconformingReport(), {
    suffix: '?outcome=no-such&text=%F0%9F%98%80&<script>=1#%E0%A4%A',
  });
  await expect(page.getByText(all)).toBeVisible();
  expect(complaints).toEqual([]);
});

test('the matrix keeps the rows that hold something of what is left', async ({ page }) => {
  await openReport(page, nonconformingReport());
  await choose(page, 'Failed');
  await expect(page.locator('.matrix tbody tr:visible th')).toHaveText([
    'envelope',
    'response-schema',
    'missing-parameter',
    'token.revoked-unusable',
    'http.no-store',
  ]);
  await expect(page.locator('.matrix .cell:not(.dim):visible')).toHaveCount(5);
});

test('the count of what is left is told to screen readers', async ({ page }) => {
  await openReport(page, nonconformingReport());
  await expect(page.locator('[data-count]')).toHaveAttribute('aria-live', 'polite');
});
