import { type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import { readJwt } from '../../fixtures/requests/jwt.ts';
import type { Grant } from '../../fixtures/requests/values.ts';
import { takesEffect } from '../../fixtures/scenario/refusals.ts';
import { type Scenario, Unobtainable } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import {
  diesOf,
  mustSucceed,
  namesRevoked,
  neverIssued,
  presents,
  refreshes,
  revokes,
} from '../../fixtures/scenario/token-steps.ts';
import { isInvalid, isUnauthorised, refusesRight } from '../../fixtures/scenario/unauthorised.ts';
import type { Watched } from '../../fixtures/scenario/watch.ts';
import { asksForSecond, type Credentials } from '../../fixtures/settings/target.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import { answersAtAll, keepsOneSession } from './token-life.ts';

/** A token is over this long after its life, counted from when we had it, which is later than the target counts. */
export const marginMs = 150;

/** Lifetimes are in whole seconds, and often rounded down. */
export const granularityMs = 1000;

/** The leeway that frameworks grant by default; a token that lives longer past its end is not expired at all. */
export const leewayMs = 60_000;

/**
 * So many tokens have to be dead in the middle of their life before that counts: a target that keeps whole seconds
 * may end one of two seconds after one, but not each.
 */
const earlyDeaths = 3;

/** Whether a refresh token can be taken after its access token is over: not where refresh asks for that one as bearer. */
function mayOutlive(contract: Contract): boolean {
  return contract.operation('refresh')?.bearer === false;
}

/** What the end of a token's life shows, on tokens that live seconds. */
export function expiry(contract: Contract): Scenario[] {
  const refresh = contract.operation('refresh') !== undefined;
  const bearerRole = contract.protectedRole;
  if (!bearerRole) return [];
  const establishes = [
    'token.expired-unusable',
    'token.lifetime',
    ...(refresh ? ['refresh.expired-access-token'] : []),
  ];
  return [
    {
      title: 'tokens die when they expire, and are refreshed when they have',
      establishes,
      requests: () => (refresh ? 11 : 4),
      needs: Object.fromEntries(establishes.map((id) => [id, 'a client whose tokens live seconds'])),
      run: async (t) => {
        t.holdAlive(await t.grant({ intent: 'a token to look at at the end of the run' }));
        const client = t.target.shortLivedClient ?? t.target.client;
        const first = await fresh(t, client, 'a grant that expires soon');
        const life = announcedMs(first.grant);
        // A client that is named as short-lived is watched whatever its tokens say of themselves.
        if (!t.target.shortLivedClient && (life === undefined || life > t.limits.maxExpiryWaitMs)) {
          for (const id of establishes) t.notTested(id, remedy(t, life));
          return;
        }
        const spare = refresh
          ? await t.grant({ client, intent: 'a grant to revoke when it has expired' })
          : undefined;
        let renewed: Renewed | undefined;
        const aged = await letExpire(t, client, async () => {
          if (refresh) renewed = await refreshesInLife(t, client, first);
        });
        if (!aged) {
          for (const id of establishes) t.notTested(id, remedy(t, life));
          return;
        }
        // Given before, so over as well.
        t.tokenDied(first.grant.accessToken);
        if (spare && endsInTime(t, spare)) t.tokenDied(spare.accessToken);
        const isAnother = renewed?.watched?.grant.accessToken !== first.grant.accessToken;
        if (renewed?.watched && isAnother) await judgeRenewedInLife(t, client, first, renewed.watched);
        // Of one that died before its time it is not known when: nothing says that it is the expired one.
        if (refresh && endsInTime(t, aged.grant) && !t.failed('token.lifetime')) {
          await refreshesExpired(t, client, aged, { whyNot: renewed?.whyNot, spare });
        }
        if (spare && endsInTime(t, spare)) await revokesExpired(t, client, spare);
      },
    },
  ];
}

function remedy(t: ScenarioRun, lifeMs: number | undefined): string {
  const lives = lifeMs === undefined ? 'an unstated time' : `${Math.round(lifeMs / 1000)} s`;
  const said = `tokens of this client live ${lives}, and a run waits at most ${t.limits.maxExpiryWaitMs / 1000} s`;
  const raise = 'raise NOMBA_MAX_EXPIRY_WAIT';
  return t.target.shortLivedClient
    ? `${said}; ${raise}, or give the client of NOMBA_SHORT_LIVED_CLIENT_ID tokens that live seconds`
    : `${said}; ${asksForSecond(t.target, 'a client whose tokens live seconds')}, or ${raise}`;
}

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
function patienceMs(t: ScenarioRun, grant: Grant): number {
  return Math.min(announcedMs(grant) ?? Number.POSITIVE_INFINITY, t.limits.maxExpiryWaitMs);
}

/** Whether the announced end of a token comes within the longest wait. */
function endsInTime(t: ScenarioRun, grant: Grant): boolean {
  return (announcedMs(grant) ?? Number.POSITIVE_INFINITY) <= t.limits.maxExpiryWaitMs;
}

/** Holds a token that is over by the end of the run, where it is looked at. One that may live on is revoked as any. */
function diesInTime(t: ScenarioRun, watched: Watched): void {
  if (!endsInTime(t, watched.grant)) return;
  t.session.watch.expired.push({ ...watched, seenDead: false });
  t.tokenDied(watched.grant.accessToken);
}

/** A token with the moment before it was asked for: its life begins no earlier. */
interface Begun extends Watched {
  begun: number;
}

/** Whether a token's life cannot be over yet, by our clock and its own words: a slow answer may come after its end. */
function isInLife(t: ScenarioRun, { grant, begun }: Begun): boolean {
  return t.now() < begun + (announcedMs(grant) ?? Number.POSITIVE_INFINITY);
}

async function fresh(t: ScenarioRun, client: Credentials, intent: string): Promise<Begun> {
  const begun = t.now();
  const grant = await t.grant({ client, intent });
  return { grant, since: t.now(), begun };
}

/** What came of a refresh in the middle of the life of an access token. */
interface Renewed {
  watched?: Watched;
  /** Why none could be had, where a fresh refresh token is refused too. */
  whyNot?: string;
}

/**
 * Refreshes in the middle of the life of an access token: one that cannot be refreshed then can never be when it has
 * expired. It is the control of a refused refresh too, for a fresh one is taken.
 */
async function refreshesInLife(t: ScenarioRun, client: Credentials, first: Begun): Promise<Renewed> {
  const id = 'refresh.expired-access-token';
  if (!first.grant.refreshToken) return { whyNot: 'the issue operation gives no refresh token' };
  const intent = 'a refresh token in the middle of the life of its access token';
  const exchange = await refreshes(t, first.grant, intent);
  const refreshed = exchange.response?.success ? grantIn(exchange.response) : undefined;
  if (refreshed) return { watched: { grant: refreshed, since: t.now() } };
  if (exchange.response?.success) return { whyNot: 'refresh gives no access token' };
  const inLife = isInLife(t, first);
  const young = await t.refreshableGrant(client);
  const control = await refreshes(t, young, 'control: a fresh refresh token');
  if (!control.response?.success) {
    return { whyNot: `a fresh refresh token of this client was answered ${outcomeOf(control)}` };
  }
  if (!inLife) throw new Unobtainable(tooSlow);
  // A newer issue may have ended its grant.
  if (await keepsOneSession(t)) return { whyNot: 'the target keeps one session per client' };
  t.check(id, false, {
    expected: 'a refresh token lives as long as the access token that it is to refresh',
    actual: expiredOutcome(exchange),
    exchange,
  });
  return { whyNot: 'refresh tokens of this client die before their access tokens' };
}

/**
 * Looks at a token from the refresh of a living one when that has expired: it is in the middle of its own life. Where
 * another life is announced of it than of the one before, it is looked at once more at the end of such a one.
 */
async function judgeRenewedInLife(
  t: ScenarioRun,
  client: Credentials,
  first: Begun,
  renewed: Watched,
): Promise<void> {
  const [before, life] = [announcedMs(first.grant), announcedMs(renewed.grant)];
  const look = () => looksAlive(t, renewed.grant, 'a token from the refresh of one that has expired since');
  if (t.now() >= renewed.since + (life ?? Number.POSITIVE_INFINITY)) return diesInTime(t, renewed);
  if (isUnauthorised(t.contract, await look())) {
    await judgeEarlyDeath(t, async () => {
      const young = await fresh(t, client, 'a grant to refresh in the middle of its life');
      await t.passUntil(young.since + patienceMs(t, young.grant) * 0.6);
      const begun = t.now();
      const exchange = await refreshes(t, young.grant, 'a refresh in the middle of a life');
      const grant = exchange.response?.success ? grantIn(exchange.response) : undefined;
      if (!grant) throw new Unobtainable(`a refresh was answered ${outcomeOf(exchange)}`);
      return { grant, since: t.now(), begun };
    });
    // Of its own it lives: what happened besides is that an expired token was presented.
    if (!t.failed('token.lifetime')) await judgePresenting(t, client);
  } else if (before !== undefined && life !== undefined && life > before + granularityMs) {
    await t.passUntil(renewed.since + before + marginMs);
    if (isUnauthorised(t.contract, await look())) await judgeFalseLife(t, client, before);
  }
  diesInTime(t, renewed);
}

/** Whether the refusal of an expired token ends the others of its client. */
async function judgePresenting(t: ScenarioRun, client: Credentials): Promise<void> {
  const expired = t.session.watch.expired.find(({ seenDead }) => seenDead);
  if (!expired) return;
  let refused: Exchange | undefined;
  const present = async () => {
    refused = await looksAlive(t, expired.grant, 'an expired bearer token');
  };
  const dead = await diesOf(t, 'a token that was issued before it', present, client);
  if (dead && refused) takesEffect(t, `${dead.draft.operation.role}.unauthenticated`, refused, dead);
}

/** A token from refresh that is said to live longer than one from issue, and ends with it: twice, and not at once. */
async function judgeFalseLife(t: ScenarioRun, client: Credentials, lifeMs: number): Promise<void> {
  const renew = async (): Promise<Watched> => {
    const grant = await t.refreshableGrant(client);
    const { response } = await refreshes(t, grant, 'a refresh');
    const renewed = response?.success ? grantIn(response) : undefined;
    if (!renewed) throw new Unobtainable('a refresh that succeeded before was refused');
    return { grant: renewed, since: t.now() };
  };
  const { grant, since } = await renew();
  await t.passUntil(since + lifeMs + marginMs);
  const exchange = await presents(t, grant, `a token from refresh, ${lifeMs / 1000} s old`);
  if (!isUnauthorised(t.contract, exchange)) return;
  const control = await presents(t, (await renew()).grant, 'control: a token from refresh, at once');
  if (isUnauthorised(t.contract, control)) return;
  t.check('token.lifetime', false, {
    expected: `an access token that is said to live ${(announcedMs(grant) ?? 0) / 1000} s is alive after ${lifeMs / 1000} s`,
    actual: outcomeOf(exchange),
    exchange,
  });
}

/** Whether a token can be used without being used up: to revoke one that was never issued. */
function maySpare(contract: Contract): boolean {
  return contract.protectedRole === 'revoke' && namesRevoked(contract);
}

export function looksAlive(t: ScenarioRun, grant: Grant, intent: string): Promise<Exchange> {
  return maySpare(t.contract) ? revokes(t, neverIssued(t, grant), grant, intent) : presents(t, grant, intent);
}

/**
 * Has a token live to its end and looks at it: in the middle of its life, and after it. What is alive then is held,
 * to be looked at again at the end of the run. Undefined where its end was not met within the longest wait. `halfway` is
 * done in the middle, where that comes.
 */
async function letExpire(
  t: ScenarioRun,
  client: Credentials,
  halfway: () => Promise<void>,
): Promise<Watched | undefined> {
  let aged = await fresh(t, client, 'a grant to let expire');
  const inTime = endsInTime(t, aged.grant);
  const lives = inTime && maySpare(t.contract) && (await livesOn(t, aged));
  await halfway();
  if (inTime && !lives) {
    await judgeEarlyDeath(t, () => fresh(t, client, 'a grant to use in the middle of its life'));
    aged = await fresh(t, client, 'a grant to let expire');
  } else if (inTime) keepsItsLife(t);
  await t.passUntil(aged.since + patienceMs(t, aged.grant) + marginMs);
  // The first look must not use the token up, should it still be alive.
  let exchange = await looksAlive(t, aged.grant, 'an expired bearer token');
  if (inTime && exchange.response?.success) {
    await t.passTime(granularityMs);
    exchange = await looksAlive(t, aged.grant, 'an expired bearer token, a second later');
  }
  const dead = isUnauthorised(t.contract, exchange);
  if (dead && !inTime) {
    const announced = announcedMs(aged.grant);
    const control = await fresh(t, client, 'a fresh grant of this client');
    mustSucceed(await presents(t, control.grant, 'control: a fresh token'), 'a fresh token of this client');
    if (announced !== undefined) {
      t.check('token.lifetime', false, {
        expected: `an access token that is said to live ${announced / 1000} s is alive after ${t.limits.maxExpiryWaitMs / 1000} s`,
        actual: outcomeOf(exchange),
        exchange,
      });
    }
  }
  if (!dead && !inTime) return undefined;
  const { watch } = t.session;
  // Whether it is the token that is answered 400, or the one that was never issued, a use of its own tells.
  const sure = isInvalid(t.contract, exchange)
    ? await presents(t, aged.grant, 'an expired bearer token, for a use of its own')
    : exchange;
  if (!sure.response?.success) refusesExpired(t, sure);
  else if (lives && (await usePutsOffTheEnd(t, client))) await judgeUsedOn(t, client);
  else if (sure === exchange) watch.overdue.push({ ...aged, end: aged.since + patienceMs(t, aged.grant) });
  else {
    aged = await fresh(t, client, 'a grant to let expire');
    await t.passUntil(aged.since + patienceMs(t, aged.grant) + marginMs);
    watch.overdue.push({ ...aged, end: aged.since + patienceMs(t, aged.grant) });
  }
  if (!sure.response?.success) watch.expired.push({ ...aged, seenDead: true });
  t.tokenDied(aged.grant.accessToken);
  return aged;
}

/**
 * What it means that a token outlives its end where it was used: one that is used on and on, and lives past the leeway,
 * has its end put off by each use; one that dies within it was remembered for a while, which is no more than a leeway.
 */
async function judgeUsedOn(t: ScenarioRun, client: Credentials): Promise<void> {
  const { grant, since } = await fresh(t, client, 'a grant to use on and on');
  const end = since + patienceMs(t, grant) + leewayMs + marginMs;
  let exchange: Exchange;
  do {
    // Well within the life that the use before might have given it.
    await t.passTime(patienceMs(t, grant) * 0.75);
    exchange = await looksAlive(t, grant, 'an expired bearer token that was used on and on');
  } while (exchange.response?.success && t.now() < end);
  t.tokenDied(grant.accessToken);
  if (exchange.response?.success) refusesExpired(t, exchange);
  else if (isUnauthorised(t.contract, exchange)) grantsLeeway(t, exchange);
}

/** Records that an expired token was taken after its end, and is refused within the leeway. */
export function grantsLeeway(t: ScenarioRun, exchange: Exchange): void {
  t.check('token.leeway', false, {
    expected: 'an expired token is refused',
    actual: `it is taken for a while after its end, and refused ${leewayMs / 1000} s after it: a leeway`,
    exchange,
  });
}

/** Whether a token that nothing was asked with is dead at its end, where one that was used is not. */
async function usePutsOffTheEnd(t: ScenarioRun, client: Credentials): Promise<boolean> {
  const { grant, since } = await fresh(t, client, 'a grant to leave unused');
  await t.passUntil(since + patienceMs(t, grant) + marginMs);
  return isUnauthorised(
    t.contract,
    await presents(t, grant, 'control: an expired token that was never used'),
  );
}

/**
 * The control of the expired bearer token: whether one is taken in the middle of its life. False where it is not,
 * and where the answer is about the token that was never issued. Throws Unobtainable for another answer.
 */
async function livesOn(t: ScenarioRun, { grant, since }: Watched): Promise<boolean> {
  await t.passUntil(since + patienceMs(t, grant) / 2);
  const exchange = await looksAlive(t, grant, 'control: a token in the middle of its life');
  const refused = isUnauthorised(t.contract, exchange);
  if (!refused && !isInvalid(t.contract, exchange))
    mustSucceed(exchange, 'a token in the middle of its life');
  return !refused;
}

/**
 * Records whether tokens live through the first half of their lives, shown by a use that says nothing else. Throws
 * Unobtainable where even a fresh one is refused.
 */
async function judgeEarlyDeath(t: ScenarioRun, begin: () => Promise<Begun>): Promise<void> {
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

const tooSlow = 'the answers of the target take longer than its tokens live';

function keepsItsLife(t: ScenarioRun): void {
  t.check('token.lifetime', true, { expected: '', actual: '' });
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

/** "Refreshes an expired access token": what is refreshed after its end gives a token that lives. */
async function refreshesExpired(
  t: ScenarioRun,
  client: Credentials,
  aged: Watched,
  { whyNot, spare }: { whyNot: string | undefined; spare: Grant | undefined },
): Promise<void> {
  const open = (why: string) => t.inconclusive('refresh.expired-access-token', why);
  if (whyNot !== undefined || !aged.grant.refreshToken) return open(whyNot ?? 'issue gives no refresh token');
  const exchange = await refreshes(t, aged.grant, 'the refresh token of an expired access token');
  const renewed = exchange.response?.success ? grantIn(exchange.response) : undefined;
  if (exchange.response?.success && !renewed) return open('refresh gives no access token');
  if (!renewed) return refusesToRefreshExpired(t, aged, exchange);
  const watched = { grant: renewed, since: t.now() };
  // The same text is another token now, or none: what is seen of it is seen of the renewed one.
  const { expired } = t.session.watch;
  const seen = expired.findIndex(({ grant, seenDead }) => seenDead && grant === aged.grant);
  if (seen >= 0 && renewed.accessToken === aged.grant.accessToken) expired.splice(seen, 1);
  else if (seen >= 0) await staysExpired(t, aged);
  t.session.watch.refreshable = renewed.refreshToken ? watched : undefined;
  // One that stands for no other: what ends with it is looked at nowhere else.
  const isAlone = ![aged.grant, renewed].some(({ accessToken }) => accessToken === spare?.accessToken);
  await judgeRenewed(t, client, watched, isAlone ? spare : undefined);
}

/** Records that an expired token is not brought back, be it by the refresh of its grant or by time. */
export async function staysExpired(t: ScenarioRun, { grant }: Watched): Promise<void> {
  const exchange = await looksAlive(t, grant, 'an expired bearer token, once more');
  if (exchange.response?.success || isUnauthorised(t.contract, exchange)) refusesExpired(t, exchange);
}

/** Revokes a token that has expired by a fresh one, where none from a refresh has done so. */
async function revokesExpired(t: ScenarioRun, client: Credentials, spare: Grant): Promise<void> {
  if (!maySpare(t.contract) || t.exchanges.some(({ draft }) => draft.intent === revocationOfExpired)) return;
  const { grant } = await fresh(t, client, 'a grant to revoke an expired token with');
  answersAtAll(t, await revokes(t, spare, grant, 'a token that has expired'));
}

const revocationOfExpired = 'a token that has expired, by one from the refresh of another';

/**
 * Whether what came of refreshing an expired token lives, at once and in the middle of its own life; its use is to
 * revoke another token that has expired, where one is at hand.
 */
async function judgeRenewed(
  t: ScenarioRun,
  client: Credentials,
  renewed: Watched,
  spare: Grant | undefined,
): Promise<void> {
  const id = 'refresh.expired-access-token';
  await t.passUntil(renewed.since + patienceMs(t, renewed.grant) / 2);
  const revoked = maySpare(t.contract) ? spare : undefined;
  const look = revoked
    ? await revokes(t, revoked, renewed.grant, revocationOfExpired)
    : await looksAlive(t, renewed.grant, 'a token from the refresh of an expired one');
  if (!isUnauthorised(t.contract, look)) {
    if (revoked) answersAtAll(t, look);
    diesInTime(t, renewed);
    return t.check(id, true, { expected: '', actual: '' });
  }
  const control = await refreshes(t, await t.refreshableGrant(client), 'control: a refresh of a fresh grant');
  const [living] = control.response?.success ? [grantIn(control.response)] : [];
  const fromFresh = living && (await presents(t, living, 'control: the token that came of it'));
  if (fromFresh && isUnauthorised(t.contract, fromFresh))
    return t.inconclusive(id, 'no refresh gives a token that is alive');
  // Dead from the start, of another age than announced, or the answer was about the token that was never issued.
  const renew = async (): Promise<Begun> => {
    const again = await fresh(t, client, 'a grant to let expire');
    await t.passUntil(again.since + patienceMs(t, again.grant) + marginMs);
    t.tokenDied(again.grant.accessToken);
    const begun = t.now();
    const exchange = await refreshes(t, again.grant, 'the refresh token of an expired access token');
    const grant = exchange.response && grantIn(exchange.response);
    if (!grant) throw new Unobtainable(`a refresh that succeeded before was answered ${outcomeOf(exchange)}`);
    return { grant, since: t.now(), begun };
  };
  const last = await renew();
  const atOnce = await presents(t, last.grant, 'a token from the refresh of an expired one, at once');
  const lives = !isUnauthorised(t.contract, atOnce);
  if (!lives && !isInLife(t, last)) throw new Unobtainable(tooSlow);
  t.check(id, lives, {
    expected: 'the token that came of refreshing an expired one is alive',
    actual: outcomeOf(atOnce),
    exchange: atOnce,
  });
  if (lives) await judgeEarlyDeath(t, renew);
}

/**
 * What it means that the refresh token of an expired access token is refused, though it was good before: it may be over
 * as well, for nothing announces how long it lives, save where it says so itself.
 */
function refusesToRefreshExpired(t: ScenarioRun, { grant, since }: Watched, exchange: Exchange): void {
  const id = 'refresh.expired-access-token';
  const left = since + (statedMs(grant.refreshToken) ?? 0) - t.now();
  // Where refresh asks for the access token as bearer, one that lives is all that can be refreshed.
  if (!mayOutlive(t.contract)) t.check(id, true, { expected: '', actual: '' });
  else if (left <= granularityMs) t.notTested(id, refreshRemedy);
  else
    t.check(id, false, {
      expected: `a refresh token that lives for ${Math.round(left / 1000)} s more, by its exp, refreshes an expired access token`,
      actual: outcomeOf(exchange),
      exchange,
    });
}

const refreshRemedy =
  'the refresh tokens of this client end with its access tokens; give it some that live longer, by seconds, and the refresh of an expired token is tested too';

/** What came of a request, and what it was. */
export function expiredOutcome(exchange: Exchange): string {
  return `${outcomeOf(exchange)}, to a request with ${exchange.draft.intent}`;
}
