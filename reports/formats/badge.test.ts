import { expect, test } from '@playwright/test';
import { validateXML } from 'xmllint-wasm';
import {
  conformingReport,
  inconclusiveReport,
  nonconformingReport,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { badgeEndpoint, badgeSvg } from './badge.ts';

const known = withRequirement(conformingReport(), 'issue.success', { outcome: 'known' });
const stale: ConformanceReport = { ...conformingReport(), verdict: 'nonconforming' };

for (const { report, message, isError } of [
  { report: conformingReport(), message: 'conforming', isError: false },
  { report: known, message: 'conforming, 1 known', isError: false },
  { report: nonconformingReport(), message: '4 broken', isError: true },
  { report: stale, message: 'nonconforming', isError: true },
  { report: inconclusiveReport(), message: 'inconclusive', isError: true },
]) {
  test(`the badge of a run reads "${message}"`, async () => {
    const endpoint = JSON.parse(badgeEndpoint(report));
    expect(endpoint).toEqual({
      schemaVersion: 1,
      label: 'contract',
      message,
      color: expect.stringMatching(/^#[0-9a-f]{6}$/),
      isError,
    });
    const svg = badgeSvg(report);
    expect(svg).toContain(`aria-label="contract: ${message}"`);
    expect(svg).toContain(endpoint.color);
    const { errors } = await validateXML({
      xml: { fileName: 'badge.svg', contents: svg },
      normalization: 'c14n',
    });
    expect(errors).toEqual([]);
  });
}

test('the verdicts have badges of different colours', () => {
  const colours = [conformingReport(), nonconformingReport(), inconclusiveReport()].map(
    (report) => JSON.parse(badgeEndpoint(report)).color,
  );
  expect(new Set(colours).size).toBe(3);
});

test('a run that is no worse than its baseline is not called conforming', () => {
  const { startedAt, target } = conformingReport();
  const { message } = JSON.parse(badgeEndpoint({ ...conformingReport(), baseline: { startedAt, target } }));
  expect(message).toBe('no regression');
});
