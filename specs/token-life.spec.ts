import { type Exchange, outcomeOf } from '../fixtures/exchange.ts';
import { grantIn } from '../fixtures/grants.ts';
import { contract, protectedRole } from '../fixtures/loaded-contract.ts';
import { lookalike } from '../fixtures/requests/altered.ts';
import { propertyNamed } from '../fixtures/requests/credential-properties.ts';
import { withProperty } from '../fixtures/requests/valid.ts';
import type { Grant } from '../fixtures/requests/values.ts';
import { type ScenarioRun, scenario, Unobtainable } from '../fixtures/scenario.ts';

const refresh = contract().operation('refresh');
const revoke = contract().operation('revoke');
const bearerRole = protectedRole();
const revokedProperty = propertyNamed(contract(), 'revoke', 'token', 'access_token');

/** Sends a revocation of `victim` with the bearer of another grant, or its own. */
async function revokes(t: ScenarioRun, victim: Grant, bearer: Grant, intent: string): Promise<Exchange> {
  const draft = await t.valid('revoke', intent, { grant: bearer });
  const exchange = await t.send(
    revokedProperty ? withProperty(draft, revokedProperty, victim.accessToken, intent) : draft,
  );
  if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
  return exchange;
}

/** Sends a valid request with a grant's access token to the operation that asks for one. */
async function presents(t: ScenarioRun, grant: Grant, intent: string): Promise<Exchange> {
  const exchange = await t.send(await t.valid(bearerRole ?? 'revoke', intent, { grant }));
  if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
  return exchange;
}

/** Ends the scenario where a step it builds on does not succeed; that step has a requirement of its own. */
function mustSucceed(exchange: Exchange, step: string): void {
  if (!exchange.response?.success) throw new Unobtainable(`${step} was answered ${outcomeOf(exchange)}`);
}

async function refreshes(t: ScenarioRun, grant: Grant, intent: string): Promise<Exchange> {
  const exchange = await t.send(await t.valid('refresh', intent, { grant }));
  if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
  return exchange;
}

/** Whether an issue kills the tokens of the issue before: the target keeps one session per client. */
async function keepsOneSession(t: ScenarioRun): Promise<boolean> {
  const older = await t.grant({ intent: 'an older grant' });
  await t.grant({ intent: 'a newer grant' });
  const exchange = await presents(t, older, 'whether the older token is alive');
  return exchange.response?.status === 401;
}

if (refresh && bearerRole) {
  scenario({
    title: 'a refreshed token authorises requests',
    establishes: ['token.refreshed-usable'],
    requests: () => 4,
    run: async (t) => {
      const refreshed = await refreshes(t, await t.refreshableGrant(), 'a valid refresh');
      mustSucceed(refreshed, 'a valid refresh');
      const grant = refreshed.response && grantIn(refreshed.response);
      if (!grant) throw new Unobtainable('refresh gives no access token');
      const exchange = await presents(t, grant, 'the refreshed token');
      const status = exchange.response?.status;
      if (!exchange.response?.success && status !== 401 && status !== 403)
        mustSucceed(exchange, 'a valid request');
      t.check('token.refreshed-usable', exchange.response?.success === true, {
        expected: 'the refreshed token authorises the request',
        actual: outcomeOf(exchange),
        exchange,
      });
    },
  });
}

