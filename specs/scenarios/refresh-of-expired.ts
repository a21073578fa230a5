import { type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import type { Grant } from '../../fixtures/requests/values.ts';
import { takesEffect } from '../../fixtures/scenario/aftermath.ts';
import { Unobtainable } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { diesOf, presents, refreshes, revokes } from '../../fixtures/scenario/token-steps.ts';
import { isUnauthorised } from '../../fixtures/scenario/unauthorised.ts';
import type { Watched } from '../../fixtures/scenario/watch.ts';
import type { Credentials } from '../../fixtures/settings/target.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import {
  announcedMs,
  type Begun,
  diesInTime,
  expiredOutcome,
  fresh,
  granularityMs,
  isInLife,
  judgeEarlyDeath,
  looksAlive,
  marginMs,
  maySpare,
  patienceMs,
  statedMs,
  staysExpired,
  tooSlow,
} from './lifetime.ts';
import { answersAtAll, keepsOneSession } from './token-life.ts';

/** Whether a refresh token can be taken after its access token is over: not where refresh asks for that one as bearer. */
function mayOutlive(contract: Contract): boolean {
  return contract.operation('refresh')?.bearer === false;
}

/** What came of a refresh in the middle of the life of an access token. */
export interface Renewed {
  watched?: Watched;
  /** Why none could be had, where a fresh refresh token is refused too. */
  whyNot?: string;
}

/**
 * Refreshes in the middle of the life of an access token: one that cannot be refreshed then can never be when it has
 * expired. It is the control of a refused refresh too, for a fresh one is taken.
 */
export async function refreshesInLife(t: ScenarioRun, client: Credentials, first: Begun): Promise<Renewed> {
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
export async function judgeRenewedInLife(
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

/** "Refreshes an expired access token": what is refreshed after its end gives a token that lives. */
export async function refreshesExpired(
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

/** Revokes a token that has expired by a fresh one, where none from a refresh has done so. */
export async function revokesExpired(t: ScenarioRun, client: Credentials, spare: Grant): Promise<void> {
  if (!maySpare(t.contract) || t.exchanges.some(({ draft }) => draft.intent === revocationOfExpired)) return;
  const { grant } = await fresh(t, client, 'a grant to revoke an expired token with');
  answersAtAll(t, await revokes(t, spare, grant, 'a token that has expired'));
}

const revocationOfExpired = 'a token that has expired, by one from the refresh of another';
