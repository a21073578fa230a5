import { expect, test } from '@playwright/test';
import { parse } from 'junit2json';
import { validateXML } from 'xmllint-wasm';
import { partlyAcceptedReport } from '../../fixtures/lab/reports/partly-accepted.ts';
import {
  conformingReport,
  deviationOf,
  hugeReport,
  inconclusiveReport,
  nonconformingReport,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import { failedIn, requirementIn } from '../../fixtures/lab/reports/requirement-in.ts';
import { junit } from './junit.ts';

/** What Jenkins and GitLab look at, as a parser of another maker reads it. */
async function read(xml: string) {
  const parsed = await parse(xml);
  if (!parsed || !('testsuite' in parsed)) throw new Error('There is no testsuites element.');
  const suites = parsed.testsuite ?? [];
  const cases = suites.flatMap(({ testcase }) => testcase ?? []);
  const byName = new Map(cases.map((testcase) => [testcase.name, testcase]));
  const named = (name: string) => {
    const found = byName.get(name);
    if (!found) throw new Error(`There is no test case "${name}".`);
    return found;
  };
  return { ...parsed, suites, cases, named };
}

async function expectWellFormed(xml: string) {
  const { valid, errors } = await validateXML({
    xml: { fileName: 'junit.xml', contents: xml },
    normalization: 'c14n',
  });
  expect(errors.map(({ rawMessage }) => rawMessage)).toEqual([]);
  expect(valid).toBe(true);
}

test('a conforming run has one suite per group and one green case per requirement', async () => {
  const report = conformingReport();
  const suiteOrder = (id: string) =>
    ['issue', 'refresh', 'revoke', 'token', 'http'].indexOf(id.split('.')[0] ?? '');
  const { suites, cases, tests, failures, errors } = await read(junit(report));
  expect(suites.map(({ name }) => name)).toEqual(['issue', 'refresh', 'revoke', 'token', 'http']);
  expect(cases.map(({ name }) => name)).toEqual(
    report.requirements.map(({ id }) => id).sort((a, b) => suiteOrder(a) - suiteOrder(b)),
  );
  expect({ tests, failures, errors }).toEqual({ tests: cases.length, failures: 0, errors: 0 });
  for (const { name, classname, failure, error, skipped } of cases) {
    expect(classname).toBe(`conformance.${name?.split('.')[0]}`);
    expect([failure, error, skipped]).toEqual([undefined, undefined, undefined]);
  }
});

test('each case carries id, level, source and outcome of its requirement as properties', async () => {
  const { named } = await read(junit(nonconformingReport()));
  const properties = (name: string) => {
    const { properties: list } = named(name) as { properties?: { name: string; value: unknown }[] };
    return Object.fromEntries((list ?? []).map((property) => [property.name, property.value]));
  };
  expect(properties('issue.missing-parameter')).toEqual({
    requirement: 'issue.missing-parameter',
    level: 'must',
    source: expect.stringMatching(/^schemas\/nomba-authentication\.openapi\.yaml:\d+$/),
    outcome: 'failed',
  });
  expect(properties('http.no-store')).toEqual({
    requirement: 'http.no-store',
    level: 'should',
    source: 'RFC 6749, section 5.1',
    outcome: 'failed',
    'should-deviations': 1,
  });
});

test('a failed must requirement is one failure that tells expected, actual, place and rerun', async () => {
  const report = nonconformingReport();
  const { first, deviations } = failedIn(report, 'issue.missing-parameter');
  const { named, failures, suites } = await read(junit(report));
  expect(failures).toBe(4);
  expect(suites.map((suite) => suite.failures)).toEqual([1, 2, 0, 1, 0]);
  const { failure } = named('issue.missing-parameter');
  expect(failure).toHaveLength(1);
  expect(failure?.[0]?.message).toBe(`expected ${first.expected}; actual ${first.actual}`);
  const text = failure?.[0]?.inner;
  expect(text).toContain(`expected: ${first.expected}\n`);
  for (const { actual } of deviations) expect(text).toContain(`actual: ${actual}\n`);
  expect(text).toContain('checks: 2 failed alike');
  expect(text).toMatch(/contract: schemas\/nomba-authentication\.openapi\.yaml:\d+/);
  expect(text).toContain(`rerun: ${first.rerun}`);
});

test('should findings are output and no failure', async () => {
  const report = nonconformingReport();
  const { named } = await read(junit(report));
  const { failure, error, skipped, 'system-out': output } = named('http.no-store');
  expect([failure, error, skipped]).toEqual([undefined, undefined, undefined]);
  expect(output?.join()).toContain(`actual: ${failedIn(report, 'http.no-store').first.actual}`);
});

test('known and not-tested requirements are skipped with the reason', async () => {
  const report = nonconformingReport();
  const { named } = await read(junit(report));
  expect(named('revoke.unauthenticated').skipped?.[0]?.message).toContain('known: The gateway');
  expect(named('refresh.expired-token').skipped?.[0]?.message).toBe(
    `not tested: ${requirementIn(report, 'refresh.expired-token').reason}`,
  );
  expect(named('revoke.unauthenticated').failure).toBeUndefined();
});

test('a must requirement without an answer is an error, a should one is skipped', async () => {
  const report = inconclusiveReport();
  const message = `inconclusive: ${requirementIn(report, 'issue.enum').reason}`;
  const { named } = await read(junit(report));
  expect(named('issue.enum').error?.[0]?.message).toBe(message);
  expect(named('http.no-store').error).toBeUndefined();
  expect(named('http.no-store').skipped?.[0]?.message).toBe(message);
});

test('a run in which nothing ran has an error named run', async () => {
  const report = { ...inconclusiveReport(), requirements: [], errors: [] };
  const { tests, errors, named } = await read(junit(report));
  expect({ tests, errors }).toEqual({ tests: 1, errors: 1 });
  expect(named('run').error?.[0]?.message).toBe(report.sentence);
});

test('a run that fails for its known deviations alone is not green', async () => {
  const problem = 'issue.enum is known to fail, and passes now; delete its entry.';
  const report = {
    ...conformingReport(),
    verdict: 'nonconforming' as const,
    knownDeviationProblems: [problem],
  };
  const { named, failures } = await read(junit(report));
  expect(failures).toBe(1);
  expect(named('known-deviations').failure?.[0]?.inner).toBe(problem);
});

test('characters that XML cannot hold are written by number, and markup stays text', async () => {
  const hostile = 'a\u0000b\u001b[31m\ud800\ufffe ]]></failure><testcase name="x"/> & "quoted" \u{1f600}';
  const report = withRequirement(conformingReport(), 'issue.success', {
    outcome: 'failed',
    deviations: [deviationOf({ expected: hostile, actual: hostile })],
  });
  const xml = junit(report);
  await expectWellFormed(xml);
  const { cases, named } = await read(xml);
  expect(cases).toHaveLength(report.requirements.length);
  expect(named('issue.success').failure?.[0]?.inner).toContain(
    'actual: a\\u0000b\\u001b[31m\\ud800\\ufffe ]]></failure><testcase name="x"/> & "quoted" \u{1f600}',
  );
});

test('every kind of report is well-formed, and a case stays small whatever the target says', async () => {
  const megabyte = withRequirement(conformingReport(), 'issue.success', {
    outcome: 'failed',
    deviations: Array.from({ length: 40 }, () => deviationOf({ actual: '<'.repeat(1_000_000) })),
  });
  for (const report of [
    conformingReport(),
    nonconformingReport(),
    inconclusiveReport(),
    hugeReport(500),
    megabyte,
  ]) {
    await expectWellFormed(junit(report));
  }
  expect(junit(megabyte).length).toBeLessThan(500_000);
});

test('a failure tells which of its deviations is accepted', async () => {
  const { named } = await read(junit(partlyAcceptedReport()));
  const { failure } = named('issue.missing-parameter');
  expect(failure).toHaveLength(1);
  expect(
    failure?.[0]?.inner?.match(/accepted: Mended soon\. \(target-bug, auth, until 2026-03-01\)/g),
  ).toHaveLength(1);
});
