/**
 * Reports as runs make them, built without a run: what the tests of every report renderer start from.
 * Ids, sentences and lines are those of the shipped contract; names, times and bodies are made up.
 */

import { Contract, type Role } from '../schemas/contract.ts';
import { pointerTo } from '../schemas/pointer.ts';
import { catalogue, roleOfRequirement, sourceOf, textIn } from '../specs/catalogue.ts';
import { type HistoryEntry, historyEntry } from './history.ts';
import type {
  ConformanceReport,
  Deviation,
  DocumentSource,
  HeaderField,
  RecordedExchange,
  RequirementResult,
} from './report.ts';

const contract = Contract.load();
const startedAt = '2026-01-15T09:30:00.000Z';
const sandboxUrl = 'https://sandbox.nomba.com';

/** What the shipped contract gives no occasion for, as a run reports it. */
const notApplicable: Record<string, string> = {
  'issue.constraint': 'The request schema has no bounds to test.',
  'issue.header-parameter': 'The operation declares no header parameter.',
  'issue.unauthenticated': 'The operation asks for no bearer token.',
  'refresh.constraint': 'The request schema has no bounds to test.',
  'refresh.header-parameter': 'The operation declares no header parameter.',
  'refresh.unauthenticated': 'The operation asks for no bearer token.',
  'revoke.constraint': 'The request schema has no bounds to test.',
  'revoke.enum': 'The request schema has no enum.',
  'revoke.header-parameter': 'The operation declares no header parameter.',
};

/** A place in the shipped contract, found by pointer tokens: pointer, file and 1-based line. */
export function sourceAt(...tokens: string[]): DocumentSource {
  const { pointer, file, line } = contract.place(pointerTo('', ...tokens));
  return { pointer, file, line };
}

function allPassed(): RequirementResult[] {
  return catalogue()
    .filter(({ id }) => !(id in notApplicable))
    .map((row) => ({
      id: row.id,
      level: row.level,
      title: row.title,
      text: textIn(row, contract),
      source: sourceOf(row, contract),
      operation: roleOfRequirement(row.id) ?? null,
      outcome: 'passed' as const,
      reason: '12 checks passed',
      checks: { passed: 12, failed: 0, inconclusive: 0 },
      deviations: [],
    }));
}

function statusCoverage(): ConformanceReport['coverage']['statuses'] {
  const seen: Record<string, number> = { 200: 48, 400: 61, 401: 17 };
  return contract.operations.flatMap(({ role, responses }) =>
    responses.map(({ status: code }) => ({ operation: role, status: code, seen: seen[code] ?? 0 })),
  );
}

function propertyCoverage(): ConformanceReport['coverage']['properties'] {
  const token = ['/code', '/description', '/data', '/data/access_token', '/data/refresh_token'];
  const lifetime = ['/data/token_type', '/data/expires_in'];
  const pointers = (role: Role, code: string) =>
    code !== '200'
      ? ['/code', '/description', '/errors', '/errors/*']
      : role === 'revoke'
        ? ['/code', '/description']
        : [...token, ...lifetime];
  return statusCoverage().flatMap(({ operation, status: code, seen }) =>
    pointers(operation as Role, code).map((pointer) => ({ operation, status: code, pointer, seen })),
  );
}

function constraintCoverage(): ConformanceReport['coverage']['constraints'] {
  return contract.operations.flatMap(({ role, body }) => {
    if (!body) return [];
    const base = pointerTo(body.pointer, 'schema');
    const properties = Object.keys((body.schema.properties ?? {}) as object);
    return [
      { operation: role, pointer: base, keyword: 'type', violated: 7 },
      { operation: role, pointer: base, keyword: 'required', violated: 4 },
      ...properties.map((name) => ({
        operation: role,
        pointer: pointerTo(base, 'properties', name),
        keyword: 'type',
        violated: 6,
      })),
      ...(properties.includes('grant_type')
        ? [
            {
              operation: role,
              pointer: pointerTo(base, 'properties', 'grant_type'),
              keyword: 'enum',
              violated: 5,
            },
          ]
        : []),
    ];
  });
}

