import { type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import { readJwt } from '../../fixtures/requests/jwt.ts';
import type { Grant } from '../../fixtures/requests/values.ts';
import { type Scenario, Unobtainable } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import {
  mustSucceed,
  neverIssued,
  presents,
  refreshes,
  revokedProperty,
  revokes,
} from '../../fixtures/scenario/token-steps.ts';
import { isInvalid, isUnauthorised, refusesRight } from '../../fixtures/scenario/unauthorised.ts';
import type { Credentials } from '../../fixtures/settings/target.ts';
import type { Contract, Role } from '../../schemas/openapi/contract.ts';

/** A token is over this long after its life, counted from when we had it, which is later than the target counts. */
const marginMs = 150;

/** What the end of a token's life shows, on tokens that live seconds. */
export function expiry(contract: Contract): Scenario[] {
  const refresh = contract.operation('refresh') !== undefined;
  const bearerRole = contract.protectedRole;
  const establishes = [
    ...(refresh ? ['refresh.expired-token'] : []),
    ...(bearerRole ? ['token.expired-unusable'] : []),
  ];
  if (establishes.length === 0) return [];
  return [
    {
      title: 'tokens die when they expire',
      establishes,
      requests: () => 7,
      needs: Object.fromEntries(establishes.map((id) => [id, 'a client whose tokens live seconds'])),
      run: async (t) => {
        const client = t.target.shortLivedClient ?? t.target.client;
        const grant = await t.grant({ client, intent: 'a grant that expires soon' });
        const lifetime = grant.expiresInSeconds;
        if (lifetime === undefined || lifetime * 1000 > t.limits.maxExpiryWaitMs) {
          for (const id of establishes) t.notTested(id, remedy(t, lifetime));
          return;
        }
        if (lifetime <= 0) throw new Unobtainable(`tokens of this client live ${lifetime} s`);
        const lifeMs = lifetime * 1000;
        const refreshed = await freshRefreshTokenWorks(t, grant);
        let aged = await t.grant({ client, intent: 'a grant to let expire' });
        if (bearerRole && !(maySpare(contract) && (await livesOn(t, aged, lifeMs)))) {
          await judgeEarlyDeath(t, client, lifeMs);
          aged = await t.grant({ client, intent: 'a grant to let expire' });
        }
        await t.passTime(Math.max(0, aged.receivedAt + lifeMs + marginMs - Date.now()));
        // Given before, so over as well.
        t.tokenDied(grant.accessToken);
        if (bearerRole) {
          await expiredBearer(t, bearerRole, aged, 'an expired bearer token');
          if (refreshed.expiresInSeconds === lifetime && refreshed !== grant) {
            await expiredBearer(t, bearerRole, refreshed, 'an expired bearer token from refresh');
          }
        }
        if (refresh) await expiredRefreshToken(t, aged);
      },
    },
  ];
}

function remedy(t: ScenarioRun, lifetime: number | undefined): string {
  const lives = lifetime === undefined ? 'an unstated time' : `${Math.round(lifetime)} s`;
  const most = t.limits.maxExpiryWaitMs / 1000;
  return `tokens of this client live ${lives}, and a run waits at most ${most} s; set NOMBA_SHORT_LIVED_CLIENT_ID and NOMBA_SHORT_LIVED_CLIENT_SECRET to a client whose tokens live seconds, or raise NOMBA_MAX_EXPIRY_WAIT`;
}

/** The control of the expired refresh token: one that is fresh is taken. Throws Unobtainable where it is not. */
async function freshRefreshTokenWorks(t: ScenarioRun, grant: Grant): Promise<Grant> {
  if (!t.contract.operation('refresh')) return grant;
  const exchange = await refreshes(t, grant, 'control: a fresh refresh token');
  const refreshed = exchange.response?.success ? grantIn(exchange.response) : undefined;
  if (refreshed) return refreshed;
  throw new Unobtainable(`a fresh refresh token of this client was answered ${outcomeOf(exchange)}`);
}

/** Whether a token can be used without being used up: to revoke one that was never issued. */
function maySpare(contract: Contract): boolean {
  return contract.protectedRole === 'revoke' && revokedProperty(contract) !== undefined;
}

/**
 * The control of the expired bearer token: whether one is taken in the middle of its life. False where it is not,
 * and where the answer is about the token that was never issued. Throws Unobtainable for another answer.
 */
async function livesOn(t: ScenarioRun, grant: Grant, lifeMs: number): Promise<boolean> {
  await t.passTime(Math.max(0, grant.receivedAt + lifeMs / 2 - Date.now()));
  const exchange = await looksAlive(t, grant, 'control: a token in the middle of its life');
  const refused = isUnauthorised(t.contract, exchange);
  if (!refused && !isInvalid(t.contract, exchange))
    mustSucceed(exchange, 'a token in the middle of its life');
  return !refused;
}

function looksAlive(t: ScenarioRun, grant: Grant, intent: string): Promise<Exchange> {
  return maySpare(t.contract) ? revokes(t, neverIssued(t, grant), grant, intent) : presents(t, grant, intent);
}

/**
 * Records whether a token lives through the first half of its life, shown by a use that says nothing else. Throws
 * Unobtainable where even a fresh one is refused.
 */
async function judgeEarlyDeath(t: ScenarioRun, client: Credentials, lifeMs: number): Promise<void> {
  const grant = await t.grant({ client, intent: 'a grant to use in the middle of its life' });
  await t.passTime(lifeMs / 2);
  const exchange = await presents(t, grant, 'a token in the middle of its life');
  const lives = exchange.response?.success === true;
  if (!isUnauthorised(t.contract, exchange)) mustSucceed(exchange, 'a token in the middle of its life');
  else {
    const fresh = await t.grant({ client, intent: 'a fresh grant of this client' });
    mustSucceed(await presents(t, fresh, 'control: a fresh token'), 'a fresh token of this client');
  }
  t.check('token.usable', lives, {
    expected: `a token that lives ${lifeMs / 1000} s is taken after half of that`,
    actual: outcomeOf(exchange),
    exchange,
  });
}

/** The latest moment at which a target may still take a token for alive: clocks differ, and leeway is common. */
function patienceEnds(t: ScenarioRun, { receivedAt, expiresInSeconds = 0 }: Grant): number {
  return receivedAt + Math.max(expiresInSeconds * 1000, t.limits.maxExpiryWaitMs) + marginMs;
}

async function expiredBearer(t: ScenarioRun, role: Role, grant: Grant, intent: string): Promise<void> {
  // The first look must not use the token up, should it still be alive.
  let exchange = await looksAlive(t, grant, intent);
  if (exchange.response && !isUnauthorised(t.contract, exchange)) {
    await t.passTime(Math.max(0, patienceEnds(t, grant) - Date.now()));
    exchange = await presents(t, grant, intent);
  }
  for (const id of ['token.expired-unusable', `${role}.unauthenticated`]) {
    t.check(id, refusesRight(t.contract, exchange), {
      expected: t.contract.refusalOf(exchange.draft.operation, 'unauthenticated').words,
      actual: expiredOutcome(exchange),
      exchange,
    });
  }
  t.tokenDied(grant.accessToken);
}

async function expiredRefreshToken(t: ScenarioRun, grant: Grant): Promise<void> {
  if (!grant.refreshToken) throw new Unobtainable('the issue operation gives no refresh token');
  const outlives = Number(readJwt(grant.refreshToken)?.payload.exp ?? 0) * 1000 > patienceEnds(t, grant);
  let exchange = await refreshes(t, grant, 'an expired refresh token');
  if (exchange.response?.success && (outlives || !t.target.shortLivedClient)) {
    t.notTested(
      'refresh.expired-token',
      'the refresh token outlives the access token, as it may, and nothing says for how long; set NOMBA_SHORT_LIVED_CLIENT_ID and NOMBA_SHORT_LIVED_CLIENT_SECRET to a client whose refresh tokens live seconds',
    );
    return;
  }
  if (exchange.response?.success) {
    // Accepted once: it may just live longer than the access token. A client that is named as short-lived has
    // until the longest wait.
    const again = await t.grant({
      client: t.target.shortLivedClient ?? t.target.client,
      intent: 'a grant to let expire',
    });
    await t.passTime(Math.max(0, patienceEnds(t, again) - Date.now()));
    exchange = await refreshes(t, again, 'an expired refresh token');
  }
  t.check('refresh.expired-token', refusesRight(t.contract, exchange), {
    expected: t.contract.refusalOf(exchange.draft.operation, 'unauthenticated').words,
    actual: expiredOutcome(exchange),
    exchange,
  });
}

function expiredOutcome(exchange: Exchange): string {
  return `${outcomeOf(exchange)}, to a request with ${exchange.draft.intent}`;
}
