import { type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import { readJwt } from '../../fixtures/requests/jwt.ts';
import type { Grant } from '../../fixtures/requests/values.ts';
import { Unobtainable } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import {
  mustSucceed,
  namesRevoked,
  neverIssued,
  presents,
  revokes,
} from '../../fixtures/scenario/token-steps.ts';
import { isUnauthorised, refusesRight } from '../../fixtures/scenario/unauthorised.ts';
import type { Watched } from '../../fixtures/scenario/watch.ts';
import type { Credentials } from '../../fixtures/settings/target.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';

/** A token is over this long after its life, counted from when we had it, which is later than the target counts. */
export const marginMs = 150;

/** Lifetimes are in whole seconds, and often rounded down. */
export const granularityMs = 1000;

/** The leeway that frameworks grant by default; a token that lives longer past its end is not expired at all. */
export const leewayMs = 60_000;

/** How long an access token lives, by what is said of it beside it, or in it; undefined where nothing is. */
export function announcedMs({ expiresInSeconds, accessToken }: Grant): number | undefined {
  if (expiresInSeconds !== undefined) return expiresInSeconds > 0 ? expiresInSeconds * 1000 : undefined;
  return statedMs(accessToken);
}

/** How long a token lives by its own dates, where it is a JWT that has them. */
export function statedMs(token = ''): number | undefined {
  const { exp, iat } = readJwt(token)?.payload ?? {};
  return typeof exp === 'number' && typeof iat === 'number' ? (exp - iat) * 1000 : undefined;
}

/** How long a token is waited for: as long as it is said to live, and never longer than the run may wait. */
export function patienceMs(t: ScenarioRun, grant: Grant): number {
  return Math.min(announcedMs(grant) ?? Number.POSITIVE_INFINITY, t.limits.maxExpiryWaitMs);
}

/** Whether the announced end of a token comes within the longest wait. */
export function endsInTime(t: ScenarioRun, grant: Grant): boolean {
  return (announcedMs(grant) ?? Number.POSITIVE_INFINITY) <= t.limits.maxExpiryWaitMs;
}

/** Holds a token that is over by the end of the run, where it is looked at. One that may live on is revoked as any. */
export function diesInTime(t: ScenarioRun, watched: Watched): void {
  if (!endsInTime(t, watched.grant)) return;
  t.session.watch.expired.push({ ...watched, seenDead: false });
  t.tokenDied(watched.grant.accessToken);
}

/** A token with the moment before it was asked for: its life begins no earlier. */
export interface Begun extends Watched {
  begun: number;
}

/** Whether a token's life cannot be over yet, by our clock and its own words: a slow answer may come after its end. */
export function isInLife(t: ScenarioRun, { grant, begun }: Begun): boolean {
  return t.now() < begun + (announcedMs(grant) ?? Number.POSITIVE_INFINITY);
}

/** A grant of a client, with the moments before and after it came. */
export async function fresh(t: ScenarioRun, client: Credentials, intent: string): Promise<Begun> {
  const begun = t.now();
  const grant = await t.grant({ client, intent });
  return { grant, since: t.now(), begun };
}

/** Whether a token can be used without being used up: to revoke one that was never issued. */
export function maySpare(contract: Contract): boolean {
  return contract.protectedRole === 'revoke' && namesRevoked(contract);
}

/** Uses a token so that its answer shows whether it is alive, and where that can be, without using it up. */
export function looksAlive(t: ScenarioRun, grant: Grant, intent: string): Promise<Exchange> {
  return maySpare(t.contract) ? revokes(t, neverIssued(t, grant), grant, intent) : presents(t, grant, intent);
}

/** Records that an access token is refused after its end, or is not. */
export function refusesExpired(t: ScenarioRun, exchange: Exchange): void {
  for (const id of ['token.expired-unusable', `${exchange.draft.operation.role}.unauthenticated`]) {
    t.check(id, refusesRight(t.contract, exchange), {
      expected: t.contract.refusalOf(exchange.draft.operation, 'unauthenticated').words,
      actual: expiredOutcome(exchange),
      exchange,
      credential: 'expired',
    });
  }
}

/** Records that an expired token is not brought back, be it by the refresh of its grant or by time. */
export async function staysExpired(t: ScenarioRun, { grant }: Watched): Promise<void> {
  const exchange = await looksAlive(t, grant, 'an expired bearer token, once more');
  if (exchange.response?.success || isUnauthorised(t.contract, exchange)) refusesExpired(t, exchange);
}

/** Records that an expired token was taken after its end, and is refused within the leeway. */
export function grantsLeeway(t: ScenarioRun, exchange: Exchange): void {
  t.check('token.leeway', false, {
    expected: 'an expired token is refused',
    actual: `it is taken for a while after its end, and refused ${leewayMs / 1000} s after it: a leeway`,
    exchange,
  });
}

/** What came of a request, and what it was. */
export function expiredOutcome(exchange: Exchange): string {
  return `${outcomeOf(exchange)}, to a request with ${exchange.draft.intent}`;
}
/**
 * So many tokens have to be dead in the middle of their life before that counts: a target that keeps whole seconds
 * may end one of two seconds after one, but not each.
 */
const earlyDeaths = 3;

/**
 * Records whether tokens live through the first half of their lives, shown by a use that says nothing else. Throws
 * Unobtainable where even a fresh one is refused.
 */
export async function judgeEarlyDeath(t: ScenarioRun, begin: () => Promise<Begun>): Promise<void> {
  for (let death = 1; ; death++) {
    const young = await begin();
    const { grant, since } = young;
    await t.passUntil(since + patienceMs(t, grant) / 2);
    const exchange = await presents(t, grant, 'a token in the middle of its life');
    if (!isUnauthorised(t.contract, exchange)) {
      mustSucceed(exchange, 'a token in the middle of its life');
      return keepsItsLife(t);
    }
    if (!isInLife(t, young)) throw new Unobtainable(tooSlow);
    if (death < earlyDeaths) continue;
    const control = await begin();
    mustSucceed(await presents(t, control.grant, 'control: a fresh token'), 'a fresh token of this client');
    t.check('token.lifetime', false, {
      expected: `a token that is said to live ${(announcedMs(grant) ?? 0) / 1000} s is taken after ${patienceMs(t, grant) / 2000} s`,
      actual: outcomeOf(exchange),
      exchange,
    });
    return;
  }
}

/** Why nothing follows from a token that was dead when its answer came. */
export const tooSlow = 'the answers of the target take longer than its tokens live';

/** Records that an access token lives as long as it is said to. */
export function keepsItsLife(t: ScenarioRun): void {
  t.check('token.lifetime', true, { expected: '', actual: '' });
}