/** Times in milliseconds, spread as a server's are: most near the base, a few far above. The same every time. */
function times(count: number, base: number): number[] {
  return Array.from({ length: count }, (_, at) => {
    const noise = (Math.sin(at * 12.9898 + base) * 43758.5453) % 1;
    return Math.round((base + Math.abs(noise) ** 6 * base * 4 + (at % 7) * base * 0.03) * 100) / 100;
  });
}

function latencyOf(operation: string, points: number[]): ConformanceReport['latency'][number] {
  const sorted = [...points].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { operation, count: points.length, medianMs: at(0.5), p95Ms: at(0.95), points };
}

/** A report of a run on the mock in which every requirement passed. */
export function conformingReport(): ConformanceReport {
  const requirements = allPassed();
  return {
    schemaVersion: 1,
    verdict: 'conforming',
    sentence: `Conforming: all ${requirements.length} requirements hold on mock. Nothing is left to do.`,
    exitCode: 0,
    rules: 'conformance',
    suite: { version: '1.0.0', commit: '0f3c9ab' },
    contract: {
      title: contract.title,
      version: contract.version,
      path: contract.document.file,
      sha256: contract.sha256,
    },
    overlay: null,
    target: { name: 'mock', baseUrl: 'http://127.0.0.1:40817' },
    startedAt,
    durationMs: 8412,
    requests: 378,
    partial: false,
    requirements,
    notApplicable: Object.entries(notApplicable).map(([id, reason]) => ({ id, reason })),
    coverage: {
      statuses: statusCoverage(),
      properties: propertyCoverage(),
      constraints: constraintCoverage(),
      undocumented: [],
    },
    tokens: { issued: 64, revoked: 64, left: 0 },
    latency: [
      latencyOf('issue', times(126, 6.1)),
      latencyOf('refresh', times(104, 4.2)),
      latencyOf('revoke', times(98, 3.4)),
    ],
    knownDeviationProblems: [],
    suggestedEntries: [],
    errors: [],
  };
}

const requestBodies: Record<string, string> = {
  issue: '{"grant_type":"client_credentials","client_id":"client_id:81d2…"}',
  refresh: '{"grant_type":"refresh_token","refresh_token":"refresh_token:77ab…"}',
  revoke: '{"token":"access_token:c04d…"}',
};

/** An exchange on the sandbox; what is not given is an issue without `client_secret` that got a success. */
export function exchangeOf(changes: Partial<RecordedExchange> = {}): RecordedExchange {
  const operation = changes.operation ?? 'issue';
  const body = requestBodies[operation] ?? '';
  const answer =
    operation === 'revoke'
      ? '{"code":"00","description":"Success"}'
      : '{"code":"00","description":"Success","data":{"access_token":"access_token:3f9c…","refresh_token":"refresh_token:77ab…","token_type":"Bearer","expires_in":3600}}';
  return {
    id: '0-17',
    operation,
    intent: 'client_secret left out',
    startedAt,
    durationMs: 182.4,
    request: {
      method: 'POST',
      url: `${sandboxUrl}/v1/auth/token/${operation}`,
      headers: [
        ['content-type', 'application/json'],
        ['accept', 'application/json'],
        ...(operation === 'revoke'
          ? [['authorization', 'Bearer access_token:3f9c…'] satisfies HeaderField]
          : []),
      ],
      body,
      bodyBytes: Buffer.byteLength(body),
    },
    response: {
      status: 200,
      statusText: 'OK',
      headers: [
        ['content-type', 'application/json; charset=utf-8'],
        ['date', 'Thu, 15 Jan 2026 09:30:02 GMT'],
        ['content-length', String(Buffer.byteLength(answer))],
      ],
      body: answer,
      bodyBytes: Buffer.byteLength(answer),
    },
    failure: null,
    ...changes,
  };
}

