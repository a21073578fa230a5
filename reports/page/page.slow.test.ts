import { expect, test } from '@playwright/test';
import { browserLaunchOptions } from '../../fixtures/lab/browser.ts';
import { openReport, sharedPage, unfold } from '../../fixtures/lab/reports/opened-page.ts';
import {
  conformingReport,
  deviationOf,
  differenceOf,
  exchangeOf,
  exchangeWith,
  historyBefore,
  historyEntryOf,
  hugeReport,
  inconclusiveReport,
  nonconformingReport,
  sourceAt,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import { renderPage } from './page.ts';

test.use({ launchOptions: browserLaunchOptions() });

const states = {
  conforming: conformingReport,
  nonconforming: nonconformingReport,
  inconclusive: inconclusiveReport,
};

for (const [verdict, report] of Object.entries(states)) {
  test(`a ${verdict} report opens from its file, complete and without complaint`, async ({ page }) => {
    const complaints = await openReport(page, report());
    await expect(page.locator('h1')).toHaveText(verdict, { ignoreCase: true });
    await expect(page).toHaveTitle(/Nomba Authentication API/);
    await expect(page.locator('.requirement')).toHaveCount(report().requirements.length);
    expect(complaints).toEqual([]);
  });
}

test('a breach of security stands above what was found out of the target, and nothing else does', () => {
  const breached = { ...nonconformingReport(), diagnosis: [differenceOf('refresh')] };
  const orderOf = (report: typeof breached) => {
    const page = renderPage(report);
    return page.indexOf('id="diagnosis"') - page.indexOf('id="deviations"');
  };
  expect(orderOf(breached)).toBeGreaterThan(0);
  const harmless = breached.causes.filter(({ gravity }) => gravity !== 'security');
  expect(harmless.length).toBeGreaterThan(0);
  expect(orderOf({ ...breached, causes: harmless })).toBeLessThan(0);
});

test.describe('of a page that is only read', () => {
  const page = sharedPage(nonconformingReport());

  test('the top says verdict, target, contract, suite, time and requests', async () => {
    const report = nonconformingReport();
    const top = page().locator('.banner');
    for (const words of [
      '4 must requirements failed on sandbox',
      'https://sandbox.nomba.com',
      'Nomba Authentication API 1.0.0',
      'schemas/nomba-authentication.openapi.yaml',
      'commit 0f3c9ab',
      '2026-01-15 09:30 UTC',
      '378 requests',
      'exit code 1',
      '4 failed',
      '1 known',
      '3 of 64',
    ]) {
      await expect(top).toContainText(words);
    }
    await expect(page().locator('footer')).toContainText(report.contract.sha256);
  });

  test('unexpected deviations come first, apart from should deviations and known ones', async () => {
    const groups = page().locator('.group > h2');
    await expect(groups).toHaveText([
      'Unexpected deviations 4',
      'Should deviations 1',
      'Known deviations 1',
      'Inconclusive 1',
      'Not tested 2',
      /^Passed \d+$/,
    ]);
    const known = page().getByRole('region', { name: 'Known deviations' });
    await expect(known.locator('.requirement')).toHaveAttribute('id', 'revoke.unauthenticated');
    await expect(known.locator('.acceptance')).toContainText('payments-platform');
    await expect(known.locator('.acceptance')).toContainText('2026-03-01 (45 days left)');
    await expect(known.locator('.acceptance')).toContainText('The gateway in front of the sandbox');
  });

  test('coverage, drift and latency show every number of the report', async () => {
    const report = nonconformingReport();
    const coverage = page().locator('#coverage');
    await expect(coverage).toContainText('9 of 9 documented statuses and 26 of 40 properties seen');
    await expect(coverage).toContainText('14 of 14 constraints');
    await expect(coverage.getByRole('row', { name: '/data/refresh_token' }).locator('.never')).toHaveCount(2);
    await expect(page().locator('#drift tbody tr')).toHaveCount(report.coverage.undocumented.length);
    const plot = page().getByRole('img', { name: /^issue: 126 exchanges, median .* ms, 95th percentile/ });
    const points = await plot.locator('.points').getAttribute('d');
    expect(points?.match(/M/g)).toHaveLength(126);
  });
});

test('the first screen of a nonconforming run has the broken sentence, expected and actual, and the rerun command', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1366, height: 820 });
  await openReport(page, nonconformingReport());
  const card = page.locator('.card').first();
  for (const part of [
    card.locator('blockquote'),
    card.locator('.expected').first(),
    card.locator('.actual').first(),
    card.getByText('Run again').first(),
  ]) {
    await expect(part).toBeInViewport();
  }
});

test('a report of 500 deviations is rendered fast and shows each of them', async ({ page }) => {
  const report = hugeReport(500);
  const before = process.cpuUsage();
  const complaints = await openReport(page, report);
  // 0.4 s of processor time here, the start of the renderer included.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(4);
  const shown = report.requirements.reduce((sum, { deviations }) => sum + deviations.length, 0);
  expect(shown).toBeGreaterThanOrEqual(500);
  await expect(page.locator('.deviation')).toHaveCount(shown);
  expect(complaints).toEqual([]);
});

