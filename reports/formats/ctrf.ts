import type { CTRFReport, Test, TestStatus } from 'ctrf';
import type { ConformanceReport, RequirementResult } from '../../schemas/report/report.ts';
import { describeSource, groupOf, runProblems } from '../judge/findings.ts';
import { cut, describeDeviation } from './text.ts';

/** The most characters of one test's trace, so that a target that answers with megabytes stays readable. */
const traceLimit = 20_000;

/**
 * The report in the Common Test Report Format (version 0.0.0), JSON text. One test per requirement. Breaches
 * are `failed`, not-tested ones `skipped`; failed should requirements, known and inconclusive ones are `other`,
 * with the outcome as `rawStatus`. What is wrong with the run itself is a failed test `run`. Durations are 0: a requirement is established by checks all over the run.
 */
export function ctrf(report: ConformanceReport): string {
  const { suite, target, contract, startedAt, durationMs } = report;
  const tests = [...report.requirements.map(testOf), ...runTests(report)];
  const count = (status: TestStatus) => tests.filter((test) => test.status === status).length;
  const start = Date.parse(startedAt);
  const document: CTRFReport = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    timestamp: startedAt,
    generatedBy: 'nomba-auth-conformance',
    results: {
      tool: { name: 'nomba-auth-conformance', version: suite.version },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        pending: 0,
        other: count('other'),
        start,
        stop: Math.round(start + durationMs),
        duration: Math.round(durationMs),
      },
      tests,
      environment: {
        appName: contract.title,
        appVersion: contract.version,
        commit: suite.commit,
        testEnvironment: target.name,
        extra: { baseUrl: target.baseUrl, contractSha256: contract.sha256 },
      },
      extra: { verdict: report.verdict, sentence: report.sentence, exitCode: report.exitCode },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function testOf(requirement: RequirementResult): Test {
  const { id, level, title, source, outcome, reason, deviations, acceptance } = requirement;
  return {
    name: id,
    testId: id,
    status: statusOf(requirement),
    rawStatus: outcome,
    duration: 0,
    suite: ['conformance', groupOf(id)],
    tags: [level],
    labels: { level, source: describeSource(source) },
    ...('rfc' in source ? {} : { filePath: source.file, line: source.line }),
    ...(outcome === 'passed' ? {} : { message: `${title}: ${reason}` }),
    ...(deviations.length > 0
      ? {
          trace: cut(
            deviations.map((deviation) => describeDeviation(requirement, deviation)).join('\n\n'),
            traceLimit,
          ),
        }
      : {}),
    extra: { title, ...(acceptance ? { acceptance } : {}) },
  };
}

function statusOf({ outcome, level }: RequirementResult): TestStatus {
  switch (outcome) {
    case 'passed':
      return 'passed';
    case 'failed':
      return level === 'must' ? 'failed' : 'other';
    case 'not-tested':
      return 'skipped';
    default:
      return 'other';
  }
}

function runTests(report: ConformanceReport): Test[] {
  return runProblems(report).map(({ name, type, message, details }) => ({
    name,
    testId: name,
    status: 'failed',
    rawStatus: type,
    duration: 0,
    suite: ['conformance', 'run'],
    message,
    trace: cut(details, traceLimit),
  }));
}