/** The same exchange with another answer. */
export function exchangeWith(
  changes: Partial<RecordedExchange>,
  response: Partial<NonNullable<RecordedExchange['response']>>,
): RecordedExchange {
  const exchange = exchangeOf(changes);
  if (!exchange.response) throw new Error('An exchange without a response has none to change.');
  const changed = { ...exchange.response, ...response };
  return { ...exchange, response: { ...changed, bodyBytes: Buffer.byteLength(changed.body) } };
}

/** A deviation; what is not given is a success where 400 was expected. */
export function deviationOf(changes: Partial<Deviation> = {}): Deviation {
  const scenario = changes.scenario ?? 'issue refuses a request without a required parameter';
  const exchange = changes.exchange ?? exchangeOf();
  const { method, url, headers, body } = exchange.request;
  const fields = headers.map(([name, value]) =>
    name === 'authorization'
      ? `  -H 'authorization: Bearer '"$NOMBA_ACCESS_TOKEN" \\\n`
      : `  -H '${name}: ${value}' \\\n`,
  );
  const data = body.replace(/client_id:\w+…/, `'"$NOMBA_CLIENT_ID"'`);
  return {
    level: 'must',
    scenario,
    alsoIn: [],
    occurrences: 1,
    expected: '400',
    actual: '200 OK, to a request with client_secret left out',
    exchange,
    curl: `curl -sS -i -X ${method} '${url}' \\\n${fields.join('')}  --data-binary '${data}'`,
    rerun: `NOMBA_TARGET=sandbox npx playwright test --project=conformance -g '${scenario}'`,
    ...changes,
  };
}

/**
 * The report with one requirement changed. Its check counts follow its deviations unless they are given.
 * Throws when the report has no requirement of that id.
 */
export function withRequirement(
  report: ConformanceReport,
  id: string,
  changes: Partial<RequirementResult>,
): ConformanceReport {
  if (!report.requirements.some((requirement) => requirement.id === id)) {
    throw new Error(`The report has no requirement "${id}".`);
  }
  const failed = changes.deviations?.reduce((sum, { occurrences }) => sum + occurrences, 0) ?? 0;
  const requirements = report.requirements.map((requirement) =>
    requirement.id === id
      ? {
          ...requirement,
          checks: { ...requirement.checks, failed },
          ...(failed > 0
            ? {
                reason: `expected ${changes.deviations?.[0]?.expected}, got ${changes.deviations?.[0]?.actual}`,
              }
            : {}),
          ...changes,
        }
      : requirement,
  );
  return { ...report, requirements };
}

function onSandbox(report: ConformanceReport): ConformanceReport {
  return {
    ...report,
    target: { name: 'sandbox', baseUrl: sandboxUrl },
    durationMs: 94_300,
    latency: [
      latencyOf('issue', times(126, 182)),
      latencyOf('refresh', times(104, 141)),
      latencyOf('revoke', times(98, 96)),
    ],
  };
}

