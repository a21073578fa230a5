import type { Draft } from '../../fixtures/http/exchange.ts';
import { fitsHeader } from '../../fixtures/http/grants.ts';
import { propertyNamed } from '../../fixtures/requests/credential-properties.ts';
import { errorsOf } from '../../fixtures/requests/invalid.ts';
import { unknownAddress } from '../../fixtures/requests/media-types.ts';
import { type Altered, lookalike, nearMisses, tamperedJwts } from '../../fixtures/requests/near-misses.ts';
import { overhead } from '../../fixtures/requests/overhead.ts';
import { withHeader, withJson, withProperty } from '../../fixtures/requests/valid.ts';
import { answers, doesNotSucceed, refuses } from '../../fixtures/scenario/refusals.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import type { Contract, Role } from '../../schemas/openapi/contract.ts';

/** The text with its first visible ASCII character as a full-width one, which a normalising comparison takes for it. */
function fullWidth(text: string): string {
  return text.replace(/[!-~]/, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}

/**
 * Requests with wrong credentials. One that is malformed, under the document or by its length, may be answered
 * 400 as well: "Invalid request parameters". What a change left as it was is not wrong.
 */
function wrongly(t: ScenarioRun, valid: Draft, path: string[], label: string, wrong: Altered[]): Draft[] {
  const right = valueIn(valid, path);
  return wrong.flatMap(({ what, value }) => {
    if (value === right) return [];
    const draft = withProperty(valid, path, t.secret(label, value), what);
    const malformed = value.length !== right.length || errorsOf(t.contract, draft).length > 0;
    return [malformed ? { ...draft, alsoRight: [400] } : draft];
  });
}

function valueIn({ json }: Draft, path: string[]): string {
  return String(path.reduce<unknown>((value, name) => Object(value)[name], json));
}

/** Who does not prove an identity, or brings a token that was not issued, is refused. */
export function wrongCredentials(contract: Contract): Scenario[] {
  return [
    ...wrongClients(contract),
    ...wrongRefreshTokens(contract),
    ...contract.operations.filter(({ bearer }) => bearer).map(({ role }) => withoutBearer(role)),
  ];
}

function wrongClients(contract: Contract): Scenario[] {
  const clientId = propertyNamed(contract, 'issue', 'client_id');
  const clientSecret = propertyNamed(contract, 'issue', 'client_secret');
  if (!clientId || !clientSecret) return [];
  const unknownClient = 'an unknown client';
  const wrongSecret = 'a wrong secret';
  return [
    {
      title: 'issue refuses a client that does not prove its identity',
      establishes: ['issue.invalid-client', 'http.uniform-client-error'],
      // With a client id that is a UUID: one more with another that has letters.
      requests: () => 20 + overhead.issue,
      run: async (t) => {
        const { id, secret } = t.target.client;
        const blanks = ` ${secret} `;
        const wrongSecrets: Altered[] = [
          { what: wrongSecret, value: lookalike(secret) },
          ...(t.target.shortLivedClient
            ? [{ what: "another client's secret", value: t.target.shortLivedClient.secret }]
            : []),
          ...nearMisses(secret).map(({ what, value }) => ({ what: `a secret ${what}`, value })),
          { what: 'a secret between blanks', value: blanks },
          { what: 'only the first half of the secret', value: secret.slice(0, Math.ceil(secret.length / 2)) },
        ];
        const stranger = t.secret('unknown_client_id', lookalike(id));
        const wrongIds: Altered[] = [
          ...nearMisses(id).map(({ what, value }) => ({ what: `a client id ${what}`, value })),
          { what: 'a client id between blanks', value: ` ${id} ` },
        ];
        const derive = (valid: Draft): Draft[] => [
          ...wrongly(t, valid, clientId, 'unknown_client_id', [{ what: unknownClient, value: stranger }]),
          ...wrongly(t, valid, clientSecret, 'wrong_client_secret', wrongSecrets),
          ...wrongly(t, withProperty(valid, clientId, secret, ''), clientSecret, 'client_id', [
            { what: 'id and secret swapped', value: id },
          ]),
          ...wrongly(t, valid, clientId, 'client_id', [{ what: 'an empty client id', value: '' }]),
          ...wrongly(t, valid, clientSecret, 'client_secret', [
            { what: 'an empty client secret', value: '' },
          ]),
          ...wrongly(t, withProperty(valid, clientId, stranger, ''), clientSecret, 'client_secret', [
            { what: 'an unknown client with an empty secret', value: '' },
          ]),
        ];
        await refuses(t, 'issue', [
          { derive, rules: [answers('issue.invalid-client', 401)] },
          {
            // No characters of a secret, or no client id at all: whoever looks at their form may answer as he likes.
            derive: (valid) => [
              ...wrongly(t, valid, clientId, 'wrong_client_id', wrongIds),
              ...wrongly(t, valid, clientSecret, 'wrong_client_secret', [
                { what: 'the secret and a line feed', value: `${secret}\n` },
                { what: 'the secret, then NUL and more', value: `${secret}\0x` },
                { what: 'the secret in full-width characters', value: fullWidth(secret) },
              ]),
            ],
            rules: [doesNotSucceed('issue.invalid-client')],
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
  const [first, second] = [unknown, wrong].map(({ response }) => {
    const { status } = response ?? {};
    const body = response?.success ? undefined : response?.json;
    const challenge = response?.header('www-authenticate');
    return JSON.stringify({ status, challenge, body }).replaceAll(volatile, '…');
  });
  t.check('http.uniform-client-error', first === second, {
    expected: `the answer to an unknown client: ${first}`,
    actual: `to a wrong secret: ${second}`,
    exchange: wrong,
  });
}

function wrongRefreshTokens(contract: Contract): Scenario[] {
  const token = propertyNamed(contract, 'refresh', 'refresh_token');
  if (!token) return [];
  return [
    {
      title: 'refresh refuses a token that it did not issue',
      establishes: ['refresh.invalid-token'],
      requests: () => 8 + overhead.refresh,
      run: (t) => {
        const derive = (valid: Draft): Draft[] => {
          const { accessToken = '', refreshToken = '' } = valid.grant ?? {};
          return wrongly(t, valid, token, 'wrong_refresh_token', [
            { what: 'an unknown refresh token', value: lookalike(refreshToken) },
            ...[...tamperedJwts(refreshToken), ...nearMisses(refreshToken)].map(({ what, value }) => ({
              what: `a refresh token ${what}`,
              value,
            })),
            { what: 'the access token for the refresh token', value: accessToken },
            { what: 'an empty refresh token', value: '' },
          ]);
        };
        const spelt = (valid: Draft): Draft[] =>
          wrongly(t, valid, token, 'wrong_refresh_token', [
            { what: 'a refresh token and a line feed', value: `${valid.grant?.refreshToken}\n` },
          ]);
        return refuses(t, 'refresh', [
          { derive, rules: [answers('refresh.invalid-token', 401)] },
          { derive: spelt, rules: [doesNotSucceed('refresh.invalid-token')] },
        ]);
      },
    },
  ];
}

function withoutBearer(role: Role): Scenario {
  const id = `${role}.unauthenticated`;
  const inQuery =
    role === 'revoke'
      ? [{ derive: bearerInQuery, rules: [answers('revoke.bearer-in-query', 400, 401)] }]
      : [];

  return {
    title: `${role} refuses a request without a valid bearer token`,
    establishes: [id, ...inQuery.flatMap(({ rules }) => rules.map(({ requirement }) => requirement))],
    // With an access token that is a JWT: five more than with an opaque one.
    requests: () => 24 + inQuery.length,
    run: async (t) => {
      const revoked = await revokedToken(t);
      await refuses(t, role, [
        { derive: (valid) => unauthenticated(t, valid, revoked), rules: [answers(id, 401)] },
        ...inQuery,
      ]);
    },
  };
}

/** Where RFC 6750 once let it stand; it is logged with every address there. */
function bearerInQuery(valid: Draft): Draft[] {
  const query = new URLSearchParams({ access_token: valid.grant?.accessToken ?? '' }).toString();
  const draft = withHeader(valid, 'authorization', undefined, 'the bearer token in the query');
  return [{ ...draft, query, alsoRight: unknownAddress }];
}

/** A token that was alive and has been revoked, where the target gives and revokes one; else undefined. */
async function revokedToken(t: ScenarioRun): Promise<string | undefined> {
  if (!t.contract.operation('revoke')) return undefined;
  const { valid, why } = await t.obtain('revoke', 'a token to present afterwards');
  if (why !== undefined) return undefined;
  const exchange = await t.send(valid);
  return exchange.response?.success ? valid.grant?.accessToken : undefined;
}

/** Every way to come without a live bearer token. */
function unauthenticated(t: ScenarioRun, valid: Draft, revoked: string | undefined): Draft[] {
  const { accessToken: token = '', refreshToken } = valid.grant ?? {};
  const basic = Buffer.from(`${t.target.client.id}:${t.target.client.secret}`).toString('base64');
  const bearers: Altered[] = [
    ...tamperedJwts(token),
    ...nearMisses(token),
    ...(refreshToken && fitsHeader(refreshToken)
      ? [{ what: 'that is the refresh token', value: refreshToken }]
      : []),
    ...(revoked ? [{ what: 'that was revoked', value: revoked }] : []),
  ];
  const headers: [string, string | undefined][] = [
    ['no Authorization', undefined],
    ['an empty Authorization', ''],
    ['the scheme alone', 'Bearer'],
    ['the token without a scheme', token],
    ['the client credentials as Basic', `Basic ${t.secret('basic_credentials', basic)}`],
    ['an unknown scheme', `Conformance ${token}`],
    ['a bearer token that every object inherits', 'Bearer constructor'],
    ['a bearer token that is garbage in three parts', 'Bearer garbage.in.parts'],
    ...bearers.map(({ what, value }): [string, string] => [
      `a bearer token ${what}`,
      `Bearer ${t.secret('wrong_bearer', value)}`,
    ]),
  ];
  const inBody = withHeader(valid, 'authorization', undefined, '');
  return [
    ...headers.map(([what, value]) => withHeader(valid, 'authorization', value, what)),
    // Where unknown parameters are refused, and before the bearer token is looked at: 400.
    {
      ...withJson(
        inBody,
        { ...(valid.json as object), access_token: token },
        'the bearer token only in the body',
      ),
      alsoRight: [400],
    },
  ];
}
