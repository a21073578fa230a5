import type { JsonWebKey } from 'node:crypto';
import type { Draft } from '../../fixtures/http/exchange.ts';
import { fitsHeader } from '../../fixtures/http/grants.ts';
import { confusedJwts, forgedJwts } from '../../fixtures/requests/forged-jwts.ts';
import { and, unknownAddress } from '../../fixtures/requests/media-types.ts';
import {
  type Altered,
  lookalike,
  nearMisses,
  respeltJwts,
  tamperedJwts,
} from '../../fixtures/requests/near-misses.ts';
import { basic, withHeader, withJson } from '../../fixtures/requests/valid.ts';
import type { Rule } from '../../fixtures/scenario/rules.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { successProblem } from '../../fixtures/scenario/success.ts';
import type { Contract, SecurityScheme } from '../../schemas/openapi/contract.ts';
import type { WrongCredential } from '../../schemas/report/report.ts';
import { invalidStatuses, joined } from './wrong-values.ts';

/** A way to come without a valid credential: in words, the header, and what that is in place of one. */
type Way = [what: string, value: string | undefined, credential?: WrongCredential | undefined];

/** The valid request with a header that proves no right. */
function coming(valid: Draft, name: string, [what, value, credential]: Way): Draft {
  return { ...withHeader(valid, name, value, what), ...(credential && { credential }) };
}

/** Every way to come without the client's credentials as HTTP Basic. */
export function withoutBasic(t: ScenarioRun, valid: Draft): Draft[] {
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
export function withoutKey(t: ScenarioRun, valid: Draft, { parameter = '' }: SecurityScheme): Draft[] {
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
export function bearerInQuery(valid: Draft): Draft[] {
  const query = new URLSearchParams({ access_token: valid.grant?.accessToken ?? '' }).toString();
  const draft = withHeader(valid, 'authorization', undefined, 'the bearer token in the query');
  return [{ ...draft, query: and(valid.query, query), alsoRight: unknownAddress }];
}

/** Whoever guards one spelling of a path may serve another. */
export function besidePath(valid: Draft): Draft[] {
  const draft = withHeader(
    valid,
    'authorization',
    undefined,
    'no Authorization, and a slash behind the path',
  );
  return [{ ...draft, path: `${valid.path}/` }];
}

/** A rule: there is no such address, or it refuses. A page that stands everywhere is no success. */
export function isNotServed(contract: Contract, requirement: string): Rule {
  return {
    requirement,
    expected: 'a refusal, or no such address',
    right: (exchange) => successProblem(contract, exchange) !== undefined,
  };
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
export function withoutBearer(
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
