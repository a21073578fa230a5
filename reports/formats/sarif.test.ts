import { expect, test } from '@playwright/test';
import Ajv from 'ajv';
import type { Log, Result } from 'sarif';
import { createGenerator } from 'ts-json-schema-generator';
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
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { sarif } from './sarif.ts';

// DefinitelyTyped makes these types from the official schema: names, types, what is required, and nothing else.
const sarifTypes = require.resolve('@types/sarif/index.d.ts');
const validate = new Ajv({ strict: false, allErrors: true }).compile(
  createGenerator({ path: sarifTypes, type: 'Log', skipTypeCheck: true }).createSchema('Log') as object,
);

function runOf(report: ConformanceReport) {
  const log = JSON.parse(sarif(report)) as Log;
  const [run] = log.runs;
  if (!run) throw new Error('There is no run.');
  return { ...run, results: run.results ?? [] };
}

function resultsOf(report: ConformanceReport, ruleId: string): Result[] {
  return runOf(report).results.filter((result) => result.ruleId === ruleId);
}

test('every kind of report is valid under the schema of SARIF 2.1.0', () => {
  const hostile = withRequirement(conformingReport(), 'http.tls', {
    outcome: 'failed',
    deviations: [deviationOf({ level: 'should', actual: '\ud800\u0000<script>'.repeat(1000) })],
  });
  for (const report of [
    conformingReport(),
    nonconformingReport(),
    inconclusiveReport(),
    hugeReport(500),
    hostile,
  ]) {
    expect(validate(JSON.parse(sarif(report))), JSON.stringify(validate.errors)).toBe(true);
  }
  expect(validate({ version: '2.1.0', runs: [{ tool: { driver: {} } }] })).toBe(false);
});

test('every requirement is a rule, found or not, with its level and its clause', () => {
  const report = conformingReport();
  const { tool, results } = runOf(report);
  const rules = tool.driver.rules ?? [];
  expect(results).toEqual([]);
  expect(rules.map(({ id }) => id)).toEqual(report.requirements.map(({ id }) => id));
  const rule = (id: string) => rules.find((entry) => entry.id === id);
  expect(rule('issue.enum')).toMatchObject({
    defaultConfiguration: { level: 'error' },
    shortDescription: { text: `${requirementIn(report, 'issue.enum').title}.` },
  });
  expect(rule('http.no-store')).toMatchObject({
    defaultConfiguration: { level: 'warning' },
    helpUri: 'https://www.rfc-editor.org/rfc/rfc6749#section-5.1',
  });
});

test('a deviation points at the narrowest line of the contract and at its rule', () => {
  const report = nonconformingReport();
  const { place } = failedIn(report, 'refresh.response-schema').first;
  const [result, ...others] = resultsOf(report, 'refresh.response-schema');
  expect(others).toEqual([]);
  expect(result?.level).toBe('error');
  expect(result?.locations?.[0]).toEqual({
    physicalLocation: {
      artifactLocation: { uri: place?.file, uriBaseId: '%SRCROOT%' },
      region: { startLine: place?.line },
    },
    logicalLocations: [{ fullyQualifiedName: place?.pointer }],
  });
  const { tool } = runOf(report);
  expect(tool.driver.rules?.[result?.ruleIndex ?? -1]?.id).toBe('refresh.response-schema');
});

test('each deviation of a requirement is a result of its own, the same from run to run', () => {
  const [first, second] = resultsOf(nonconformingReport(), 'issue.missing-parameter');
  expect(first?.occurrenceCount).toBe(2);
  expect(first?.partialFingerprints).not.toEqual(second?.partialFingerprints);
  const again = { ...nonconformingReport(), startedAt: '2026-02-01T00:00:00.000Z', durationMs: 1 };
  expect(resultsOf(again, 'issue.missing-parameter')).toEqual([first, second]);
});

test('a should finding is a warning, shown at the contract where its standard has no file', () => {
  const report = nonconformingReport();
  const [result] = resultsOf(report, 'http.no-store');
  expect(result?.level).toBe('warning');
  expect(result?.locations?.[0]?.physicalLocation).toEqual({
    artifactLocation: { uri: report.contract.path, uriBaseId: '%SRCROOT%' },
    region: { startLine: 1 },
  });
  expect(result?.locations?.[0]?.message?.text).toContain('RFC 6749, section 5.1');
});

test('a known deviation is suppressed with its acceptance, and nothing else is', () => {
  const { results } = runOf(nonconformingReport());
  const suppressed = results.filter(({ suppressions }) => suppressions);
  expect(suppressed.map(({ ruleId }) => ruleId)).toEqual(['revoke.unauthenticated']);
  expect(suppressed[0]?.suppressions).toEqual([
    {
      kind: 'external',
      status: 'accepted',
      justification:
        'The gateway in front of the sandbox takes the token from the body until it is replaced. (sandbox-limitation, payments-platform, until 2026-03-01)',
    },
  ]);
});

test('a run without a verdict tells so in its invocation and has no results', () => {
  const report = inconclusiveReport();
  const { invocations, results } = runOf(report);
  expect(results).toEqual([]);
  expect(invocations?.[0]).toMatchObject({ executionSuccessful: false, exitCode: 3 });
  expect(runOf({ ...report, errors: [] }).invocations?.[0]?.executionSuccessful).toBe(false);
  const told = invocations?.[0]?.toolExecutionNotifications?.map(
    ({ level, message }) => `${level} ${message.text}`,
  );
  expect(told?.[0]).toContain('error https://sandbox.nomba.com refused 5 connections');
  expect(told).toContain(`note issue.enum is inconclusive: ${requirementIn(report, 'issue.enum').reason}`);
});

test('a contract elsewhere on the disk is named by a file URL', () => {
  const report = conformingReport();
  const { artifacts } = runOf({
    ...report,
    contract: { ...report.contract, path: '/tmp/a b/contract.yaml' },
  });
  expect(artifacts?.[0]?.location).toEqual({ uri: 'file:///tmp/a%20b/contract.yaml' });
});

test('of a failed requirement only the deviation that is accepted is suppressed', () => {
  const results = resultsOf(partlyAcceptedReport(), 'issue.missing-parameter');
  expect(results.map(({ suppressions }) => suppressions?.[0]?.justification)).toEqual([
    undefined,
    'Mended soon. (target-bug, auth, until 2026-03-01)',
  ]);
});
