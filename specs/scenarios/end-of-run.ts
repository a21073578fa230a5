import { outcomeOf } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import { type Scenario, Unobtainable } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import {
  diesInVain,
  presents,
  refreshes,
  refusesRevoked,
  usesInVain,
} from '../../fixtures/scenario/token-steps.ts';
import { isUnauthorised, refusesRight } from '../../fixtures/scenario/unauthorised.ts';
import type { Overdue, Watched } from '../../fixtures/scenario/watch.ts';
import { asksForSecond } from '../../fixtures/settings/target.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import {
  announcedMs,
  expiredOutcome,
  grantsLeeway,
  granularityMs,
  leewayMs,
  looksAlive,
  marginMs,
  refusesExpired,
  statedMs,
  staysExpired,
} from './lifetime.ts';
import { keepsOneSession } from './token-life.ts';

/** How far our own mock's clock is put ahead before the last looks: past the leeway of a lifetime of a minute. */
const longWhileMs = 150_000;

/** What was looked at early in the run is looked at again when everything else is done. */
export function endOfRun(contract: Contract): Scenario[] {
  if (!contract.protectedRole) return [];
  const refresh = contract.operation('refresh') !== undefined;
  return [
    {
      title: 'what was revoked or has expired is dead at the end of the run, and what was not is alive',
      establishes: ['token.leeway', ...(refresh ? ['refresh.expired-token'] : [])],
      requests: () => (refresh ? 10 : 5),
      needs: Object.fromEntries(
        ['token.leeway', ...(refresh ? ['refresh.expired-token'] : [])].map((id) => [
          id,
          'a client whose tokens live seconds',
        ]),
      ),
      run: async (t) => {
        const { watch } = t.session;
        const alive = await t.takeAlive();
        await looksAtExpired(t);
        await judgeLeeway(t, watch.overdue);
        if (refresh) await judgeExpiredRefreshToken(t);
        if (t.target.embedded) await t.passTime(longWhileMs);
        if (contract.protectedRole === 'revoke' && watch.revoked) {
          refusesRevoked(
            t,
            await presents(t, watch.revoked.grant, 'a token that was revoked early in the run'),
          );
        }
        if (refresh && watch.used) await staysUsed(t, watch.used);
        await looksAtAlive(t, alive);
      },
    },
  ];
}

async function looksAtExpired(t: ScenarioRun): Promise<void> {
  const { expired, overdue } = t.session.watch;
  for (const watched of expired) {
    if (watched.seenDead) {
      await staysExpired(t, watched);
      continue;
    }
    const end = watched.since + (announcedMs(watched.grant) ?? 0);
    await t.passUntil(end + marginMs);
    let exchange = await looksAlive(t, watched.grant, 'a token that has expired since');
    if (exchange.response?.success && t.now() < end + granularityMs) {
      await t.passUntil(end + granularityMs + marginMs);
      exchange = await looksAlive(t, watched.grant, 'a token that has expired since, a second later');
    }
    if (exchange.response?.success) overdue.push({ ...watched, end });
    else if (isUnauthorised(t.contract, exchange)) refusesExpired(t, exchange);
  }
}

/** A refresh token that was refused as used is not taken again when that is forgotten. */
async function staysUsed(t: ScenarioRun, { grant }: Watched): Promise<void> {
  const exchange = await refreshes(t, grant, 'a refresh token that was rotated away early in the run');
  t.check('refresh.reused-token', exchange.response?.success !== true, {
    expected: 'a refusal, as before',
    actual: outcomeOf(exchange),
    exchange,
  });
}

/** A token that nobody ended lives as long as it was said to, and so does its refresh token. */
async function looksAtAlive(t: ScenarioRun, { grant, since }: Watched): Promise<void> {
  const age = t.now() - since;
  const life = announcedMs(grant);
  const look = await usesInVain(t, grant, 'a token that was issued early in the run');
  if (look && isUnauthorised(t.contract, look)) return judgeDeath(t, { life, age });
  // Granted without a token to revoke: it may have ended the one that was sent.
  if (look?.response?.success) return;
  if (life !== undefined && age > life + leewayMs) {
    return refusesExpired(t, await presents(t, grant, 'a token past its announced end'));
  }
  t.check('token.lifetime', true, { expected: '', actual: '' });
  if (!grant.refreshToken || !t.contract.operation('refresh')) return;
  const exchange = await refreshes(t, grant, 'a refresh token that was issued early in the run');
  if (exchange.response?.success || life === undefined || age > life) return;
  // Of age alone: a fresh one, and as long a wait without any other request.
  const young = await t.refreshableGrant();
  const wait = longestWait(t, age);
  await t.passTime(wait);
  const again = await refreshes(t, young, 'a refresh token that nothing but time happened to');
  t.check('refresh.expired-access-token', again.response?.success === true, {
    expected: `a refresh token lives as long as the access token that it is to refresh, ${life / 1000} s`,
    actual: `${expiredOutcome(again)} for ${Math.round(wait / 1000)} s`,
    exchange: again,
  });
  if (again.response?.success) await judgeAnotherClient(t);
}

