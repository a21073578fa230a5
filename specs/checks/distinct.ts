import { readJwt } from '../../fixtures/requests/jwt.ts';
import type { Grant } from '../../fixtures/requests/values.ts';
import { estimateEntropy } from '../../fixtures/scenario/entropy.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';

/** Bits of entropy that keep a token from being guessed: 2^-128, RFC 6749 section 10.10. */
const enoughBits = 128;

export function checkDistinct(t: ScenarioRun, grants: Grant[]): void {
  differ(
    t,
    'access',
    grants.map(({ accessToken }) => accessToken),
  );
}

/** The refresh tokens of grants that no refresh connects: one that two have would end, or outlive, both. */
export function checkDistinctGrants(t: ScenarioRun, issued: (Grant | undefined)[]): void {
  differ(
    t,
    'refresh',
    issued.flatMap((grant) => grant?.refreshToken ?? []),
  );
}

function differ(t: ScenarioRun, kind: 'access' | 'refresh', tokens: string[]): void {
  if (tokens.length < 2) return;
  const repeated = tokens.length - new Set(tokens).size;
  t.check('token.distinct', repeated === 0, {
    expected: `${tokens.length} different ${kind} tokens`,
    actual: `${repeated} of them seen before`,
    exchange: t.exchanges.findLast(({ draft }) => draft.operation.role === 'issue'),
    comparison: true,
  });
}

/** The id of a JWT is its own (RFC 7519 section 4.1.7); that tokens are equal altogether is another matter. */
export function checkIds(t: ScenarioRun, grants: Grant[]): void {
  const tokens = [...new Set(grants.map(({ accessToken }) => accessToken))];
  const ids = tokens.map((token) => readJwt(token)?.payload.jti).filter((id) => id !== undefined);
  if (ids.length < 2) {
    t.notTested('token.jwt-ids', 'the target gives no JWTs that differ and have an id');
    return;
  }
  const repeated = ids.length - new Set(ids).size;
  t.check('token.jwt-ids', repeated === 0, {
    expected: `${ids.length} different values of jti`,
    actual: `${repeated} of them seen before`,
    exchange: t.exchanges.findLast(({ draft }) => draft.operation.role === 'issue'),
  });
}

/** JWTs are protected by their signature; what must be unguessable in itself is an opaque token. */
export function checkUnpredictable(t: ScenarioRun, grants: Grant[]): void {
  const isJwt = (token: string) => token.split('.').length === 3;
  const samples = {
    'access token': grants.map(({ accessToken }) => accessToken),
    'refresh token': grants.flatMap(({ refreshToken }) => refreshToken ?? []),
  };
  for (const [kind, tokens] of Object.entries(samples)) {
    const distinct = [...new Set(tokens)];
    if (distinct.length < 5) continue;
    const opaque = distinct.filter((token) => !isJwt(token));
    const bits = opaque.length === distinct.length ? estimateEntropy(opaque) : Number.POSITIVE_INFINITY;
    t.check('token.unpredictable', bits >= enoughBits, {
      expected: `at least ${enoughBits} bits of entropy in an opaque ${kind}`,
      actual: `about ${Math.round(bits)} bits, by ${opaque.length} tokens seen`,
      exchange: t.exchanges.findLast(({ draft }) => draft.operation.role === 'issue'),
      comparison: true,
    });
  }
}
