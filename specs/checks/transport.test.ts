import { expect, test } from '@playwright/test';
import type { Exchange } from '../../fixtures/http/exchange.ts';
import { Response } from '../../fixtures/http/response.ts';
import type { Evidence } from '../../fixtures/scenario/checks.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { redactorFor } from '../../fixtures/scenario/session.ts';
import { checkTransport } from './transport.ts';

const client = { id: 'an id', secret: 'a secret' };

/** What the checks on an answer with this description say of a requirement. */
function said(id: string, { url = 'http://127.0.0.1:8080/v1', description = '' }): boolean | undefined {
  const seen = new Map<string, boolean>();
  const t = {
    check: (requirement: string, passed: boolean, _evidence: Evidence) => seen.set(requirement, passed),
    target: { client },
    session: { redactor: redactorFor([{ client, shortLivedClient: undefined, accountId: undefined }]) },
  };
  const body = Buffer.from(JSON.stringify({ description }));
  const response = new Response(400, 'Bad Request', [], body, undefined);
  const exchange = { request: { url, headers: [] }, draft: { headers: [], operation: {} }, response };
  checkTransport(t as unknown as ScenarioRun, exchange as unknown as Exchange);
  return seen.get(id);
}

test('plain HTTP is right on this machine and nowhere else', () => {
  expect(said('http.tls', { url: 'http://127.0.0.1:8080/v1' })).toBe(true);
  expect(said('http.tls', { url: 'http://[::1]:8080/v1' })).toBe(true);
  expect(said('http.tls', { url: 'https://gateway.example/v1' })).toBe(true);
  expect(said('http.tls', { url: 'http://gateway.example/v1' })).toBe(false);
});

const inside = [
  'Error: invalid\n    at Object.issue (/srv/auth/dist/token.js:12:9)',
  'at com.nomba.auth.TokenController.issue(TokenController.java:42)',
  'System.NullReferenceException: Object reference not set',
  'at Auth.Issue() in D:\\src\\Auth.cs:line 42',
  'Traceback (most recent call last)',
  'File "/opt/auth/app.py", line 7, in issue',
  "KeyError: 'client_id'",
  "undefined method `secret' for nil:NilClass (NoMethodError)",
  "app/models/client.rb:12:in `find'",
  'PHP Warning: Undefined index in auth.php on line 42',
  "TypeError: Cannot read properties of undefined (reading 'secret')",
  'panic: runtime error: invalid memory address or nil pointer dereference',
  'json: cannot unmarshal number into Go struct field',
  'pq: relation "clients" does not exist',
  'ER_NO_SUCH_TABLE: Table auth.clients',
  'MongoServerError: E11000 duplicate key error collection',
  'SELECT id FROM clients WHERE id = 1',
  'connect ECONNREFUSED 10.1.2.3:5432',
  'getaddrinfo ENOTFOUND db.prod.svc.cluster.local',
  'JWT_SECRET=unset',
];
for (const description of inside) {
  test(`shows the inside of the server: ${description.slice(0, 60)}`, () => {
    expect(said('http.no-internals', { description })).toBe(false);
  });
}

const fit = [
  'Invalid request parameters',
  'Malformed JSON at line 1:5',
  'Unexpected token } in JSON at position 12',
  'select a grant_type from the documented ones',
  'The header accountId is missing',
  '/data/access_token must be string',
  'client_secret must be at most 128 characters (10.5 kB given)',
  'Grant type not supported, see https://developer.nomba.com/docs/errors#01',
  'An exception to the rule; an internal error occurred at 12:30:45',
];
for (const description of fit) {
  test(`is for the caller: ${description.slice(0, 60)}`, () => {
    expect(said('http.no-internals', { description })).toBe(true);
  });
}

test('a path below which the target stands is no secret of its server', () => {
  const url = 'http://127.0.0.1:8080/app/v1/auth/token/issue';
  expect(said('http.no-internals', { url, description: 'POST /app/v1/auth/token/issue' })).toBe(true);
  expect(said('http.no-internals', { url, description: 'cannot open /app/config' })).toBe(false);
});

for (const letters of ['K', 'a-', 'at ', 'SELECT x ', 'a/', 'File "', '<>.']) {
  test(`a hundred thousand characters of "${letters}" take no time`, () => {
    const started = performance.now();
    said('http.no-internals', { description: letters.repeat(100_000 / letters.length) });
    // Seconds where a repetition is not bounded; 5 ms here.
    expect(performance.now() - started).toBeLessThan(1000);
  });
}
