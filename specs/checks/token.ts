import { type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import { readJwt } from '../../fixtures/requests/jwt.ts';
import type { Grant } from '../../fixtures/requests/values.ts';
import { contentFor, documentedProperties } from '../../fixtures/scenario/observations.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { whyOneClient } from '../../fixtures/settings/target.ts';
import { pointerTo } from '../../schemas/document/pointer.ts';
import { shown } from '../../schemas/validation/compile.ts';
import { checkJwt } from './jwt.ts';

/**
 * A month, in seconds: a bearer token should live an hour or less (RFC 6750 section 5.3). An hour given in
 * milliseconds is 42 days.
 */
const absurdLifetime = 31 * 24 * 3600;

/** The requirements on what a token response says of its token. */
export function checkToken(t: ScenarioRun, exchange: Exchange): void {
  const { response, draft } = exchange;
  if (draft.operation.role === 'revoke' || !response?.success) return;
  const grant = grantIn(response);
  if (!grant) return;
  const data = holderOf(response.json, grant.accessToken);
  const at = (name: string) => `${data.pointer}/${name}`;

  const { token_type: type, expires_in: lifetime } = data.value;
  if (type !== undefined || isDocumented(t, exchange, 'token_type')) {
    t.check('token.type', typeof type === 'string' && type.toLowerCase() === 'bearer', {
      expected: '"Bearer", in any case',
      actual: shown(type),
      exchange,
      instancePointer: at('token_type'),
    });
  }
  if (lifetime !== undefined || isDocumented(t, exchange, 'expires_in')) {
    const sane = Number.isInteger(lifetime) && Number(lifetime) > 0 && Number(lifetime) <= absurdLifetime;
    t.check('token.expires-in', sane, {
      expected: `a positive integer of seconds, at most 31 days`,
      actual: shown(lifetime),
      exchange,
      instancePointer: at('expires_in'),
    });
  }
  checkOwner(t, exchange, grant);
  checkLifetime(t, exchange, grant, at('expires_in'));
  const announced = typeof lifetime === 'number' ? lifetime : undefined;
  checkJwt(t, exchange, grant.accessToken, {
    lifetime: announced,
    at: at('access_token'),
    beside: grant.refreshToken,
  });
  // How long a refresh token lives, nothing announces.
  if (grant.refreshToken) {
    checkJwt(t, exchange, grant.refreshToken, { lifetime: undefined, at: at('refresh_token') });
  }
}

/** The claims that say whose a token is. */
const ownerClaims = ['sub', 'client_id', 'azp'];

/**
 * A token is its client's own: no other client had its text, and its claims do not name another. Two clients may have
 * one subject, the account that both belong to: then neither ever had another. It takes two clients.
 */
function checkOwner(t: ScenarioRun, exchange: Exchange, grant: Grant): void {
  const { client, shortLivedClient: second } = t.target;
  const why = whyOneClient(t.target);
  if (why !== undefined) {
    t.notTested('token.own-client', why);
    return;
  }
  const { owners } = t.session.tokens;
  const marks = ({ accessToken }: Grant): Map<string, string> => {
    const claims = Object.entries(readJwt(accessToken)?.payload ?? {});
    const told = claims.filter(([name]) => ownerClaims.includes(name));
    return new Map([
      ['text', accessToken],
      ...told.map(([name, value]): [string, string] => [name, shown(value)]),
    ]);
  };
  const { draft } = exchange;
  const before = draft.grant && marks(draft.grant);
  const asked = Object.values(Object(draft.json));
  const clients = second ? [client, second] : [client];
  const asker = clients.find(({ id, secret }) => asked.includes(id) && asked.includes(secret));
  const foreign = [...marks(grant)].find(([name, value]) => {
    const key = `${name} ${value}`;
    const owner = owners.get(key);
    if (before) {
      const last = owners.get(`${name} ${before.get(name)}`);
      return owner !== undefined && last !== undefined && owner !== last;
    }
    if (!asker) return false;
    if (owner === undefined) owners.set(key, asker.id);
    const others = [...owners].filter(([mark]) => mark.startsWith(`${name} `) && mark !== key);
    return owner !== undefined && owner !== asker.id && others.some(([, id]) => id === asker.id);
  });
  t.check('token.own-client', foreign === undefined, {
    expected: 'a token of the client that asked for it',
    actual: `a token whose ${foreign?.[0]} is that of another client`,
    exchange,
    comparison: true,
  });
}

/** How often a unit of time is taken for another: minutes for seconds, and milliseconds for seconds. */
const wrongUnits = [60, 1 / 1000];

/** What is said of a token's life, against what its own dates say, and against what was said of it before. */
function checkLifetime(t: ScenarioRun, exchange: Exchange, grant: Grant, instancePointer: string): void {
  const { exp, iat } = readJwt(grant.accessToken)?.payload ?? {};
  const said = grant.expiresInSeconds;
  if (typeof exp !== 'number' || said === undefined) return;
  const deviates = (expected: string) =>
    t.check('token.lifetime', false, {
      expected,
      actual: String(said),
      exchange,
      instancePointer,
      comparison: true,
    });
  const life = exp - Number(iat ?? Number.NaN);
  const unit = wrongUnits.find((factor) => Math.abs(life / said / factor - 1) < 0.02);
  if (unit !== undefined) deviates(`${life}, by the exp of the token: seconds, and no other unit`);
  // The exp of one token does not move: what is left of its life grows less.
  const firstEnd = t.session.tokens.seen.get(grant.accessToken) ?? Number.POSITIVE_INFINITY;
  const later = t.now() - exchange.durationMs + said * 1000 - firstEnd;
  if (later > 1000) deviates('what is left of the life of a token that was given before');
}

/** A token that is said to be over authorises nothing; one that does has a false end. */
export function checkUse(t: ScenarioRun, exchange: Exchange): void {
  const { draft, response } = exchange;
  const { accessToken, expiresInSeconds = 1 } = draft.grant ?? {};
  // One that is no whole number comes of a date, and tells the difference of two clocks besides.
  if (expiresInSeconds > 0 || !Number.isInteger(expiresInSeconds)) return;
  if (!response?.success || !draft.operation.bearer) return;
  if (!draft.headers.some(([, value]) => value === `Bearer ${accessToken}`)) return;
  t.check('token.lifetime', false, {
    expected: `a token that is said to live ${expiresInSeconds} s is over`,
    actual: outcomeOf(exchange),
    exchange,
  });
}

/** Whether the document has a property of this name beside the access token in this answer. */
function isDocumented(t: ScenarioRun, { draft, response }: Exchange, name: string): boolean {
  const content = response && contentFor(t.contract, draft.operation, response);
  return (
    content !== undefined && documentedProperties(t.contract, content).some((at) => at.endsWith(`/${name}`))
  );
}

/** The object of a body that holds the access token, and where it stands. */
function holderOf(json: unknown, token: string): { value: Record<string, unknown>; pointer: string } {
  const find = (
    value: unknown,
    pointer: string,
  ): { value: Record<string, unknown>; pointer: string } | undefined => {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Object.values(value).includes(token)) return { value: value as Record<string, unknown>, pointer };
    for (const [name, child] of Object.entries(value)) {
      const found = find(child, pointerTo(pointer, name));
      if (found) return found;
    }
    return undefined;
  };
  return find(json, '') ?? { value: {}, pointer: '' };
}