if (revoke && bearerRole) {
  scenario({
    title: 'a revoked token authorises nothing',
    establishes: ['token.revoked-unusable'],
    requests: () => 8,
    run: async (t) => {
      const refused = (exchange: Exchange) => {
        for (const id of ['token.revoked-unusable', `${bearerRole}.unauthenticated`]) {
          t.check(id, exchange.response?.status === 401, {
            expected: '401',
            actual: `${outcomeOf(exchange)}, to a request with ${exchange.draft.intent}`,
            exchange,
          });
        }
      };
      const own = await t.grant();
      mustSucceed(await revokes(t, own, own, 'a token revokes itself'), 'a token that revokes itself');
      refused(await presents(t, own, 'a token that revoked itself'));

      if (!revoke.bearer) return;
      const victim = await t.grant();
      const other = await t.grant();
      mustSucceed(await revokes(t, victim, other, 'a token revokes another'), 'a token that revokes another');
      refused(await presents(t, victim, 'a token that another revoked'));
    },
  });

  scenario({
    title: 'revoking one token leaves the others of the client alive',
    establishes: ['token.revoke-isolated'],
    requests: () => 4,
    run: async (t) => {
      const bystander = await t.grant();
      const victim = await t.grant();
      mustSucceed(await revokes(t, victim, victim, 'a token revokes itself'), 'a token that revokes itself');
      const exchange = await presents(t, bystander, 'the other token, afterwards');
      if (exchange.response?.status === 401 && (await keepsOneSession(t))) {
        t.inconclusive(
          'token.revoke-isolated',
          'the target keeps one session per client: a new issue ends the older one',
        );
        return;
      }
      t.check('token.revoke-isolated', exchange.response?.success === true, {
        expected: 'the other token is still alive',
        actual: outcomeOf(exchange),
        exchange,
      });
    },
  });

  scenario({
    title: 'revoke answers a token that is revoked already, or was never issued, as documented',
    establishes: ['revoke.repeat'],
    requests: () => 6,
    run: async (t) => {
      const gone = await t.grant();
      mustSucceed(await revokes(t, gone, gone, 'a token revokes itself'), 'a token that revokes itself');
      const bearer = await t.grant();
      const stranger = {
        ...gone,
        accessToken: t.secret('unknown_access_token', lookalike(gone.accessToken)),
      };
      for (const [victim, intent] of [
        [gone, 'a token that is revoked already'],
        [stranger, 'a token that was never issued'],
      ] as const) {
        const exchange = await revokes(t, victim, bearer, intent);
        const status = exchange.response?.status;
        t.check(
          'revoke.repeat',
          status !== undefined && t.contract.response(exchange.draft.operation, status) !== undefined,
          {
            expected: 'a documented status',
            actual: `${outcomeOf(exchange)}, to a request with ${intent}`,
            exchange,
          },
        );
      }
    },
  });
}

if (refresh) {
  scenario({
    title: 'refresh refuses a refresh token that was rotated away',
    establishes: ['refresh.reused-token'],
    requests: () => 5,
    run: async (t) => {
      const first = await t.refreshableGrant();
      const refreshed = await refreshes(t, first, 'a valid refresh');
      mustSucceed(refreshed, 'a valid refresh');
      const next = refreshed.response && grantIn(refreshed.response);
      if (!next?.refreshToken || next.refreshToken === first.refreshToken) {
        t.notTested(
          'refresh.reused-token',
          'the target does not rotate refresh tokens, so none can be reused',
        );
        return;
      }
      const reuse = await refreshes(t, first, 'a refresh token that was rotated away');
      t.check('refresh.reused-token', reuse.response?.status === 401 || reuse.response?.status === 400, {
        expected: 'a refusal',
        actual: outcomeOf(reuse),
        exchange: reuse,
      });
    },
  });

  if (revoke && revokedProperty) {
    scenario({
      title: 'refresh refuses a refresh token after its revocation',
      establishes: ['refresh.revoked-token'],
      requests: () => 5,
      run: async (t) => {
        const grant = await t.refreshableGrant();
        const asToken = { ...grant, accessToken: grant.refreshToken };
        // Whether a target revokes refresh tokens by name is its choice (RFC 7009 section 2); the access token
        // is revoked in any case, and one of the two must have ended the grant.
        const named = await revokes(t, asToken, grant, 'the refresh token is revoked');
        const own = await revokes(t, grant, grant, 'the access token is revoked');
        mustSucceed(named.response?.success ? named : own, 'a revocation');
        const exchange = await refreshes(t, grant, 'a refresh token after revocation');
        if (![200, 400, 401].includes(exchange.response?.status ?? 0)) mustSucceed(exchange, 'a refresh');
        t.check(
          'refresh.revoked-token',
          exchange.response?.status === 401 || exchange.response?.status === 400,
          {
            expected: 'a refusal',
            actual: outcomeOf(exchange),
            exchange,
          },
        );
      },
    });
  }
}
