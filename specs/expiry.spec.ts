import { type Exchange, outcomeOf } from '../fixtures/exchange.ts';
import { grantIn } from '../fixtures/grants.ts';
import { contract, protectedRole } from '../fixtures/loaded-contract.ts';
import { lookalike } from '../fixtures/requests/altered.ts';
import { propertyNamed } from '../fixtures/requests/credential-properties.ts';
import { withProperty } from '../fixtures/requests/valid.ts';
import type { Grant } from '../fixtures/requests/values.ts';
import { type ScenarioRun, scenario, Unobtainable } from '../fixtures/scenario.ts';
import type { Role } from '../schemas/contract.ts';

const refresh = contract().operation('refresh');
const bearerRole = protectedRole();
const revokedProperty = propertyNamed(contract(), 'revoke', 'token', 'access_token');
const establishes = [
  ...(refresh ? ['refresh.expired-token'] : []),
  ...(bearerRole ? ['token.expired-unusable'] : []),
];

/** A token is over this long after its life, counted from when we had it, which is later than the target counts. */
const marginMs = 150;

if (establishes.length > 0) {
  scenario({
    title: 'tokens die when they expire',
    establishes,
    requests: () => 6,
    needs: 'a client whose tokens live seconds',
    run: async (t) => {
      const client = t.target.shortLivedClient ?? t.target.client;
      const grant = await t.grant({ client, intent: 'a grant that expires soon' });
      const lifetime = grant.expiresInSeconds;
      if (lifetime === undefined || lifetime * 1000 > t.limits.maxExpiryWaitMs) {
        for (const id of establishes) t.notTested(id, remedy(t, lifetime));
        return;
      }
      // While it ages, a second grant shows that tokens of this client work as long as they are fresh. Where
      // the target keeps one session per client it ends the first, which is then issued anew.
      await freshTokensWork(t, grant);
      const aged = await t.grant({ client, intent: 'a grant to let expire' });
      await t.passTime(Math.max(0, aged.receivedAt + lifetime * 1000 + marginMs - Date.now()));
      // Given before, so over as well.
      t.tokenDied(grant.accessToken);
      if (bearerRole) await expiredBearer(t, bearerRole, aged);
      if (refresh) await expiredRefreshToken(t, aged);
    },
  });
}

function remedy(t: ScenarioRun, lifetime: number | undefined): string {
  const lives = lifetime === undefined ? 'an unstated time' : `${Math.round(lifetime)} s`;
  const most = t.limits.maxExpiryWaitMs / 1000;
  return `tokens of this client live ${lives}, and a run waits at most ${most} s; set NOMBA_SHORT_LIVED_CLIENT_ID and NOMBA_SHORT_LIVED_CLIENT_SECRET to a client whose tokens live seconds, or raise NOMBA_MAX_EXPIRY_WAIT`;
}

/** The control: a token of this client is taken while it is fresh. Throws Unobtainable where it is not. */
async function freshTokensWork(t: ScenarioRun, grant: Grant): Promise<void> {
  let current = grant;
  if (refresh) {
    const exchange = await t.send(await t.valid('refresh', 'control: a fresh refresh token', { grant }));
    const refreshed = exchange.response?.success ? grantIn(exchange.response) : undefined;
    if (!refreshed)
      throw new Unobtainable(`a fresh refresh token of this client was answered ${outcomeOf(exchange)}`);
    current = refreshed;
  }
  if (bearerRole) {
    const exchange = await t.send(await t.valid(bearerRole, 'control: a fresh token', { grant: current }));
    if (!exchange.response?.success) {
      throw new Unobtainable(`a fresh token of this client was answered ${outcomeOf(exchange)}`);
    }
  }
}

/** The latest moment at which a target may still take a token for alive: clocks differ, and leeway is common. */
function patienceEnds(t: ScenarioRun, { receivedAt, expiresInSeconds = 0 }: Grant): number {
  return receivedAt + Math.max(expiresInSeconds * 1000, t.limits.maxExpiryWaitMs) + marginMs;
}

async function expiredBearer(t: ScenarioRun, role: Role, grant: Grant): Promise<void> {
  const draft = await t.valid(role, 'an expired bearer token', { grant });
  // The first look must not use the token up, should it still be alive: it revokes one that was never issued.
  const stranger = t.secret('unknown_access_token', lookalike(grant.accessToken));
  let exchange = await t.send(
    role === 'revoke' && revokedProperty
      ? withProperty(draft, revokedProperty, stranger, draft.intent)
      : draft,
  );
  if (exchange.response && exchange.response.status !== 401) {
    await t.passTime(Math.max(0, patienceEnds(t, grant) - Date.now()));
    exchange = await t.send(draft);
  }
  if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
  for (const id of ['token.expired-unusable', `${role}.unauthenticated`]) {
    t.check(id, exchange.response?.status === 401, {
      expected: '401',
      actual: expiredOutcome(exchange),
      exchange,
    });
  }
  t.tokenDied(grant.accessToken);
}

async function expiredRefreshToken(t: ScenarioRun, grant: Grant): Promise<void> {
  if (!grant.refreshToken) throw new Unobtainable('the issue operation gives no refresh token');
  let exchange = await t.send(await t.valid('refresh', 'an expired refresh token', { grant }));
  if (exchange.response?.success && !t.target.shortLivedClient) {
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
    exchange = await t.send(await t.valid('refresh', 'an expired refresh token', { grant: again }));
  }
  if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
  t.check('refresh.expired-token', exchange.response?.status === 401, {
    expected: '401',
    actual: expiredOutcome(exchange),
    exchange,
  });
}

function expiredOutcome(exchange: Exchange): string {
  return `${outcomeOf(exchange)}, to a request with ${exchange.draft.intent}`;
}
