import { type Exchange, isElsewhere } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import type { Response } from '../../fixtures/http/response.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { type Mark, markOfHeader } from '../../fixtures/scenario/script.ts';
import { isLoopback } from '../../fixtures/settings/limits.ts';
import { challengeProblem } from './challenge.ts';
import { wrongClock } from './jwt.ts';
import { shortestEcho, spellingsOf } from './spellings.ts';

/**
 * What a stack trace, a database error or a framework's dump looks like, in the text of a JSON body. Every
 * repetition is bounded: a target may answer with 100 kB of one letter.
 */
const internals: [RegExp, string][] = [
  [/\sat ([\w$.<>[\] ]{1,200} \()?[^\s()]{0,200}[./\\][^\s():]{0,200}:\d+/, 'a stack trace'],
  [/\bat [\w$.<>]+\([\w$]+\.(java|kt|scala|groovy):\d+\)|\bin [^\s"]+\.cs:line \d+/, 'a stack trace'],
  [/Traceback \(most recent call last\)|File \\?"[^"]{1,200}", line \d+/, 'a Python stack trace'],
  [/\w\.(java|kt|cs|py|rb|php|go|rs|[cm]?[jt]s)(:|\(|\(?line | on line )\d+/, 'a line of its program'],
  [/\b[A-Z]\w*Exception\b/, 'the name of an exception'],
  [
    /\b(Type|Reference|Range|Syntax|Key|Attribute|Value|Index|NoMethod|ZeroDivision|Assertion)Error\b/,
    'the name of an exception',
  ],
  [/goroutine \d+ \[|panic: |panicked at|runtime error: |json: cannot unmarshal/, 'an error of the runtime'],
  [/Cannot read propert(y|ies) of (undefined|null)|undefined method `/, 'an error of the runtime'],
  [/(?:^|[\s"'(])\/(usr|home|var|opt|srv|app|root|etc|workspace)\/[\w.-]+\/?/, 'a path of the server'],
  [/(?<![A-Za-z])[A-Z]:\\\\[\w ]+/, 'a path of the server'],
  [/node_modules\/|site-packages\/|vendor\/bundle/, 'a path of the server'],
  [/SQLSTATE|ORA-\d{5}|syntax error at or near|You have an error in your SQL syntax/i, 'a database error'],
  [/\bER_[A-Z_]{4,}\b|\bSQLITE_[A-Z]+\b|\bpq: |\bPG::\w+|Incorrect syntax near/, 'a database error'],
  [/Mongo\w*Error|\bE11000\b|WRONGTYPE Operation|PrismaClient\w+|Sequelize\w+Error/, 'a database error'],
  [/duplicate key value violates|relation \\?"[^"]{1,200}" does not exist/, 'a database error'],
  [/\b(SELECT\s.{1,500}\sFROM\s|INSERT INTO\s|UPDATE\s\w+\sSET\s|DELETE FROM\s)/, 'an SQL statement'],
  [/\bE(CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|AI_AGAIN)\b/, 'an error of its network'],
  [/\b(10\.\d{1,3}|192\.168|172\.(1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b/, 'an address of its network'],
  [/\.svc\.cluster\.local\b|\w\.internal\b/, 'an address of its network'],
  [/\b[A-Z]+_(SECRET|PASSWORD|KEY|TOKEN)=/, 'a setting of the server'],
  [
    /Whitelabel Error Page|Werkzeug Debugger|Django Version|DEBUG = True|Symfony Exception/,
    'a framework page',
  ],
];

/**
 * Cookies that load balancers, gateways and servlet containers set by themselves, to find the machine or the
 * visitor again. They authenticate nobody, and whoever runs the API may not be able to switch them off.
 */
const balancers =
  /^\s*(AWSALB\w*|AWSELB\w*|ARRAffinity\w*|ApplicationGatewayAffinity\w*|BIGipServer[^=]*|TS[0-9a-f]{6,}[^=]*|NSC_[^=]*|GCLB|GCILB|SERVERID|ROUTEID|INGRESSCOOKIE|route|JSESSIONID|__cf\w+|_cfuvid|cf_clearance|incap_ses_\w+|visid_incap_\w+|nlbi_\w+|ak_bmsc|bm_\w+|_abck|datadome)=/;

/** The requirements on how any answer travels, from the standards of HTTP and OAuth. */
export function checkTransport(t: ScenarioRun, exchange: Exchange): void {
  const { response, request, draft } = exchange;
  if (!response) return;
  const check = (id: string, passed: boolean, expected: string, actual: string, mark: Mark = {}) =>
    t.check(id, passed, { expected, actual, exchange, ...mark });

  if (response.success && grantIn(response)) {
    const control = response.header('cache-control');
    check(
      'http.no-store',
      control?.split(',').some((directive) => directive.trim().toLowerCase() === 'no-store') === true,
      'Cache-Control: no-store with a token',
      control === undefined ? 'no Cache-Control' : `Cache-Control: ${control}`,
      markOfHeader(response, 'cache-control'),
    );
  }
  if (response.status === 401) {
    const challenge = response.header('www-authenticate');
    const asked = draft.operation.alternatives.flat();
    const bearer = asked.length > 0 && asked.every(({ kind }) => kind === 'bearer');
    const scheme = bearer ? 'Bearer' : 'any scheme';
    check(
      'http.www-authenticate',
      challenge !== undefined && challenges(challenge, bearer),
      `WWW-Authenticate with 401, a challenge of ${scheme} in it`,
      challenge === undefined ? 'no WWW-Authenticate' : `WWW-Authenticate: ${challenge}`,
      markOfHeader(response, 'www-authenticate'),
    );
    // One that is empty is none: that is said above.
    const wrong = challenge ? challengeProblem(challenge, exchange) : undefined;
    check(
      'http.challenge',
      wrong === undefined,
      wrong?.[0] ?? '',
      `WWW-Authenticate: ${challenge}`,
      markOfHeader(response, 'www-authenticate'),
    );
  }
  const date = response.header('date');
  if (date !== undefined) {
    const wrong = dateProblem(date, [Date.now(), t.now()]);
    check('http.date', wrong === undefined, wrong ?? '', `Date: ${date}`, markOfHeader(response, 'date'));
  }
  // Another address may rightly lead to that of the document.
  const redirect = response.status >= 300 && response.status < 400 && !isElsewhere(draft);
  check(
    'http.no-redirect',
    !redirect,
    'no redirect',
    `${response.status} to ${t.session.redactor.text(response.header('location') ?? 'nowhere')}`,
  );
  const cookie = response.headers.find(
    ([name, value]) => name.toLowerCase() === 'set-cookie' && !balancers.test(value),
  )?.[1];
  // A cookie may have no name; then what is before its attributes is its value (RFC 6265 section 5.2).
  const named = cookie?.match(/^[^;=]+=/)?.[0] ?? '';
  check('http.no-cookie', cookie === undefined, 'no Set-Cookie', `Set-Cookie: ${named}…`, {
    header: 'set-cookie',
  });

  if (response.jsonProblem === undefined) {
    const { jsonFlaw: flaw } = response;
    check('http.clean-json', flaw === undefined, 'JSON that all readers read alike', `${flaw}`, {
      comparison: true,
    });
  }

  const url = new URL(request.url);
  const told = readable(response).replaceAll(url.pathname, '');
  const found = internals.find(([pattern]) => pattern.test(told));
  check('http.no-internals', !found, 'an error for the caller alone', `${found?.[1]} in the answer`, {
    matches: found?.[0],
  });

  const echoed = echo(t, exchange);
  check(
    'http.no-secret-echo',
    echoed === undefined,
    'no credential that was sent',
    `${echoed?.name} in the answer`,
    echoed && echoed.value === undefined ? { comparison: true } : { holds: echoed?.value },
  );

  const protectedWire = url.protocol === 'https:' || isLoopback(url.hostname);
  check('http.tls', protectedWire, 'https: beyond this machine', `${url.protocol}//${url.hostname}`);

  checkCors(t, exchange);
}

/** What a Date is to be, where it is not: written as RFC 9110 section 5.6.7 has it, and by one of these clocks. */
function dateProblem(date: string, clocks: number[]): string | undefined {
  const moment = Date.parse(date);
  // A date is written one way by those who send it; old ways are for those who read.
  if (Number.isNaN(moment) || new Date(moment).toUTCString() !== date)
    return `a Date such as ${new Date().toUTCString()}`;
  const isNear = clocks.some((now) => Math.abs(moment - now) <= wrongClock * 1000);
  return isNear ? undefined : `a Date within five minutes of ${new Date(clocks[0] ?? 0).toUTCString()}`;
}

/** What a person would read for the cause of an error: the body, and headers that are named for it. */
function readable({ text, headers }: Response): string {
  const told = headers
    .filter(([name]) => /error|debug|exception|stack/i.test(name))
    .map(([, value]) => value);
  return [text.slice(0, 100_000), ...told].join('\n');
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
  // Who was not asked by an origin says nothing by its silence.
  if (!open && !exchange.draft.headers.some(([name]) => name.toLowerCase() === 'origin')) return;
  t.check('http.cors', !open, {
    expected: 'no Access-Control-Allow-Credentials for any origin',
    actual: `Access-Control-Allow-Origin: ${allowed} with credentials`,
    exchange,
    header: 'access-control-allow-credentials',
  });
}

/** A credential that an answer gives back, and what it is called. */
interface Echo {
  name: string;
  /** As it was sent; undefined where it stands within a token. */
  value: string | undefined;
}

/**
 * Which credential stands in an answer, in whatever encoding: one that was sent, or a secret of the client's,
 * sent or not. A token response has its own tokens; in one that is no JWT (whose payload is the matter of
 * another requirement) the client secret may not be found either.
 */
function echo(t: ScenarioRun, { request, response, draft }: Exchange): Echo | undefined {
  if (!response) return undefined;
  const own = response.success ? grantIn(response) : undefined;
  const ownTokens = [own?.accessToken, own?.refreshToken].filter((token) => token !== undefined);
  let text = [...response.headers.map(([, value]) => value), response.text].join('\n');
  for (const token of ownTokens) text = text.replaceAll(token, '');
  const bearer = request.headers
    .find(([name]) => name.toLowerCase() === 'authorization')?.[1]
    .split(' ')
    .at(-1);
  const body = (draft.json ?? {}) as Record<string, unknown>;
  const sent: [string, unknown][] = [
    // An id is no secret, wherever it was sent.
    ['the bearer token', bearer === t.target.client.id ? undefined : bearer],
    ...Object.entries(body).filter(([name]) => /secret|token/i.test(name)),
    ['the access token of the grant', draft.grant?.accessToken],
    ['the refresh token of the grant', draft.grant?.refreshToken],
  ];
  const secrets: [string, unknown][] = [
    ['the client secret', t.target.client.secret],
    ["another client's secret", t.target.shortLivedClient?.secret],
  ];
  const standsIn = (place: string) => (entry: [string, unknown]) => holds(place, entry[1]);
  const opaque = ownTokens.filter((token) => token.split('.').length !== 3).join('\n');
  const echoed = [...sent, ...secrets].find(standsIn(text));
  if (echoed)
    return { name: echoed[0], value: text.includes(String(echoed[1])) ? String(echoed[1]) : undefined };
  const within = secrets.find(standsIn(opaque));
  return within && { name: `${within[0]}, within a token`, value: undefined };
}

/** Whether a text holds a credential, as it is or encoded. */
function holds(text: string, value: unknown): boolean {
  if (typeof value !== 'string' || value.length < shortestEcho) return false;
  return spellings(value).some((spelling) => text.includes(spelling));
}

const remembered = new Map<string, string[]>();

/** The spellings of the values seen last: those of the client's come with every exchange. */
function spellings(value: string): string[] {
  let found = remembered.get(value);
  if (!found) {
    found = spellingsOf(value);
    if (remembered.size > 200) remembered.clear();
    remembered.set(value, found);
  }
  return found;
}
