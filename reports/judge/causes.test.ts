import { expect, test } from '@playwright/test';
import {
  conformingReport,
  deviationOf,
  differenceOf,
  exchangeOf,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import type { ConformanceReport, Deviation, WrongCredential } from '../../schemas/report/report.ts';
import { causesOf } from './causes.ts';
import { breachesByCause } from './findings.ts';

/** A report in which these requirements fail, each with one deviation. */
function broken(deviations: Record<string, Partial<Deviation>>): ConformanceReport {
  return Object.entries(deviations).reduce(
    (report, [id, changes]) =>
      withRequirement(report, id, { outcome: 'failed', deviations: [deviationOf(changes)] }),
    conformingReport(),
  );
}

/** An exchange of its own, with the proof that is this exchange alone. */
function shownBy(id: string, operation = 'issue'): Partial<Deviation> {
  const exchange = exchangeOf({ id, operation });
  return { exchange, proof: [{ purpose: 'it', exchange, decisive: true }] };
}

const told = ({ causes }: ConformanceReport) => causes.map(({ requirements }) => requirements);

test('what one exchange shows is one cause, told by what says it best', () => {
  const shown = { ...shownBy('0-7', 'revoke'), expected: '401' };
  const report = broken({ 'revoke.unauthenticated': shown, 'token.revoked-unusable': shown });
  expect(told(report)).toEqual([['token.revoked-unusable', 'revoke.unauthenticated']]);
});

test('a requirement that is broken in two ways stands under the cause of each, with what comes of that alone', () => {
  const [taken, forbidden] = [
    takenWith('0-1', 'odd', 'a blank before the secret'),
    { ...shownBy('0-2'), expected: '401', actual: '403 Forbidden, to a request with an unknown client' },
  ].map((changes) => deviationOf(changes));
  const report = withRequirement(conformingReport(), 'issue.invalid-client', {
    outcome: 'failed',
    deviations: [forbidden, taken].flatMap((one) => one ?? []),
  });
  const told = breachesByCause(report).map(({ cause, findings }) => [
    cause?.gravity,
    ...findings.flatMap(({ deviations }) => deviations.map(({ actual }) => actual)),
  ]);
  expect(told).toEqual([
    ['security', taken?.actual],
    ['success', forbidden?.actual],
  ]);
});

/** A revocation that was taken with this in place of a live bearer token. */
const takenWith = (id: string, credential: WrongCredential, request: string): Partial<Deviation> => ({
  ...shownBy(id, 'revoke'),
  credential,
  expected: '401',
  actual: `200 OK, to a request with ${request}`,
});

test('who takes what anyone can make up takes all else by that: one cause, and the first', () => {
  const report = broken({
    'token.revoked-unusable': takenWith('0-1', 'revoked', 'a token that revoked itself'),
    'token.expired-unusable': {
      ...takenWith('0-2', 'expired', 'a token that has expired'),
      actual: '400 Bad Request, to a request with a token that has expired',
    },
    'revoke.unauthenticated': takenWith('0-3', 'made-up', 'a bearer token that is garbage'),
    'issue.invalid-client': {
      ...shownBy('0-4'),
      actual: '200 OK, to a request with a blank before the secret',
    },
  });
  expect(told(report)).toEqual([
    ['revoke.unauthenticated', 'token.revoked-unusable', 'token.expired-unusable'],
    ['issue.invalid-client'],
  ]);
  expect(report.causes[0]?.title).toBe(
    'revoke accepts a request without valid credentials: a bearer token that is garbage',
  );
  expect(report.causes[0]?.proof[0]?.exchange.id).toBe('0-3');
});

test('a request without a token that is taken says nothing of revoked and expired ones, nor these of each other', () => {
  const report = broken({
    'token.revoked-unusable': takenWith('0-1', 'revoked', 'a token that revoked itself'),
    'token.expired-unusable': takenWith('0-2', 'expired', 'a token that has expired'),
    'revoke.unauthenticated': takenWith('0-3', 'absent', 'no Authorization'),
  });
  expect(told(report)).toEqual([
    ['revoke.unauthenticated'],
    ['token.revoked-unusable'],
    ['token.expired-unusable'],
  ]);
});

test('a secret that is not asked for is a matter of security, whatever it is called', () => {
  const [cause] = broken({
    'issue.missing-parameter': { ...shownBy('0-1'), credential: 'absent' },
    'issue.success': shownBy('0-2'),
  }).causes;
  expect([cause?.gravity, cause?.title]).toEqual([
    'security',
    'issue accepts a request with client_secret left out',
  ]);
});

test('title and proof of an undocumented answer are those of one member', () => {
  const failing = (id: string) => {
    const exchange = exchangeOf({ id, operation: 'refresh' });
    if (exchange.response) exchange.response.status = 500;
    return { actual: '500 Internal Server Error', exchange, proof: [{ purpose: 'it', exchange }] };
  };
  const [cause] = broken({
    'refresh.hostile-value': failing('0-1'),
    'refresh.documented-status': failing('0-2'),
  }).causes;
  expect([cause?.requirements[0], cause?.proof[0]?.exchange.id]).toEqual([
    'refresh.documented-status',
    '0-2',
  ]);
});

test('the same line broken in the same way by three operations is one cause', () => {
  const place = {
    pointer: '/components/schemas/ErrorResponse/properties/errors/type',
    file: 'a.yaml',
    line: 9,
  };
  const at = (id: string, operation: string) => ({
    ...shownBy(id, operation),
    expected: 'must be array',
    actual: '"none"',
    instancePointer: '/errors',
    place,
  });
  const report = broken({
    'issue.response-schema': at('0-1', 'issue'),
    'refresh.response-schema': { ...at('0-2', 'refresh'), actual: '"never"' },
    'revoke.response-schema': at('0-3', 'revoke'),
  });
  expect(told(report)).toEqual([
    ['issue.response-schema', 'refresh.response-schema', 'revoke.response-schema'],
  ]);
});

test('one value of one property is one cause, whatever it breaks, and is told by itself', () => {
  const at = { instancePointer: '/data/expires_in', actual: '"3600"' };
  const report = broken({
    'issue.response-schema': { ...shownBy('0-1'), ...at, expected: 'must be integer' },
    'token.expires-in': {
      ...shownBy('0-2'),
      ...at,
      expected: 'a positive integer of seconds',
      level: 'should',
    },
    'refresh.envelope': { ...shownBy('0-3', 'refresh'), instancePointer: '/data', actual: 'absent' },
  });
  expect(report.causes.map(({ title, requirements }) => [title, requirements])).toEqual([
    [
      'issue answers with "3600" as data.expires_in, which must be integer',
      ['issue.response-schema', 'token.expires-in'],
    ],
    ['refresh answers without data', ['refresh.envelope']],
  ]);
});

test('what would be told by the same words is told once', () => {
  const early = (id: string, expected: string) =>
    deviationOf({ ...shownBy(id), expected, actual: '401 Unauthorized' });
  const report = withRequirement(conformingReport(), 'token.lifetime', {
    outcome: 'failed',
    deviations: [early('0-1', 'alive after 5 s'), { ...early('0-2', 'one of 60 s'), actual: '60000' }],
  });
  expect(report.causes).toHaveLength(1);
});

test('an undocumented answer of an operation is one cause, whatever met it', () => {
  const failing = (id: string) => {
    const exchange = exchangeOf({ id, operation: 'refresh' });
    if (exchange.response) exchange.response.status = 500;
    return { actual: '500 Internal Server Error', exchange, proof: [{ purpose: 'it', exchange }] };
  };
  const report = broken({
    'refresh.mistyped-parameter': failing('0-1'),
    'refresh.documented-status': failing('0-2'),
    'refresh.hostile-value': failing('0-3'),
  });
  expect(told(report)).toHaveLength(1);
  expect(report.causes[0]?.title).toBe('refresh answers 500 Internal Server Error, which is not documented');
});

test('what valid requests get at times, and success at others, is told with how often it came', () => {
  const refused = (id: string) => {
    const exchange = exchangeOf({ id, operation: 'refresh' });
    if (exchange.response) exchange.response.status = 401;
    return { actual: '401 Unauthorized', exchange, proof: [{ purpose: 'it', exchange }] };
  };
  const failing = broken({
    'refresh.success': refused('0-1'),
    'refresh.repeatable': refused('0-2'),
    'refresh.concurrent': refused('0-3'),
  });
  const report = withRequirement(failing, 'refresh.repeatable', {
    checks: { passed: 9, failed: 1, inconclusive: 0 },
  });
  expect(report.causes.map(({ title, requirements }) => [title, requirements])).toEqual([
    [
      'refresh answers valid requests 401 Unauthorized now and then (1 of 10 in sequence)',
      ['refresh.repeatable', 'refresh.success', 'refresh.concurrent'],
    ],
  ]);
});

test('operations that answer alike to the same are one cause, and others are not', () => {
  const failing = (id: string, operation: string) => {
    const exchange = exchangeOf({ id, operation });
    if (exchange.response) exchange.response.status = 500;
    return { actual: '500 Internal Server Error', exchange, proof: [{ purpose: 'it', exchange }] };
  };
  const report = broken({
    'issue.malformed-body': failing('0-1', 'issue'),
    'issue.documented-status': failing('0-1', 'issue'),
    'refresh.malformed-body': failing('0-2', 'refresh'),
    'refresh.documented-status': failing('0-2', 'refresh'),
    'revoke.documented-status': failing('0-3', 'revoke'),
  });
  expect(report.causes.map(({ title }) => title)).toEqual([
    'issue answers 500 Internal Server Error, which is not documented, refresh too',
    'revoke answers 500 Internal Server Error, which is not documented',
  ]);
});

test('what is refused in another way than documented is accepted by nobody', () => {
  const wrong = {
    ...shownBy('0-1'),
    expected: '401',
    actual: '400 Bad Request, to a request with a wrong secret',
  };
  const [cause] = broken({ 'issue.invalid-client': wrong }).causes;
  expect([cause?.title, cause?.gravity]).toEqual([
    'issue answers 400 Bad Request to a request with a wrong secret, where 401 is right',
    'success',
  ]);
});

test('what was found out of an operation is what its failing comes from, and leads behind security alone', () => {
  const { requirements } = broken({
    'issue.enum': shownBy('0-1'),
    'refresh.success': { ...shownBy('0-2', 'refresh'), actual: '401 Unauthorized' },
    'token.expired-unusable': { ...shownBy('0-3', 'revoke'), actual: '200 OK' },
  });
  const found = differenceOf('refresh');
  const causes = causesOf(requirements, [found]);
  expect(causes.map(({ requirements: [id] }) => id)).toEqual([
    'token.expired-unusable',
    'refresh.success',
    'issue.enum',
  ]);
  expect(causes[1]?.title).toBe(found.title);
});

test('security comes before success, form and words, and should behind must', () => {
  const report = broken({
    'http.no-cookie': { ...shownBy('0-1'), level: 'should' },
    'issue.envelope': { ...shownBy('0-2'), instancePointer: '/data', actual: 'absent' },
    'issue.response-schema': { ...shownBy('0-3'), instancePointer: '/code', actual: '1' },
    'issue.repeatable': shownBy('0-4'),
    'token.expired-unusable': { ...shownBy('0-5', 'revoke'), expected: '401' },
  });
  expect(report.causes.map(({ requirements: [id] }) => id)).toEqual([
    'token.expired-unusable',
    'issue.repeatable',
    'issue.response-schema',
    'issue.envelope',
    'http.no-cookie',
  ]);
});

test('a must of words comes before a should of security', () => {
  const report = broken({
    'token.unpredictable': { ...shownBy('0-1'), level: 'should' },
    'issue.envelope': { ...shownBy('0-2'), instancePointer: '/data', actual: 'absent' },
  });
  const levelled = withRequirement(report, 'token.unpredictable', { level: 'should' });
  expect(levelled.causes.map(({ requirements: [id] }) => id)).toEqual([
    'issue.envelope',
    'token.unpredictable',
  ]);
});

test('what is accepted has no cause of its own, and is told beside none', () => {
  const acceptance = { reason: 'Soon.', category: 'target-bug', owner: 'gateway', expires: '2026-04-01' };
  expect(broken({ 'issue.enum': { ...shownBy('0-1'), acceptance } }).causes).toEqual([]);
});

test('what was taken and is to be refused is more than its undocumented status', () => {
  const taken = (id: string) => {
    const exchange = exchangeOf({ id, operation: 'issue' });
    if (exchange.response) exchange.response.status = 201;
    return { actual: '201 Created', exchange, proof: [{ purpose: 'it', exchange }] };
  };
  const report = broken({
    'issue.documented-status': taken('0-1'),
    'issue.invalid-client': taken('0-2'),
  });
  expect(told(report)).toEqual([['issue.invalid-client'], ['issue.documented-status']]);
});

test('what could not be established for want of a success is told by the cause', () => {
  const failing = broken({ 'issue.success': shownBy('0-1') });
  const report = withRequirement(failing, 'token.usable', {
    outcome: 'inconclusive',
    reason: 'no token could be had from the issue operation (500)',
  });
  expect(report.causes[0]?.blocks).toEqual(['token.usable']);
});
