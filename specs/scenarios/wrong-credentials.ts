import { createHash, type JsonWebKey } from 'node:crypto';
import type { Draft } from '../../fixtures/http/exchange.ts';
import { fitsHeader, grantIn } from '../../fixtures/http/grants.ts';
import { carries, carriesSecret } from '../../fixtures/requests/credential-properties.ts';
import { confusedJwts, forgedJwts, isAsymmetric } from '../../fixtures/requests/forged-jwts.ts';
import { errorsOf, missingParameters } from '../../fixtures/requests/invalid.ts';
import { and, unknownAddress } from '../../fixtures/requests/media-types.ts';
import {
  type Altered,
  lookalike,
  nearMisses,
  respeltJwts,
  tamperedJwts,
} from '../../fixtures/requests/near-misses.ts';
import { overhead } from '../../fixtures/requests/overhead.ts';
import { basic, withBytes, withHeader, withJson } from '../../fixtures/requests/valid.ts';
import { doesNotSucceed, type Rule, refuses, refusesAs } from '../../fixtures/scenario/refusals.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { successProblem } from '../../fixtures/scenario/success.ts';
import type { Credentials } from '../../fixtures/settings/target.ts';
import type {
  Contract,
  Operation,
  RightStatuses,
  Role,
  SecurityScheme,
} from '../../schemas/openapi/contract.ts';
import type { WrongCredential } from '../../schemas/report/report.ts';

