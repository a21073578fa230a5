import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { browserLaunchOptions } from '../../fixtures/lab/browser.ts';
import { openReport, sharedPage, thinned, unfold } from '../../fixtures/lab/reports/opened-page.ts';
import {
  conformingReport,
  historyBefore,
  hugeReport,
  inconclusiveReport,
  nonconformingReport,
} from '../../fixtures/lab/reports/report-builder.ts';

test.use({ launchOptions: browserLaunchOptions() });

const reports = {
  conforming: conformingReport,
  nonconforming: nonconformingReport,
  inconclusive: inconclusiveReport,
};

async function violations(page: Page, rules?: string[]): Promise<string[]> {
  // What passes is not listed, and no style sheet is fetched: a quarter less.
  const builder = new AxeBuilder({ page }).options({ resultTypes: ['violations'], preload: false });
  const { violations: found } = await (rules ? builder.withRules(rules) : builder).analyze();
  return found.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
}

// Axe takes seconds on a long page: it has one of each kind, and of the dark scheme the contrast alone.
for (const verdict of ['nonconforming', 'conforming', 'inconclusive'] as const) {
  test(`axe finds nothing in a ${verdict} report, every fold open`, async ({ page }) => {
    const report = thinned(reports[verdict]());
    await openReport(page, report, { history: historyBefore(report, 3), since: thinned(conformingReport()) });
    await unfold(page);
    expect(await violations(page)).toEqual([]);
    if (verdict !== 'nonconforming') return;
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page, ['color-contrast'])).toEqual([]);
  });
}

test.describe('of a page that is only read', () => {
  const page = sharedPage(nonconformingReport());

  test('the headings descend without a gap from the one verdict', async () => {
    const levels = await page()
      .locator('h1, h2, h3, h4')
      .evaluateAll((headings) => headings.map(({ tagName }) => Number(tagName.slice(1))));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels[0]).toBe(1);
    expect(levels.filter((level, at) => at > 0 && level > (levels[at - 1] ?? 0) + 1)).toEqual([]);
  });

  test('every outcome has a sign of its own and a word beside it', async () => {
    const cells = page().locator('.matrix a.cell');
    const signs = await cells.evaluateAll((all) =>
      all.map((cell) => [
        cell.querySelector('use')?.getAttribute('href'),
        cell.textContent?.split(': ')[1]?.trim(),
      ]),
    );
    expect(new Map(signs as [string, string][])).toEqual(
      new Map([
        ['#sign-passed', 'Passed'],
        ['#sign-failed', 'Failed'],
        ['#sign-known', 'Known'],
        ['#sign-inconclusive', 'Inconclusive'],
        ['#sign-not-tested', 'Not tested'],
      ]),
    );
    const shapes = await page()
      .locator('symbol path')
      .evaluateAll((all) => all.map((path) => path.getAttribute('d')));
    expect(new Set(shapes).size).toBe(5);
  });
});

test('the first tab stop skips to the deviations', async ({ page }) => {
  await openReport(page, nonconformingReport());
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the deviations' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Unexpected deviations' })).toBeFocused();
});

for (const [name, report] of Object.entries({ ...reports, huge: () => hugeReport(60) })) {
  test(`a ${name} report fits a phone of 360 px`, async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await openReport(page, report(), { history: historyBefore(report(), 8) });
    await unfold(page);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(360);
  });
}

test('print has every fold open, no controls and dark text on white, whatever the scheme', async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await openReport(page, nonconformingReport());
  const exchanges = page.locator('.exchange');
  const closed = page.locator('[id="token.jwt"] blockquote');
  await expect(closed).toBeHidden();
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await expect(closed).toBeVisible();
  for (const exchange of await exchanges.all()) await expect(exchange).toBeVisible();
  await expect(page.locator('button:visible, input:visible, nav:visible')).toHaveCount(0);
  const [ink, ground] = await page.locator('body').evaluate((body) => {
    const { color, backgroundColor } = getComputedStyle(body);
    return [color, backgroundColor];
  });
  expect([ink, ground]).toEqual(['rgb(29, 30, 32)', 'rgb(255, 255, 255)']);
});

test.describe('without a script', () => {
  test.use({ javaScriptEnabled: false });

  test('everything is there but what needs one', async ({ page }) => {
    await openReport(page, nonconformingReport());
    await expect(page.locator('.card').first()).toBeVisible();
    await expect(page.locator('.filters')).toBeHidden();
    await expect(page.locator('.copy').first()).toBeHidden();
  });
});
