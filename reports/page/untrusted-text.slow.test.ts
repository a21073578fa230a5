import { expect, test } from '@playwright/test';
import { browserLaunchOptions } from '../../fixtures/lab/browser.ts';
import { openReport, unfold } from '../../fixtures/lab/reports/opened-page.ts';
import {
  deviationOf,
  exchangeWith,
  nonconformingReport,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { renderPage } from './page.ts';

test.use({ launchOptions: browserLaunchOptions() });

/** A report in which every place that a target or a file can fill holds the text. */
function filledWith(text: string): ConformanceReport {
  const exchange = exchangeWith(
    { intent: text },
    { statusText: text, headers: [['x-hostile', text]], body: text },
  );
  const deviations = [
    deviationOf({
      scenario: text,
      alsoIn: [text],
      expected: text,
      actual: text,
      exchange,
      curl: text,
      rerun: text,
    }),
    deviationOf({
      exchange: exchangeWith({}, { body: JSON.stringify({ [text]: text }) }),
      instancePointer: '',
    }),
  ];
  const report = withRequirement(nonconformingReport(), 'issue.envelope', {
    outcome: 'failed',
    title: text,
    text,
    deviations,
  });
  return {
    ...withRequirement(report, 'token.revoke-isolated', { outcome: 'inconclusive', reason: text }),
    sentence: text,
    contract: { ...report.contract, title: text },
    target: { name: text, baseUrl: text },
    suggestedEntries: [text],
    knownDeviationProblems: [text],
    errors: [{ kind: 'suite', message: text }],
    coverage: {
      ...report.coverage,
      undocumented: [{ kind: 'property', operation: 'issue', where: text, what: text, seen: 1 }],
    },
  };
}

const markup = [
  '<script>alert(1)</script>',
  '</script><script>alert(2)</script>',
  '</style><img src=x onerror=alert(3)>',
  '"><svg onload=alert(4)>',
  "'-alert(5)-'",
  '<!--<iframe src=http://127.0.0.1:9/>-->',
  '{{constructor.constructor("alert(6)")()}}',
].join(' ');

test('markup from a target is text: it runs nothing and loads nothing', async ({ page }) => {
  const complaints = await openReport(page, filledWith(markup));
  await unfold(page);
  const card = page.locator('[id="issue.envelope"]');
  await expect(card.locator('.actual dd').first()).toHaveText(markup);
  await expect(card.locator('.message').nth(1)).toContainText(markup);
  await expect(page.locator('h1 + p')).toContainText('<script>alert(1)</script>');
  await expect(page.locator('script')).toHaveCount(1);
  await expect(page.locator('main img, main iframe')).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('even markup that got past the escaping runs nothing', async ({ page }) => {
  const complaints = await openReport(page, nonconformingReport());
  const blocked = page.waitForEvent('requestfailed');
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<img src="http://127.0.0.1:9/x" onerror="alert(1)">');
    const script = document.createElement('script');
    script.textContent = 'document.title = "ran"';
    document.body.append(script);
  });
  expect((await blocked).failure()?.errorText).toBe('csp');
  expect(complaints.filter((complaint) => complaint.includes('Content Security Policy'))).toHaveLength(3);
  await expect(page).not.toHaveTitle('ran');
});

test('characters that cannot be seen, or that turn the text around, are shown by name', async ({ page }) => {
  const text = 'a\u0000b\u001b[31mc\u202Etxt.exe\u200F\u2066\uFEFFd\uD800e\u00ADf\u{E0041}';
  const complaints = await openReport(page, filledWith(text));
  const actual = page.locator('[id="issue.envelope"] .actual dd').first();
  await expect(actual).toHaveText(
    String.raw`a\u0000b\u001b[31mc\u202etxt.exe\u200f\u2066\ufeffd\ud800e\u00adf\udb40\udc41`,
  );
  const source = await page.content();
  for (const hidden of ['\u0000', '\u202E', '\u200F', '\u2066', '\uFEFF', '\uFFFD']) {
    expect(source.includes(hidden), hidden.codePointAt(0)?.toString(16)).toBe(false);
  }
  expect(complaints).toEqual([]);
});

test('a command with such characters is copied with the characters themselves', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const rerun = "printf '\u202E\u{E0041}\u001b'";
  const report = withRequirement(nonconformingReport(), 'issue.envelope', {
    outcome: 'failed',
    deviations: [deviationOf({ rerun })],
  });
  await openReport(page, report);
  await unfold(page);
  await page.locator('[id="issue.envelope"] [data-copy]').first().click();
  await expect(page.getByText('Copied').first()).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(rerun);
});

test('right-to-left text does not turn the text around it', async ({ page }) => {
  const arabic = '\u0645\u0631\u062D\u0628\u0627 401';
  await openReport(page, filledWith(arabic));
  const rerun = page.locator('[id="issue.envelope"] .command').first();
  const [label, code] = await Promise.all([
    rerun.locator('.label').boundingBox(),
    rerun.locator('pre').boundingBox(),
  ]);
  expect(label && code && label.x < code.x).toBe(true);
});

test('a value of 1 MB is cut with a note, and the page stays small and whole', async ({ page }) => {
  const report = filledWith('x'.repeat(1_048_576));
  expect(renderPage(report).length).toBeLessThan(1_000_000);
  const complaints = await openReport(page, report);
  await expect(page.locator('[id="issue.envelope"] .actual dd').first()).toContainText(
    '… 1,046,576 more characters',
  );
  await expect(page.locator('.requirement')).toHaveCount(report.requirements.length);
  expect(complaints).toEqual([]);
});

test('a command too long to copy whole is not offered for copying', async ({ page }) => {
  await openReport(page, filledWith('x'.repeat(20_000)));
  const command = page.locator('[id="issue.envelope"] .command').first();
  await expect(command).toContainText('4,000 more characters, in conformance.json');
  await expect(command.getByRole('button')).toHaveCount(0);
});

test('bodies that are deep, long or broken JSON are shown as they came', async ({ page }) => {
  const bodies = [
    '['.repeat(100_000),
    '{"a":'.repeat(5_000),
    `[${'1,'.repeat(50_000)}1]`,
    '{"a":1',
    '\n'.repeat(10_000),
  ];
  const report = withRequirement(nonconformingReport(), 'issue.envelope', {
    outcome: 'failed',
    deviations: bodies.map((body) =>
      deviationOf({ instancePointer: '/a/b', exchange: exchangeWith({}, { body }) }),
    ),
  });
  const before = process.cpuUsage();
  const complaints = await openReport(page, report);
  // 0.2 s of processor time here; indenting these bodies takes 20 s.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(4);
  await expect(page.locator('[id="issue.envelope"] .deviation')).toHaveCount(bodies.length);
  expect(complaints).toEqual([]);
});