/** A report of a run on the sandbox with deviations of every kind: new, advisory, known, and gaps. */
export function nonconformingReport(): ConformanceReport {
  const refreshed = { operation: 'refresh', intent: 'a fresh refresh token' };
  const revoked = { operation: 'revoke', intent: 'the token revoked just before, as bearer' };
  let report = onSandbox(conformingReport());
  report = withRequirement(report, 'issue.missing-parameter', {
    outcome: 'failed',
    deviations: [
      deviationOf({ alsoIn: ['issue refuses an empty object'], occurrences: 2 }),
      deviationOf({
        actual: '500 Internal Server Error, to a request with grant_type left out',
        exchange: exchangeWith(
          { intent: 'grant_type left out' },
          { status: 500, statusText: 'Internal Server Error', body: '{"message":"NullPointerException"}' },
        ),
      }),
    ],
  });
  report = withRequirement(report, 'refresh.response-schema', {
    outcome: 'failed',
    deviations: [
      deviationOf({
        scenario: 'refresh answers a valid request',
        expected: 'integer',
        actual: '"3600"',
        instancePointer: '/data/expires_in',
        place: sourceAt(
          ...['components', 'schemas', 'TokenResponse', 'properties', 'data', 'properties', 'expires_in'],
        ),
        exchange: exchangeWith(refreshed, {
          body: '{"code":"00","description":"Success","data":{"access_token":"access_token:91be…","token_type":"Bearer","expires_in":"3600"}}',
        }),
      }),
    ],
  });
  report = withRequirement(report, 'refresh.envelope', {
    outcome: 'failed',
    deviations: [
      deviationOf({
        scenario: 'refresh answers a valid request',
        expected: 'the property access_token',
        actual: 'no such property',
        instancePointer: '/data/access_token',
        exchange: exchangeWith(refreshed, {
          body: '{"code":"00","description":"Success","data":{"accessToken":"access_token:91be…","expiresAt":"2026-01-15T10:30:00.120Z"}}',
        }),
      }),
    ],
  });
  report = withRequirement(report, 'token.revoked-unusable', {
    outcome: 'failed',
    deviations: [
      deviationOf({
        scenario: 'a revoked token authorises nothing',
        expected: '401',
        actual: '200 OK, to a request with the token revoked just before, as bearer',
        exchange: exchangeOf(revoked),
      }),
    ],
  });
  report = withRequirement(report, 'http.no-store', {
    outcome: 'failed',
    deviations: [
      deviationOf({
        level: 'should',
        scenario: 'answers with tokens are not stored',
        expected: 'Cache-Control: no-store',
        actual: 'no Cache-Control',
        occurrences: 48,
      }),
    ],
  });
  report = withRequirement(report, 'revoke.unauthenticated', {
    outcome: 'known',
    deviations: [
      deviationOf({
        scenario: 'revoke refuses a request without a valid bearer token',
        expected: '401',
        actual: '200 OK, to a request with no Authorization header',
        exchange: exchangeOf({ operation: 'revoke', intent: 'no Authorization header' }),
      }),
    ],
    acceptance: {
      reason: 'The gateway in front of the sandbox takes the token from the body until it is replaced.',
      category: 'sandbox-limitation',
      owner: 'payments-platform',
      link: 'https://tracker.example/AUTH-118',
      expires: '2026-03-01',
    },
  });
  report = withRequirement(report, 'token.revoke-isolated', {
    outcome: 'inconclusive',
    reason: 'the target keeps one session per client: a new issue already ended the older token',
    checks: { passed: 0, failed: 0, inconclusive: 1 },
  });
  for (const id of ['refresh.expired-token', 'token.expired-unusable']) {
    report = withRequirement(report, id, {
      outcome: 'not-tested',
      reason:
        'no token expired within 5 s; set NOMBA_SHORT_LIVED_CLIENT_ID and NOMBA_SHORT_LIVED_CLIENT_SECRET to observe expiry',
      checks: { passed: 0, failed: 0, inconclusive: 0 },
    });
  }
  const { statuses, properties, constraints } = report.coverage;
  return {
    ...report,
    verdict: 'nonconforming',
    exitCode: 1,
    sentence:
      'Nonconforming: 4 must requirements failed on sandbox. Mend them, or accept each with owner, reason and expiry in the known-deviations file.',
    tokens: { issued: 64, revoked: 61, left: 3 },
    coverage: {
      statuses,
      properties: properties.map((property) =>
        property.pointer.startsWith('/errors') || property.pointer === '/data/refresh_token'
          ? { ...property, seen: 0 }
          : property,
      ),
      constraints,
      undocumented: [
        { kind: 'property', operation: 'refresh', where: '200 /data', what: 'expiresAt', seen: 12 },
        { kind: 'property', operation: 'refresh', where: '200 /data', what: 'accessToken', seen: 12 },
        { kind: 'status', operation: 'issue', where: '500', what: '500 Internal Server Error', seen: 1 },
        { kind: 'header', operation: 'issue', where: '200', what: 'X-Rate-Limit-Remaining', seen: 48 },
      ],
    },
    suggestedEntries: ['issue.missing-parameter', 'refresh.response-schema'].map(
      (id) =>
        `- requirement: ${id}\n  reason: ""\n  category: target-bug\n  owner: ""\n  expires: 2026-04-14\n`,
    ),
  };
}

