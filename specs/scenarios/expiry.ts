import { type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { mustSucceed, presents } from '../../fixtures/scenario/token-steps.ts';
import { isInvalid, isUnauthorised } from '../../fixtures/scenario/unauthorised.ts';
import type { Watched } from '../../fixtures/scenario/watch.ts';
import { asksForSecond, type Credentials } from '../../fixtures/settings/target.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import {
  announcedMs,
  endsInTime,
  fresh,
  grantsLeeway,
  granularityMs,
  judgeEarlyDeath,
  keepsItsLife,
  leewayMs,
  looksAlive,
  marginMs,
  maySpare,
  patienceMs,
  refusesExpired,
} from './lifetime.ts';
import {
  judgeRenewedInLife,
  type Renewed,
  refreshesExpired,
  refreshesInLife,
  revokesExpired,
} from './refresh-of-expired.ts';

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
