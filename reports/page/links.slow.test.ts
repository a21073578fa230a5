import { expect, test } from '@playwright/test';
import { browserLaunchOptions } from '../../fixtures/lab/browser.ts';
import { openReport, unfold } from '../../fixtures/lab/reports/opened-page.ts';
import { nonconformingReport } from '../../fixtures/lab/reports/report-builder.ts';

test.use({ launchOptions: browserLaunchOptions() });

test('every requirement has its own address, which opens it and brings it into view', async ({ page }) => {
  await openReport(page, nonconformingReport(), { suffix: '#token.jwt' });
  const requirement = page.locator('[id="token.jwt"]');
  await expect(requirement).toHaveAttribute('open', '');
  await expect(requirement.locator('blockquote')).toBeInViewport();
  await expect(requirement.locator('summary').first()).toBeFocused();
});

test('every link within the page leads to something', async ({ page }) => {
  await openReport(page, nonconformingReport());
  const dead = await page
    .locator('a[href^="#"]')
    .evaluateAll((links) =>
      links
        .map((link) => link.getAttribute('href') ?? '')
        .filter((href) => !document.getElementById(decodeURIComponent(href.slice(1)))),
    );
  expect(dead).toEqual([]);
});

test('no two elements have the same id', async ({ page }) => {
  await openReport(page, nonconformingReport());
  const ids = await page.locator('[id]').evaluateAll((elements) => elements.map(({ id }) => id));
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
});

test('a cell of the matrix leads to its requirement, also when a filter hides it', async ({ page }) => {
  await openReport(page, nonconformingReport(), { suffix: '?outcome=known' });
  await expect(page.locator('[id="issue.missing-parameter"]')).toBeHidden();
  await page.evaluate(() => {
    location.hash = '#issue.missing-parameter';
  });
  await expect(page.locator('[id="issue.missing-parameter"] .identity')).toBeInViewport();
  await expect(page.locator('[data-count]')).toHaveText(/^\d+ requirements$/);

  await page.locator('.matrix').getByRole('link', { name: 'refresh.envelope (must): Failed' }).click();
  await expect(page).toHaveURL(/#refresh\.envelope$/);
  await expect(page.locator('[id="refresh.envelope"]')).toBeFocused();
});

test('following the link one is at already opens its requirement again', async ({ page }) => {
  await openReport(page, nonconformingReport(), { suffix: '#token.jwt' });
  const requirement = page.locator('[id="token.jwt"]');
  await requirement.locator('summary').click();
  await expect(requirement).not.toHaveAttribute('open');
  await page.locator('.matrix [data-for="token.jwt"]').click();
  await expect(requirement).toHaveAttribute('open', '');
});

test('a clause of a standard is a link to it, and nothing but a web address becomes a link', async ({
  page,
}) => {
  const report = nonconformingReport();
  const known = report.requirements.find(({ id }) => id === 'revoke.unauthenticated');
  if (known?.acceptance) known.acceptance.link = 'javascript:alert(1)';
  await openReport(page, report);
  await unfold(page);
  await expect(page.getByRole('link', { name: 'RFC 6749, section 5.1' }).first()).toHaveAttribute(
    'href',
    'https://www.rfc-editor.org/rfc/rfc6749#section-5.1',
  );
  await expect(page.locator('.acceptance').getByText('javascript:alert(1)')).toBeVisible();
  await expect(page.locator('a[href^="javascript"]')).toHaveCount(0);
});

test('the matrix is one stop for the tab key, and arrow keys move in it', async ({ page }) => {
  await openReport(page, nonconformingReport());
  const stops = page.locator('.matrix a.cell[tabindex="0"]');
  await expect(stops).toHaveCount(1);
  await stops.focus();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-for'));
  expect(await focused()).toBe('issue.success');
  const visited = [];
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'End', 'Home']) {
    await page.keyboard.press(key);
    visited.push(await focused());
  }
  expect(visited).toEqual([
    'refresh.success',
    'refresh.envelope',
    'issue.envelope',
    'issue.success',
    'http.no-redirect',
    'issue.success',
  ]);
  await expect(stops).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#issue\.success$/);
});

test('a command is copied as it is, and the button says so', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openReport(page, nonconformingReport());
  const command = page.locator('[id="issue.missing-parameter"] .command').first();
  await command.getByRole('button').click();
  await expect(command.getByRole('button')).toHaveText('Copied');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(
    "NOMBA_TARGET=sandbox npx playwright test --project=conformance -g 'issue refuses a request without a required parameter'",
  );
});

test('n leads to the next cause and p to the one before, filters and fields left alone', async ({ page }) => {
  await openReport(page, nonconformingReport());
  const causes = page.locator('.cause');
  for (const [key, at] of [
    ['n', 0],
    ['n', 1],
    ['p', 0],
  ] as const) {
    await page.keyboard.press(key);
    await expect(causes.nth(at)).toBeFocused();
  }
  await page.getByRole('searchbox').fill('');
  await page.keyboard.press('n');
  await expect(page.getByRole('searchbox')).toHaveValue('n');
});

test('a deviation leads to its test in the report of Playwright', async ({ page }) => {
  await openReport(page, nonconformingReport());
  const card = page.locator('[id="token.revoked-unusable"]');
  const link = card.getByRole('link', { name: 'The test in Playwright' }).first();
  const [, query] = ((await link.getAttribute('href')) ?? '').split('#');
  const [scenario] = nonconformingReport().requirements.flatMap(({ id, deviations }) =>
    id === 'token.revoked-unusable' ? deviations.map((one) => one.scenario) : [],
  );
  expect(new URLSearchParams(query?.slice(1)).get('q')).toBe(scenario);
});