/** A report of a run that found the target out of reach after a few requests. */
export function inconclusiveReport(): ConformanceReport {
  const report = onSandbox(conformingReport());
  return {
    ...report,
    verdict: 'inconclusive',
    exitCode: 3,
    sentence:
      'Inconclusive: sandbox stopped answering after 9 requests. See that it is up and reachable, then run again.',
    requests: 14,
    durationMs: 11_200,
    tokens: { issued: 2, revoked: 0, left: 2 },
    requirements: report.requirements.map((requirement, at) =>
      at < 3
        ? requirement
        : {
            ...requirement,
            outcome: 'inconclusive' as const,
            reason: 'the target did not answer',
            checks: { passed: 0, failed: 0, inconclusive: 1 },
          },
    ),
    coverage: {
      statuses: report.coverage.statuses.map((entry, at) => ({ ...entry, seen: at < 2 ? 4 : 0 })),
      properties: report.coverage.properties.map((entry, at) => ({ ...entry, seen: at < 7 ? 4 : 0 })),
      constraints: report.coverage.constraints.map((entry) => ({ ...entry, violated: 0 })),
      undocumented: [],
    },
    latency: [latencyOf('issue', times(9, 180))],
    errors: [
      {
        kind: 'outage',
        message:
          'https://sandbox.nomba.com refused 5 connections in a row; the run stopped asking. Try again when it is up.',
      },
    ],
  };
}

/** A nonconforming report with `count` deviations, spread over the must requirements of the operations. */
export function hugeReport(count: number): ConformanceReport {
  const base = nonconformingReport();
  const broken = base.requirements.filter(
    ({ level, operation, outcome }) => level === 'must' && operation !== null && outcome !== 'known',
  );
  const each = Math.ceil(count / broken.length);
  let left = count;
  let report = base;
  for (const { id } of broken) {
    const deviations = Array.from({ length: Math.min(each, left) }, (_, at) =>
      deviationOf({
        scenario: `${id}, case ${at + 1}`,
        expected: '400',
        actual: `200 OK, to a request with case ${at + 1}`,
      }),
    );
    left -= deviations.length;
    if (deviations.length > 0) report = withRequirement(report, id, { outcome: 'failed', deviations });
  }
  return { ...report, sentence: `Nonconforming: ${broken.length} must requirements failed on sandbox.` };
}

/** The run as the history file would keep it, with what a test needs otherwise. */
export function historyEntryOf(report: ConformanceReport, changes: Partial<HistoryEntry> = {}): HistoryEntry {
  return { ...historyEntry(report), ...changes };
}

/**
 * Nightly runs before `report`, oldest first: the first third conforming under an older suite, then as the
 * report has it; `token.distinct` changes its outcome every few nights with nothing else changed.
 */
export function historyBefore(report: ConformanceReport, runs: number): HistoryEntry[] {
  const sound = conformingReport();
  return Array.from({ length: runs }, (_, at) => {
    const early = at < runs / 3;
    const base = historyEntryOf(
      early ? { ...sound, target: report.target, latency: report.latency } : report,
    );
    const night = new Date(Date.parse(report.startedAt) - (runs - at) * 86_400_000).toISOString();
    return {
      ...base,
      startedAt: night,
      suiteVersion: early ? '0.9.0' : base.suiteVersion,
      outcomes: {
        ...base.outcomes,
        'token.distinct': at % 4 === 2 ? ('failed' as const) : ('passed' as const),
      },
      medianMs: Object.fromEntries(
        Object.entries(base.medianMs).map(([name, ms]) => [name, ms * (1 + 0.2 * Math.sin(at * 1.7))]),
      ),
    };
  });
}
