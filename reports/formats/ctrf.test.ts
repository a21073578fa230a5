import { expect, test } from '@playwright/test';
import { parse, validate } from 'ctrf';
import {
  conformingReport,
  hugeReport,
  inconclusiveReport,
  nonconformingReport,
} from '../../fixtures/lab/reports/report-builder.ts';
import { requirementIn } from '../../fixtures/lab/reports/requirement-in.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { ctrf } from './ctrf.ts';

function testNamed(report: ConformanceReport, name: string) {
  return parse(ctrf(report)).results.tests.find((entry) => entry.name === name);
}

test('every kind of report is valid CTRF, its counts included', () => {
  for (const report of [conformingReport(), nonconformingReport(), inconclusiveReport(), hugeReport(500)]) {
    const document: unknown = JSON.parse(ctrf(report));
    const { valid, errors } = validate(document);
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    const { summary, tests } = parse(ctrf(report)).results;
    const { passed, failed, skipped, pending, other } = summary;
    expect(passed + failed + skipped + pending + other).toBe(tests.length);
    expect(summary.tests).toBe(tests.length);
  }
});

test('only a failed must requirement is a failed test', () => {
  const report = nonconformingReport();
  const { tests } = parse(ctrf(report)).results;
  expect(tests.filter(({ status }) => status === 'failed').map(({ name }) => name)).toEqual([
    'issue.missing-parameter',
    'refresh.envelope',
    'refresh.response-schema',
    'token.revoked-unusable',
  ]);
  expect(testNamed(report, 'http.no-store')).toMatchObject({ status: 'other', rawStatus: 'failed' });
  expect(testNamed(report, 'revoke.unauthenticated')).toMatchObject({
    status: 'other',
    rawStatus: 'known',
    extra: { acceptance: { owner: 'payments-platform' } },
  });
  expect(testNamed(report, 'refresh.expired-token')).toMatchObject({ status: 'skipped' });
});

test('a test names its place in the contract and tells its deviations', () => {
  const report = nonconformingReport();
  const entry = testNamed(report, 'issue.missing-parameter');
  expect(entry).toMatchObject({
    suite: ['conformance', 'issue'],
    filePath: 'schemas/nomba-authentication.openapi.yaml',
    line: expect.any(Number),
    labels: { level: 'must' },
  });
  const { deviations } = requirementIn(report, 'issue.missing-parameter');
  expect(deviations).toHaveLength(2);
  for (const { actual, rerun } of deviations) {
    expect(entry?.trace).toContain(`actual: ${actual}\n`);
    expect(entry?.trace).toContain(`rerun: ${rerun}`);
  }
});

test('a run in which nothing ran has a failed test named run', () => {
  const report = { ...inconclusiveReport(), requirements: [] };
  const { tests } = parse(ctrf(report)).results;
  expect(tests).toHaveLength(1);
  expect(tests[0]).toMatchObject({ name: 'run', status: 'failed', message: report.sentence });
});