test('a deviation shows the sentence, the lines of the contract, expected beside actual, and both commands', async ({
  page,
}) => {
  await openReport(page, nonconformingReport());
  const card = page.locator('[id="issue.missing-parameter"]');
  await expect(card.locator('blockquote')).toHaveText('required: grant_type, client_id, client_secret');
  await expect(card.locator('.lines figcaption')).toHaveText('schemas/nomba-authentication.openapi.yaml:44');
  await expect(card.locator('.lines .line')).toHaveCount(7);
  await expect(card.locator('.lines mark')).toHaveText(/^44\s*required:\s*$/);
  const first = card.locator('.deviation').first();
  await expect(first.locator('.expected dd')).toHaveText('400');
  await expect(first.locator('.actual dd')).toHaveText('200 OK, to a request with client_secret left out');
  const [rerun, curl] = await first.locator('.command code').allTextContents();
  expect(rerun).toContain('npx playwright test --project=conformance -g');
  expect(curl).toContain('$NOMBA_CLIENT_ID');
  await first.getByText('Met in 1 more scenario').click();
  await expect(first.locator('.also')).toHaveText('issue refuses an empty object');
});

test('a further deviation of a requirement is one line that says what differs, and opens', async ({
  page,
}) => {
  await openReport(page, nonconformingReport());
  const second = page.locator('[id="issue.missing-parameter/2"]');
  await expect(second.getByRole('heading')).toHaveText(
    'Expected 400, got 500 Internal Server Error, to a request with grant_type left out',
  );
  await expect(second.locator('.command').first()).toBeHidden();
  await second.locator('summary').first().click();
  await expect(second.locator('.exchange mark')).toHaveText('500 Internal Server Error');
});

test('a body that was cut says how long it was, and a redacted one does not', async ({ page }) => {
  const deviations = ['{"a":"xx…', '{"a":"access_token:3f9c…"}'].map((body) => {
    const { response, ...exchange } = exchangeWith({}, { body });
    const recorded = response && { ...response, bodyBytes: 1_048_576 };
    return deviationOf({ exchange: { ...exchange, response: recorded } });
  });
  const report = withRequirement(conformingReport(), 'issue.success', { outcome: 'failed', deviations });
  await openReport(page, report);
  await unfold(page);
  const responses = page.locator('[id="issue.success"]').getByRole('group', { name: 'Response' });
  await expect(responses.first()).toContainText('1,048,576 bytes in all');
  await expect(responses.last()).not.toContainText('bytes in all');
});

test('the differing part of the exchange is marked: value, parent of a missing value, header, or status', async ({
  page,
}) => {
  await openReport(page, nonconformingReport());
  await unfold(page);
  const marked = (id: string) => page.locator(`[id="${id}"] .exchange mark`).allTextContents();
  expect(await marked('refresh.response-schema')).toEqual(['    "expires_in": "3600"\n']);
  expect((await marked('refresh.envelope'))[0]).toBe('  "data": {\n');
  expect(await marked('http.no-store')).toEqual(['Cache-Control: not sent\n']);
  expect(await marked('token.revoked-unusable')).toEqual(['200 OK\n']);
});

test('a request that got no answer shows what came in its place', async ({ page }) => {
  const exchange = exchangeOf({ response: null, failure: 'no answer: the target breaks the connection off' });
  const report = withRequirement(conformingReport(), 'issue.success', {
    outcome: 'failed',
    deviations: [deviationOf({ exchange })],
  });
  await openReport(page, report);
  await expect(page.locator('[id="issue.success"] .exchange mark')).toHaveText(
    'no answer: the target breaks the connection off',
  );
});

test('a contract that changed since the run lends no lines', async ({ page }) => {
  const report = nonconformingReport();
  await openReport(page, { ...report, contract: { ...report.contract, sha256: '0'.repeat(64) } });
  await expect(page.locator('.lines')).toHaveCount(0);
  await expect(page.locator('[id="issue.missing-parameter"] .place')).toContainText('openapi.yaml:44');
});

test('no file but the contract and the overlay of the report lends lines', async ({ page }) => {
  const source = { ...sourceAt('info'), file: 'package.json', line: 2 };
  await openReport(page, withRequirement(conformingReport(), 'issue.success', { source }));
  await expect(page.locator('[id="issue.success"] .lines')).toHaveCount(0);
});

test('run errors and problems of the known-deviations file stand before everything about the contract', async ({
  page,
}) => {
  const problem = 'known-deviations.yaml:3 accepts issue.enum, which passes now; delete the entry.';
  await openReport(page, { ...inconclusiveReport(), knownDeviationProblems: [problem], partial: true });
  const troubles = page.locator('.trouble');
  await expect(troubles).toHaveCount(3);
  await expect(troubles.nth(0)).toContainText('refused 5 connections in a row');
  await expect(troubles.nth(1)).toContainText(problem);
  const top = await troubles
    .nth(2)
    .evaluate((element) =>
      element.compareDocumentPosition(element.ownerDocument.querySelector('.group') as Node),
    );
  expect(top & 4, 'the groups follow').toBe(4);
});

test('the trend shows past runs of the target, marks what is flaky, and says what changed last', async ({
  page,
}) => {
  const report = nonconformingReport();
  const elsewhere = historyEntryOf(conformingReport(), { startedAt: '2026-01-14T00:00:00.000Z' });
  const past = [...historyBefore(report, 8), elsewhere];
  const last = past[7];
  if (last) last.outcomes['issue.missing-parameter'] = 'passed';
  await openReport(page, report, { history: past });
  const trend = page.locator('#trend');
  await expect(trend.locator('thead .cell')).toHaveCount(9);
  await expect(trend.getByRole('row', { name: 'token.distinct' })).toContainText('flaky');
  await expect(trend.locator('.since')).toContainText('newly failing: issue.missing-parameter.');
  await expect(page.locator('[id="token.distinct"] .flaky')).toHaveCount(1);
  await expect(page.locator('[id="refresh.envelope"] .flaky')).toHaveCount(0);
});

test('the same report gives the same page', async ({ page }) => {
  await openReport(page, nonconformingReport());
  const first = await page.content();
  await page.reload();
  expect(await page.content()).toBe(first);
});
