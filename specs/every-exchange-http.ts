import type { Exchange } from '../fixtures/exchange.ts';
import { grantIn } from '../fixtures/grants.ts';
import type { ScenarioRun } from '../fixtures/scenario-run.ts';
import { isLoopback } from '../fixtures/settings.ts';

/** What a stack trace, a database error or a framework's dump looks like. */
const internals: [RegExp, string][] = [
  [/\n?\s+at [\w$.<>[\] ]+ \(?[^\s()]+:\d+(:\d+)?\)?/, 'a stack trace'],
  [/Traceback \(most recent call last\)|File "[^"]+", line \d+/, 'a Python stack trace'],
  [/\b(java|javax|org|com)\.[\w.]+(Exception|Error)\b/, 'a Java exception'],
  [/goroutine \d+ \[|panic: /, 'a Go panic'],
  [/(?:^|[\s"'(])\/(usr|home|var|opt|srv|app|root|etc)\/[\w.-]+\/?/, 'a path of the server'],
  [/[A-Z]:\\\\?(Users|inetpub|Program Files|Windows)\b/i, 'a path of the server'],
  [/node_modules\/|site-packages\/|vendor\/bundle/, 'a path of the server'],
  [/SQLSTATE|ORA-\d{5}|syntax error at or near|You have an error in your SQL syntax/i, 'a database error'],
  [/\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s\w+\sSET|DELETE FROM)\b/i, 'an SQL statement'],
  [
    /Whitelabel Error Page|Werkzeug Debugger|Django Version|DEBUG = True|Symfony Exception/,
    'a framework page',
  ],
];

/** Credentials shorter than this occur in answers by chance. */
const shortestEcho = 8;

/** The requirements on how any answer travels, from the standards of HTTP and OAuth. */
export function checkTransport(t: ScenarioRun, exchange: Exchange): void {
  const { response, request, draft } = exchange;
  if (!response) return;
  const check = (id: string, passed: boolean, expected: string, actual: string) =>
    t.check(id, passed, { expected, actual, exchange });

  if (response.success && grantIn(response)) {
    const control = response.header('cache-control');
    check(
      'http.no-store',
      /\bno-store\b/i.test(control ?? ''),
      'Cache-Control: no-store with a token',
      control === undefined ? 'no Cache-Control' : `Cache-Control: ${control}`,
    );
  }
  if (response.status === 401) {
    const challenge = response.header('www-authenticate');
    const scheme = draft.operation.bearer ? 'Bearer' : 'any scheme';
    check(
      'http.www-authenticate',
      challenge !== undefined && challenges(challenge, draft.operation.bearer),
      `WWW-Authenticate with 401, a challenge of ${scheme} in it`,
      challenge === undefined ? 'no WWW-Authenticate' : `WWW-Authenticate: ${challenge}`,
    );
  }
  const redirect = response.status >= 300 && response.status < 400;
  check(
    'http.no-redirect',
    !redirect,
    'no redirect',
    `${response.status} to ${response.header('location') ?? 'nowhere'}`,
  );
  const cookie = response.header('set-cookie');
  check('http.no-cookie', cookie === undefined, 'no Set-Cookie', `Set-Cookie: ${cookie?.split('=')[0]}=…`);

  const found = internals.find(([pattern]) => pattern.test(response.text.slice(0, 100_000)));
  check('http.no-internals', !found, 'an error for the caller alone', `${found?.[1]} in the body`);

  const echoed = echo(exchange);
  check(
    'http.no-secret-echo',
    echoed === undefined,
    'no credential that was sent',
    `${echoed} in the answer`,
  );

  const url = new URL(request.url);
  const protectedWire = url.protocol === 'https:' || isLoopback(url.hostname);
  check('http.tls', protectedWire, 'https: beyond this machine', `${url.protocol}//${url.hostname}`);

  if (draft.headers.some(([name]) => name.toLowerCase() === 'origin')) checkCors(t, exchange);
}

/** Whether a field holds a challenge (RFC 9110 section 11.6.1), and one of Bearer where a bearer token is asked for. */
function challenges(field: string, bearer: boolean): boolean {
  const unquoted = field.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return (bearer ? /(?:^|,)\s*bearer(?=\s|,|$)/i : /^\s*[\w!#$%&'*+.^`|~-]+(?=\s|,|$)/).test(unquoted);
}

/** The credentials of the client are for servers; no page of any origin may read an answer with them. */
function checkCors(t: ScenarioRun, exchange: Exchange): void {
  const allowed = exchange.response?.header('access-control-allow-origin');
  const credentials = exchange.response?.header('access-control-allow-credentials');
  const open = allowed !== undefined && credentials?.toLowerCase() === 'true';
  t.check('http.cors', !open, {
    expected: 'no Access-Control-Allow-Credentials for any origin',
    actual: `Access-Control-Allow-Origin: ${allowed} with credentials`,
    exchange,
  });
}

/** Which credential of the request stands in the answer, its own tokens in a token response aside. */
function echo({ request, response, draft }: Exchange): string | undefined {
  if (!response) return undefined;
  const own = response.success ? grantIn(response) : undefined;
  let text = [...response.headers.map(([, value]) => value), response.text].join('\n');
  for (const token of [own?.accessToken, own?.refreshToken]) if (token) text = text.replaceAll(token, '');
  const bearer = request.headers
    .find(([name]) => name.toLowerCase() === 'authorization')?.[1]
    .split(' ')
    .at(-1);
  const body = (draft.json ?? {}) as Record<string, unknown>;
  const sent: [string, unknown][] = [
    ['the bearer token', bearer],
    ...Object.entries(body).filter(([name]) => /secret|token/i.test(name)),
  ];
  return sent.find(([, value]) => isCredential(value) && text.includes(value))?.[0];
}

function isCredential(value: unknown): value is string {
  return typeof value === 'string' && value.length >= shortestEcho;
}