/** A refresh token that did not die of age, and is over: it may have died of what another client was given. */
async function judgeAnotherClient(t: ScenarioRun): Promise<void> {
  const { shortLivedClient: client } = t.target;
  if (!client) return;
  const grant = await t.refreshableGrant();
  await t.grant({ client, intent: 'a grant of another client' });
  const exchange = await refreshes(t, grant, 'a refresh token after the issue of another client');
  t.check('refresh.success', exchange.response?.success === true, {
    expected: 'a refresh token is taken after another client was issued a token',
    actual: outcomeOf(exchange),
    exchange,
    also: t.exchanges.slice(-2, -1),
  });
}

/** How long a death is waited for again: as long as it took, and on other targets than our mock no longer than allowed. */
function longestWait(t: ScenarioRun, age: number): number {
  return t.target.embedded ? age : Math.min(age, t.limits.maxExpiryWaitMs);
}

/** What a token died of that was said to live longer: of age, or of the issues since, as it may. */
async function judgeDeath(
  t: ScenarioRun,
  { life, age }: { life: number | undefined; age: number },
): Promise<void> {
  if (life === undefined || age > life - 1000 || (await keepsOneSession(t))) return;
  const young = await t.grant({ intent: 'a token that nothing but time happens to' });
  const wait = longestWait(t, age);
  await t.passTime(wait);
  const dead = await diesInVain(t, young, 'a token that nothing but time happened to');
  t.check('token.lifetime', dead === undefined, {
    expected: `an access token that is said to live ${life / 1000} s is alive after ${Math.round(wait / 1000)} s`,
    actual: dead ? outcomeOf(dead) : '',
    exchange: dead,
  });
}

async function judgeExpiredRefreshToken(t: ScenarioRun): Promise<void> {
  const id = 'refresh.expired-token';
  const { shortLivedClient, client } = t.target;
  const { maxExpiryWaitMs } = t.limits;
  let held = t.session.watch.refreshable;
  if (!held) {
    const grant = await t.refreshableGrant(shortLivedClient ?? client);
    held = { grant, since: t.now() };
    const life = announcedMs(grant);
    if (!shortLivedClient && (life === undefined || life > maxExpiryWaitMs))
      return t.notTested(id, remedy(t));
    const exchange = await refreshes(t, grant, 'control: a fresh refresh token');
    if (!exchange.response?.success) {
      throw new Unobtainable(`a fresh refresh token of this client was answered ${outcomeOf(exchange)}`);
    }
    held = { grant: await t.refreshableGrant(shortLivedClient ?? client), since: t.now() };
  }
  const { grant, since } = held;
  const life = announcedMs(grant) ?? 0;
  // A client that is named as short-lived has until the longest wait.
  const end = since + Math.max(Math.min(life, maxExpiryWaitMs), shortLivedClient ? maxExpiryWaitMs : 0);
  await t.passUntil(end + marginMs);
  let exchange = await refreshes(t, grant, 'an expired refresh token');
  const next = exchange.response?.success ? grantIn(exchange.response) : undefined;
  if (next) {
    // How long it lives nothing announces, save where it says so itself; and then there may be a leeway.
    const left = statedMs(next.refreshToken ?? grant.refreshToken);
    if (!isOver(t, held) || left === undefined || left > maxExpiryWaitMs) return t.notTested(id, remedy(t));
    await t.passTime(left + leewayMs + marginMs);
    exchange = await refreshes(
      t,
      next.refreshToken ? next : grant,
      `a refresh token that expired ${leewayMs / 1000} s ago`,
    );
  }
  t.check(id, refusesRight(t.contract, exchange), {
    expected: t.contract.refusalOf(exchange.draft.operation, 'unauthenticated').words,
    actual: expiredOutcome(exchange),
    exchange,
  });
}

/** Whether a refresh token is over by its own dates. */
function isOver(t: ScenarioRun, { grant, since }: Watched): boolean {
  const life = statedMs(grant.refreshToken);
  return life !== undefined && since + life < t.now();
}

function remedy({ target }: ScenarioRun): string {
  return `the refresh token outlives the access token, as it may, and nothing says for how long; ${asksForSecond(target, 'a client whose refresh tokens live seconds')}`;
}

/**
 * Tokens that were alive after their end: one that dies within the leeway that frameworks grant shows that leeway,
 * one that lives on does not expire. The wait began when the token was issued; what is left of it is waited for.
 */
async function judgeLeeway(t: ScenarioRun, overdue: Overdue[]): Promise<void> {
  if (overdue.length === 0) return t.check('token.leeway', true, { expected: '', actual: '' });
  for (const { grant, end } of overdue) {
    await t.passUntil(end + leewayMs + marginMs);
    const exchange = await presents(t, grant, `a token that expired ${leewayMs / 1000} s ago`);
    refusesExpired(t, exchange);
    if (isUnauthorised(t.contract, exchange)) grantsLeeway(t, exchange);
  }
}