/** The text with its first visible ASCII character as a full-width one, which a normalising comparison takes for it. */
function fullWidth(text: string): string {
  return text.replace(/[!-~]/, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}

/** The text with `_`, which stands for any character in SQL, in the place of the first that it is not. */
function oneWild(text: string): string {
  return text.replace(/[^_]/, '_');
}

/** The text with its first character in percent-encoding, and all others that need it. */
function percentEncoded(text: string): string {
  return `%${text.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}${encodeURIComponent(text.slice(1))}`;
}

/**
 * Requests with wrong credentials, each put where the right one stands. One that is malformed, under the document, by its
 * length or by a character of another kind, may be answered like any request that is not valid. What a change left as it
 * was is not wrong.
 */
function wrongly(t: ScenarioRun, right: string, label: string, wrong: Altered[], put: Put): Draft[] {
  return wrong.flatMap(({ what, value, credential }) => {
    if (value === right) return [];
    const draft = { ...put(t.secret(label, value), what), ...(credential && { credential }) };
    // No header can hold it, or HTTP takes it for the same value without its blanks (RFC 9110 section 5.5).
    if (draft.headers.some(([, text]) => /[^\x20-\x7e]|^ | $/.test(text))) return [];
    const malformed =
      value.length !== right.length ||
      Array.from(kindsIn(value)).some((kind) => !kindsIn(right).includes(kind)) ||
      errorsOf(t.contract, draft).length > 0;
    return [malformed ? { ...draft, alsoRight: invalidStatuses(t.contract, draft) } : draft];
  });
}

/** The kinds of characters in a text: letters of either case and digits, and each other one for itself. */
function kindsIn(text: string): string {
  return text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0');
}

/** Makes a request with a value in the place of another. */
type Put = (value: string, intent: string) => Draft;

function invalidStatuses(contract: Contract, { operation }: Draft): readonly number[] {
  return contract.refusalOf(operation, 'invalid').all;
}

/** The statuses that a document has for a request to an operation that proves no right. */
function unproven(contract: Contract, role: Role): RightStatuses {
  const operation = contract.operation(role);
  if (!operation) throw new Error(`the contract has no operation to ${role} a token`);
  return contract.refusalOf(operation, 'unauthenticated');
}

/** Who does not prove an identity, or brings a token that was not issued, is refused. */
export function wrongCredentials(contract: Contract): Scenario[] {
  return [
    ...wrongClients(contract),
    ...wrongRefreshTokens(contract),
    ...contract.operations.filter(({ security }) => security.length > 0).map(unproved),
  ];
}

function wrongClients(contract: Contract): Scenario[] {
  if (!carriesSecret(contract)) return [];
  const unknownClient = 'an unknown client';
  const wrongSecret = 'a wrong secret';
  return [
    {
      title: 'issue refuses a client that does not prove its identity',
      establishes: ['issue.invalid-client', 'http.uniform-client-error'],
      // With a client id that is a UUID: one more with another that has letters.
      requests: () => 35 + overhead.issue,
      run: async (t) => {
        const { client } = t.target;
        const { id, secret } = client;
        // Where issue wants to be asked otherwise, all that follows is refused for that alone.
        const wrong = () => ({ id, secret: t.secret('wrong_client_secret', lookalike(secret)) });
        await t.diagnoses.asksInItsWay('issue', 'unauthenticated', wrongSecret, wrong);
        const by = (other: Credentials, what: string) =>
          t.draft(t.operation('issue'), what, { client: other, grant: undefined });
        const otherId = (label: string, wrong: Altered[]) =>
          wrongly(t, id, label, wrong, (value, what) => by({ id: value, secret }, what));
        const otherSecret = (label: string, wrong: Altered[], of = id) =>
          wrongly(t, secret, label, wrong, (value, what) => by({ id: of, secret: value }, what));
        const wrongSecrets: Altered[] = [
          { what: wrongSecret, value: lookalike(secret), credential: 'made-up' },
          ...(t.target.shortLivedClient
            ? [{ what: "another client's secret", value: t.target.shortLivedClient.secret }]
            : []),
          ...nearMisses(secret).map(({ what, value }) => ({ what: `a secret ${what}`, value })),
          { what: 'a blank before the secret', value: ` ${secret}` },
          { what: 'a blank behind the secret', value: `${secret} ` },
          { what: 'a wildcard for the secret', value: '*' },
          { what: 'a wildcard for one character of the secret', value: oneWild(secret) },
          { what: 'the secret in percent-encoding', value: percentEncoded(secret) },
          { what: 'the secret in base64', value: Buffer.from(secret).toString('base64') },
          { what: 'the hash of the secret', value: createHash('sha256').update(secret).digest('hex') },
          { what: 'only the first half of the secret', value: secret.slice(0, Math.ceil(secret.length / 2)) },
        ];
        const stranger = t.secret('unknown_client_id', lookalike(id));
        const wrongIds: Altered[] = [
          ...nearMisses(id).map(({ what, value }) => ({ what: `a client id ${what}`, value })),
          { what: 'a blank before the client id', value: ` ${id}` },
          { what: 'a blank behind the client id', value: `${id} ` },
        ];
        const derive = (): Draft[] => [
          ...otherId('unknown_client_id', [{ what: unknownClient, value: stranger, credential: 'made-up' }]),
          ...otherSecret('wrong_client_secret', wrongSecrets),
          ...otherSecret('client_id', [{ what: 'id and secret swapped', value: id }], secret),
          ...otherSecret('client_id', [{ what: 'the client id for the secret', value: id }]),
          // The same text where they are compared joined.
          ...otherSecret(
            'client_secret',
            [{ what: 'the last character of the client id before the secret', value: id.slice(-1) + secret }],
            id.slice(0, -1),
          ),
          // What was refused once is refused again, whatever was remembered of it.
          ...otherSecret('wrong_client_secret', [
            { what: 'a wrong secret for the second time', value: wrongSecrets[0]?.value ?? '' },
          ]),
          ...otherId('client_id', [{ what: 'an empty client id', value: '', credential: 'absent' }]),
          ...otherSecret('client_secret', [
            { what: 'an empty client secret', value: '', credential: 'absent' },
          ]),
          ...otherSecret(
            'client_secret',
            [{ what: 'an unknown client with an empty secret', value: '' }],
            stranger,
          ),
        ];
        const intents = new Set(derive().map(({ intent }) => intent));
        const isTaken = () =>
          t.exchanges.some(
            ({ draft, response }) =>
              intents.has(draft.intent) && response && (response.success || grantIn(response)),
          );
        await refuses(t, 'issue', [
          { derive, rules: [refusesAs('issue.invalid-client', unproven(contract, 'issue'))] },
          {
            // No characters of a secret, or no client id at all: whoever looks at their form may answer as he likes.
            derive: () => [
              ...otherId('wrong_client_id', wrongIds),
              ...otherSecret('wrong_client_secret', [
                { what: 'the secret and a line feed', value: `${secret}\n` },
                { what: 'the secret, then NUL and more', value: `${secret}\0x` },
                { what: 'the secret with a blank for each plus', value: secret.replaceAll('+', ' ') },
                { what: 'the secret between a tab and a no-break space', value: `\t${secret}\u00a0` },
                { what: 'the secret in full-width characters', value: fullWidth(secret) },
              ]),
            ],
            rules: [doesNotSucceed('issue.invalid-client')],
          },
          {
            // Proved, but in a place that the document does not have. Where a wrong secret is taken, it shows nothing.
            derive: () =>
              t.operation('issue').security.length > 0 || isTaken()
                ? []
                : otherSecret('wrong_client_secret', wrongSecrets.slice(0, 1)).map((draft) =>
                    withHeader(
                      draft,
                      'authorization',
                      `Basic ${t.secret('basic_credentials', joined(client))}`,
                      'the right credentials as Basic beside a wrong secret',
                    ),
                  ),
            rules: [doesNotSucceed('issue.property-names')],
          },
        ]);
        compareErrors(t, unknownClient, wrongSecret);
      },
    },
  ];
}

/** What is another in every answer: dates, durations, numbers, and ids of requests, of clients too. */
const volatile = /\d{4}-\d\d-\d\dT[\d:.+Z-]+|\d+(\.\d+)? ?m?s\b|\b(?=[\w-]*\d)[\w-]{16,}|\d{4,}/g;

/** Whoever probes for client ids must not learn from the answer which half was wrong. */
function compareErrors(t: ScenarioRun, ...intents: [string, string]): void {
  const [unknown, wrong] = intents.map((intent) =>
    t.exchanges.findLast(({ draft, kind }) => draft.intent === intent && kind === 'answer'),
  );
  if (!unknown?.response || !wrong?.response) {
    t.inconclusive('http.uniform-client-error', 'one of the two refusals to compare did not come');
    return;
  }
  if (unknown.response.success || wrong.response.success) {
    t.inconclusive('http.uniform-client-error', 'one of the two was taken, so that no two refusals compare');
    return;
  }
  const [first, second] = [unknown, wrong].map(({ response }) => {
    const { status } = response ?? {};
    const challenge = response?.header('www-authenticate');
    return JSON.stringify({ status, challenge, body: response?.json }).replaceAll(volatile, '…');
  });
  t.check('http.uniform-client-error', first === second, {
    expected: `the answer to an unknown client: ${first}`,
    actual: `to a wrong secret: ${second}`,
    exchange: wrong,
    also: [unknown],
    comparison: true,
  });
}

function wrongRefreshTokens(contract: Contract): Scenario[] {
  if (!carries(contract, 'refresh', 'refresh_token')) return [];
  return [
    {
      title: 'refresh refuses a token that it did not issue',
      establishes: ['refresh.invalid-token'],
      requests: () => 14 + overhead.refresh,
      run: (t) => {
        const otherToken = (valid: Draft, wrong: Altered[]) =>
          wrongly(t, valid.grant?.refreshToken ?? '', 'wrong_refresh_token', wrong, (value, what) =>
            t.draft(valid.operation, what, {
              client: t.target.client,
              grant: valid.grant && { ...valid.grant, refreshToken: value },
            }),
          );
        const derive = (valid: Draft): Draft[] => {
          const { accessToken = '', refreshToken = '' } = valid.grant ?? {};
          return otherToken(valid, [
            { what: 'an unknown refresh token', value: lookalike(refreshToken), credential: 'made-up' },
            ...[...tamperedJwts(refreshToken), ...nearMisses(refreshToken)].map(({ what, value }) => ({
              what: `a refresh token ${what}`,
              value,
            })),
            { what: 'the access token for the refresh token', value: accessToken },
            { what: 'a blank before the refresh token', value: ` ${refreshToken}` },
            { what: 'a blank behind the refresh token', value: `${refreshToken} ` },
            { what: 'a wildcard for the refresh token', value: '*' },
            { what: 'a wildcard for one character of the refresh token', value: oneWild(refreshToken) },
            { what: 'the refresh token in percent-encoding', value: percentEncoded(refreshToken) },
            { what: 'an empty refresh token', value: '', credential: 'absent' },
          ]);
        };
        const spelt = (valid: Draft): Draft[] =>
          otherToken(valid, [
            { what: 'a refresh token and a line feed', value: `${valid.grant?.refreshToken}\n` },
          ]);
        return refuses(t, 'refresh', [
          { derive, rules: [refusesAs('refresh.invalid-token', unproven(contract, 'refresh'))] },
          { derive: spelt, rules: [doesNotSucceed('refresh.invalid-token')] },
        ]);
      },
    },
  ];
}

function unproved({ role, bearer, security, alternatives }: Operation): Scenario {
  const id = `${role}.unauthenticated`;
  const inQuery = role === 'revoke' && bearer ? ['revoke.bearer-in-query'] : [];
  const what = security.map((scheme) => scheme.what.replace(/^(a|the) /, '')).join(' and ');

  return {
    title: `${role} refuses a request without a valid ${what}`,
    establishes: [id, ...inQuery],
    // With an access token that is a JWT: 18 more than with an opaque one.
    requests: () => 43 + inQuery.length + (bearer ? 1 : 0),
    run: async (t) => {
      const right = unproven(t.contract, role);
      const revoked = bearer ? await revokedToken(t) : undefined;
      const keys = revoked ? await publishedKeys(t, role, revoked) : [];
      const basicToo = alternatives.flat().some(({ kind }) => kind === 'basic');
      const derive = (valid: Draft) =>
        security.flatMap((scheme) => {
          if (scheme.kind === 'bearer') return withoutBearer(t, valid, { revoked, keys, basicToo });
          return scheme.kind === 'basic' ? withoutBasic(t, valid) : withoutKey(t, valid, scheme);
        });
      await refuses(t, role, [
        // With the right credentials, and in vain: what is remembered of them must not serve those who have none.
        {
          derive: (valid) => missingParameters(t.contract, valid).slice(0, 1),
          rules: [],
          harmless: `${role}.refusal-harmless`,
        },
        { derive, rules: [refusesAs(id, right)], harmless: id },
        ...inQuery.map((requirement) => ({
          derive: bearerInQuery,
          rules: [refusesAs(requirement, right, ...t.contract.refusalOf(t.operation(role), 'invalid').all)],
          harmless: id,
        })),
        ...(bearer ? [{ derive: besidePath, rules: [isNotServed(t.contract, id)], harmless: id }] : []),
      ]);
    },
  };
}

/** Client credentials for HTTP Basic as they are, which `curl -u` sends, and most servers take. */
function joined({ id, secret }: Credentials): string {
  return Buffer.from(`${id}:${secret}`).toString('base64');
}

/** A way to come without a valid credential: in words, the header, and what that is in place of one. */
type Way = [what: string, value: string | undefined, credential?: WrongCredential | undefined];

/** The valid request with a header that proves no right. */
function coming(valid: Draft, name: string, [what, value, credential]: Way): Draft {
  return { ...withHeader(valid, name, value, what), ...(credential && { credential }) };
}

/** Every way to come without the client's credentials as HTTP Basic. */
function withoutBasic(t: ScenarioRun, valid: Draft): Draft[] {
  const { id, secret } = t.target.client;
  const wrong = t.secret('wrong_client_secret', lookalike(secret));
  const headers: Way[] = [
    ['no Authorization', undefined, 'absent'],
    ['an empty Authorization', '', 'absent'],
    ['the scheme Basic alone', 'Basic', 'absent'],
    ['Basic credentials that are no base64', 'Basic %%%', 'odd'],
    [
      'Basic credentials with a wrong secret',
      t.secret('basic_credentials', basic({ id, secret: wrong })),
      'made-up',
    ],
  ];
  return headers.map((way) => coming(valid, 'authorization', way));
}

/** Every way to come without an API key. */
function withoutKey(t: ScenarioRun, valid: Draft, { parameter = '' }: SecurityScheme): Draft[] {
  const right = valid.headers.find(([name]) => name.toLowerCase() === parameter.toLowerCase())?.[1] ?? '';
  const values: Way[] = [
    ['left out', undefined, 'absent'],
    ['empty', '', 'absent'],
    ['of another value', t.secret('wrong_key', lookalike(right)), 'made-up'],
    ['cut by one character', t.secret('wrong_key', right.slice(0, -1))],
  ];
  return values.map(([what, ...rest]) => coming(valid, parameter, [`the key ${parameter} ${what}`, ...rest]));
}

/** Longer than any token, and within the 8 kB that servers give a field at least. */
const longBearer = 7000;

/** Where RFC 6750 once let it stand; it is logged with every address there. */
function bearerInQuery(valid: Draft): Draft[] {
  const query = new URLSearchParams({ access_token: valid.grant?.accessToken ?? '' }).toString();
  const draft = withHeader(valid, 'authorization', undefined, 'the bearer token in the query');
  return [{ ...draft, query: and(valid.query, query), alsoRight: unknownAddress }];
}

/** Whoever guards one spelling of a path may serve another. */
function besidePath(valid: Draft): Draft[] {
  const draft = withHeader(
    valid,
    'authorization',
    undefined,
    'no Authorization, and a slash behind the path',
  );
  return [{ ...draft, path: `${valid.path}/` }];
}

/** A rule: there is no such address, or it refuses. A page that stands everywhere is no success. */
function isNotServed(contract: Contract, requirement: string): Rule {
  return {
    requirement,
    expected: 'a refusal, or no such address',
    right: (exchange) => successProblem(contract, exchange) !== undefined,
  };
}

/** A token that was alive and has been revoked, where the target gives and revokes one; else undefined. */
async function revokedToken(t: ScenarioRun): Promise<string | undefined> {
  if (!t.contract.operation('revoke')) return undefined;
  const { valid, why } = await t.obtain('revoke', 'a token to present afterwards');
  if (why !== undefined) return undefined;
  const exchange = await t.send(valid);
  return exchange.response?.success ? valid.grant?.accessToken : undefined;
}

/** Where a server of this kind publishes the keys that its tokens are verified with. */
const keysPath = '/.well-known/jwks.json';

/** The public keys of the target, where its tokens are of a kind that has such; whoever can read them may try. */
async function publishedKeys(t: ScenarioRun, role: Role, token: string): Promise<JsonWebKey[]> {
  if (!isAsymmetric(token)) return [];
  const { valid } = await t.obtain(role, 'its public keys');
  const draft = withHeader(
    withBytes(valid, undefined, valid.intent),
    'authorization',
    undefined,
    valid.intent,
  );
  const { response } = await t.send({ ...draft, method: 'GET', path: keysPath, query: '' });
  const { keys } = Object(response?.json) as { keys?: unknown };
  return Array.isArray(keys) ? keys.map((key) => Object(key)) : [];
}

/** The cookies that a token response set, as a client would send them back; undefined where it set none. */
function cookiesOf(t: ScenarioRun): string | undefined {
  const fields = t.exchanges.flatMap(({ response }) => (response?.success ? response.headers : []));
  const pairs = fields
    .filter(([name]) => name.toLowerCase() === 'set-cookie')
    .map(([, value]) => /^\s*([^=;]*)=?([^;]*)/.exec(value)?.slice(1) as [string, string]);
  const latest = [...new Map(pairs)].map((pair) => pair.join('='));
  return latest.length > 0 ? latest.join('; ') : undefined;
}

/** Every way to come without a live bearer token. */
function withoutBearer(
  t: ScenarioRun,
  valid: Draft,
  { revoked, keys, basicToo }: { revoked: string | undefined; keys: JsonWebKey[]; basicToo: boolean },
): Draft[] {
  const { accessToken: token = '', refreshToken } = valid.grant ?? {};
  const asBasic = `Basic ${t.secret('basic_credentials', joined(t.target.client))}`;
  const bearers: Altered[] = [
    ...tamperedJwts(token),
    ...forgedJwts(token),
    ...confusedJwts(token, keys),
    ...nearMisses(token),
    ...(refreshToken && fitsHeader(refreshToken)
      ? [{ what: 'that is the refresh token', value: refreshToken }]
      : []),
    ...(revoked
      ? [
          { what: 'that was revoked', value: revoked, credential: 'revoked' as const },
          ...respeltJwts(revoked),
        ]
      : []),
  ];
  const malformed: Way[] = [
    ['an empty Authorization', '', 'absent'],
    ['the scheme alone', 'Bearer', 'absent'],
    ['the token without a scheme', token],
    ['something behind the token', `Bearer ${token} x`],
    // Two fields of a name are one with a comma (RFC 9110 section 5.3), and that is how they may arrive.
    ['two bearer tokens, the wrong one first', `Bearer ${lookalike(token)}, Bearer ${token}`],
  ];
  const cookies = cookiesOf(t);
  const headers: Way[] = [
    ['no Authorization', undefined, 'absent'],
    ['a bearer token that is garbage in three parts', 'Bearer garbage.in.parts', 'made-up'],
    // Where the document takes them in place of the token, they are right.
    ...(basicToo ? [] : [['the client credentials as Basic', asBasic] as Way]),
    ['an unknown scheme', `Conformance ${token}`],
    ['a bearer token that is the client id', `Bearer ${t.target.client.id}`],
    ['a bearer token that is the client secret', `Bearer ${t.target.client.secret}`],
    ['a bearer token that a careless client sends', 'Bearer undefined', 'made-up'],
    ['a bearer token that every object inherits', 'Bearer constructor', 'odd'],
    ...bearers.map(
      ({ what, value, credential }): Way => [
        `a bearer token ${what}`,
        `Bearer ${t.secret('wrong_bearer', value)}`,
        credential,
      ],
    ),
  ];
  const inBody = withHeader(valid, 'authorization', undefined, '');
  return [
    ...headers.map((way) => coming(valid, 'authorization', way)),
    // Neither a token nor its absence, but a malformed request: 400 by RFC 6750 section 3.1.
    ...malformed.map((way) => ({
      ...coming(valid, 'authorization', way),
      alsoRight: invalidStatuses(t.contract, valid),
    })),
    {
      ...withHeader(valid, 'authorization', `Bearer ${'k'.repeat(longBearer)}`, 'a bearer token 7 kB long'),
      alsoRight: [...invalidStatuses(t.contract, valid), 413, 431],
    },
    ...(cookies === undefined
      ? []
      : [withHeader(inBody, 'cookie', t.secret('cookie', cookies), 'the cookies of a token response alone')]),
    // Where unknown parameters are refused, and before the bearer token is looked at: 400.
    {
      ...withJson(
        inBody,
        { ...(valid.json as object), access_token: token },
        'the bearer token only in the body',
      ),
      alsoRight: invalidStatuses(t.contract, valid),
    },
  ];
}
