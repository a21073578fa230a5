import { expect, test } from '@playwright/test';
import {
  conformingReport,
  deviationOf,
  hugeReport,
  inconclusiveReport,
  nonconformingReport,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import { failedIn } from '../../fixtures/lab/reports/requirement-in.ts';
import { githubAnnotations } from './annotations.ts';

test('a conforming run has no annotations', () => {
  expect(githubAnnotations(conformingReport())).toEqual([]);
});

test('a breach is an error at the line of the contract', () => {
  const report = nonconformingReport();
  const { title, source, first } = failedIn(report, 'issue.missing-parameter');
  const line = 'line' in source ? source.line : 0;
  expect(githubAnnotations(report)[1]).toBe(
    `::error file=schemas/nomba-authentication.openapi.yaml,line=${line},` +
      `title=issue.missing-parameter%3A ${title}::` +
      `Expected: ${first.expected}%0A` +
      `Actual: ${first.actual} (and 1 more deviation)%0A` +
      `Rerun: ${first.rerun}`,
  );
});

test('should findings and must requirements without an answer are warnings, known deviations notices', () => {
  const annotations = githubAnnotations(nonconformingReport());
  const kinds = annotations.map((annotation) => /^::(\w+)/.exec(annotation)?.[1]);
  expect(kinds).toEqual([...Array(4).fill('error'), ...Array(3).fill('warning'), 'notice']);
  expect(annotations[4]).toContain('Source: RFC 6749, section 5.1');
  expect(annotations[5]).toContain('title=refresh.expired-token%3A not-tested::');
  expect(annotations[7]).toContain('title=revoke.unauthenticated%3A known deviation::The gateway');
});

test('an error of the run comes first', () => {
  expect(githubAnnotations(inconclusiveReport())[0]).toBe(
    '::error title=Run%3A outage::https://sandbox.nomba.com refused 5 connections in a row; the run stopped asking. Try again when it is up.',
  );
});

test('more than GitHub shows of a kind end in one that counts the rest', () => {
  const errors = githubAnnotations(hugeReport(500)).filter((annotation) => annotation.startsWith('::error'));
  expect(errors).toHaveLength(10);
  expect(errors[9]).toMatch(/^::error title=\d+ more::\d+ more are in the job summary/);
});

test('nothing a target says ends a command or begins another', () => {
  const hostile = '100%,:\r\n::error::gone\u001b[2J';
  const report = withRequirement(conformingReport(), 'issue.success', {
    outcome: 'failed',
    deviations: [deviationOf({ expected: hostile, actual: hostile })],
  });
  const [annotation, ...others] = githubAnnotations(report);
  expect(others).toEqual([]);
  expect(annotation).not.toMatch(/\p{Cc}/u);
  expect(annotation).toContain('Actual: 100%25,:\\u000d\\n::error::gone\\u001b[2J%0A');
});
