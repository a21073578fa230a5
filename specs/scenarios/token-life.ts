import { type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import { propertyNamed } from '../../fixtures/requests/credential-properties.ts';
import { missingParameters } from '../../fixtures/requests/invalid.ts';
import { lookalike } from '../../fixtures/requests/near-misses.ts';
import { withProperty } from '../../fixtures/requests/valid.ts';
import type { Grant } from '../../fixtures/requests/values.ts';
import { culpritAmong } from '../../fixtures/scenario/culprit.ts';
import { type Scenario, Unobtainable } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import {
  authorises,
  diesOf,
  mustSucceed,
  namesRevoked,
  neverIssued,
  presents,
  refreshes,
  refusesRevoked,
  revokes,
  usesInVain,
} from '../../fixtures/scenario/token-steps.ts';
import { isInvalid, isUnauthorised, refusesRight } from '../../fixtures/scenario/unauthorised.ts';
import { whyOneClient } from '../../fixtures/settings/target.ts';
import type { Contract, Operation } from '../../schemas/openapi/contract.ts';

/** Whether an issue kills the tokens of the issue before: the target keeps one session per client. */
export async function keepsOneSession(t: ScenarioRun): Promise<boolean> {
  const newer = () => t.grant({ intent: 'a newer grant' });
  return (await diesOf(t, 'whether the older token is alive', newer)) !== undefined;
}

/** Whether a token is dead after a few requests that revoke nothing. */
async function diesOfUse(t: ScenarioRun): Promise<boolean> {
  const dead = await diesOf(t, 'one more use of it', async (grant) => {
    for (let uses = 0; uses < usesOfBearer; uses++) await usesInVain(t, grant, 'a use of a token');
  });
  return dead !== undefined;
}

/** So often a token is used before it is looked at whether it has died of it. */
const usesOfBearer = 4;

/** What ends a token, and what does not. */
export function tokenLife(contract: Contract): Scenario[] {
  const revoke = contract.operation('revoke');
  const refresh = contract.operation('refresh') !== undefined;
  return [
    ...(revoke && contract.protectedRole
      ? [revokedToken(revoke), remembered(contract), revokesOneAlone(revoke, namesRevoked(contract))]
      : []),
    ...(refresh ? [reusedToken] : []),
    ...(refresh && revoke && namesRevoked(contract) ? [revokedRefreshToken] : []),
  ];
}

function revokedToken(revoke: Operation): Scenario {
  return {
    title: 'a revoked token authorises nothing, and may be revoked again',
    establishes: ['token.revoked-unusable', 'revoke.repeat'],
    requests: () => 12,
    run: async (t) => {
      const own = await t.grant();
      mustSucceed(await revokes(t, own, own, 'a token revokes itself'), 'a token that revokes itself');
      refusesRevoked(t, await presents(t, own, 'a token that revoked itself'));
      // Without a bearer, or a name for another token, a token can revoke none but itself.
      if (!revoke.bearer || !namesRevoked(t.contract)) {
        if (namesRevoked(t.contract)) await revokeUnknown(t, own);
        return revokeAgain(t, own, own);
      }

      // Used before it is revoked: a target that remembers its being valid must forget that.
      const victim = await t.grant();
      await usesInVain(t, victim, 'a first use of a token');
      const other = await t.grant();
      const exchange = await revokes(t, victim, other, 'a token revokes another');
      if (!exchange.response?.success && (await keepsOneSession(t))) {
        // Refused as dead already, since the issue after it ended it.
        answersAtAll(t, exchange);
        return revokeUnknown(t, await t.grant());
      }
      mustSucceed(exchange, 'a token that revokes another');
      await revokeAgain(t, victim, other);
      await revokeUnknown(t, other);
      refusesRevoked(t, await presents(t, victim, 'a token that another has revoked twice'));
      // Refused once before: what is remembered must outlast that.
      refusesRevoked(t, await presents(t, own, 'a token that revoked itself, once more'), [exchange]);
      if (other.accessToken !== victim.accessToken) await stillAuthorises(t, other);
    },
  };
}

/** What a target is asked between a revocation and the look at it, with another grant at hand. */
type Between = (t: ScenarioRun, gone: Grant, other: Grant) => Promise<unknown>;

function between(contract: Contract): Between[] {
  return [
    ...(contract.operation('refresh') ? [refreshesAnother, refreshesRevoked] : []),
    async (t) => {
      const valid = await t.valid('issue', 'a valid issue');
      const secretAt = propertyNamed(contract, 'issue', 'client_secret');
      const wrong = t.secret('wrong_client_secret', lookalike(t.target.client.secret));
      return secretAt && t.send(withProperty(valid, secretAt, wrong, 'a wrong secret'));
    },
    async (t) => {
      const [incomplete] = missingParameters(contract, await t.valid('issue', 'a valid issue'));
      return incomplete && t.send(incomplete);
    },
    (t, _gone, other) => presents(t, other, "another token's revocation"),
  ];
}

const refreshesAnother: Between = async (t, gone, other) => {
  if (!other.refreshToken) return;
  const renewed = await refreshes(t, other, "another grant's refresh");
  // One that is given again ended with the token that was revoked.
  const apart = other.accessToken !== gone.accessToken && other.refreshToken !== gone.refreshToken;
  if (apart) await outlivesOthers(t, renewed);
};

const refreshesRevoked: Between = async (t, gone) => {
  if (gone.refreshToken) await livesAnew(t, await refreshes(t, gone, "the revoked token's refresh"));
};

/** Whatever else a target is asked after a revocation, the token stays dead; where it does not, what undid it is found. */
function remembered(contract: Contract): Scenario {
  const steps = between(contract);
  return {
    title: 'a revocation is remembered, whatever is asked after it',
    establishes: ['token.revoked-unusable'],
    requests: () => (contract.operation('refresh') ? 10 : 7),
    run: async (t) => {
      const all = await looksAfter(t, steps, 'refreshes, refusals and another revocation');
      const isUndone = ({ look }: typeof all) => look.response?.success === true;
      const alone = (which: number[]) =>
        looksAfter(
          t,
          which.flatMap((at) => steps[at] ?? []),
          'some other request',
        );
      const undone = isUndone(all) ? await culpritAmong(steps.length, alone, isUndone) : undefined;
      const { look, asked } = undone ?? all;
      refusesRevoked(t, look, asked);
    },
  };
}

/** A look at a token that was revoked before some steps, and what was asked in them. */
async function looksAfter(t: ScenarioRun, steps: Between[], what: string) {
  const other = await t.grant();
  const gone = await t.grant();
  await revokesUnused(t, gone, other);
  const before = t.exchanges.length;
  for (const step of steps) await step(t, gone, other);
  const asked = t.exchanges.slice(before);
  return { look: await presents(t, gone, `a token that was revoked before ${what}`), asked };
}

/**
 * Has a token revoked by another, so that it was never used: what is kept of a token from its first use on, nothing is
 * kept of it yet. By itself where it alone can, or the other is refused.
 */
async function revokesUnused(t: ScenarioRun, gone: Grant, other: Grant): Promise<void> {
  if (t.operation('revoke').bearer && namesRevoked(t.contract)) {
    const exchange = await revokes(t, gone, other, 'a token revokes one that was never used');
    if (exchange.response?.success) return;
  }
  mustSucceed(await revokes(t, gone, gone, 'a token revokes itself'), 'a token that revokes itself');
}

/** The refresh token of another grant is none of a revocation's business. */
async function outlivesOthers(t: ScenarioRun, exchange: Exchange): Promise<void> {
  const id = 'token.revoke-isolated';
  if (exchange.response?.success) return t.check(id, true, { expected: '', actual: '' });
  const [older] = [await t.refreshableGrant(), await t.grant()];
  const control = await refreshes(t, older, 'control: an older refresh token, and nothing revoked');
  if (!control.response?.success) return;
  const also = t.exchanges.filter(
    ({ draft, response }) => draft.operation.role === 'revoke' && response?.success,
  );
  t.check(id, false, {
    expected: 'the refresh token of another grant is taken after the revocation',
    actual: outcomeOf(exchange),
    exchange,
    also,
  });
}

/** Where a grant goes on after its access token was revoked, as it may, what it gives is alive. */
async function livesAnew(t: ScenarioRun, { response }: Exchange): Promise<void> {
  const renewed = response?.success ? grantIn(response) : undefined;
  if (!renewed) return;
  const exchange = await presents(t, renewed, 'what the refresh gave after the revocation');
  authorises(t, 'token.refreshed-usable', exchange);
}

function revokesOneAlone(revoke: Operation, namesAnother: boolean): Scenario {
  const forOwnersAlone = revoke.bearer && namesAnother;
  return {
    title: 'revoking one token leaves others alive, and is for the client of the token alone',
    establishes: ['token.revoke-isolated', ...(forOwnersAlone ? ['revoke.foreign-token'] : [])],
    requests: () => 7,
    needs: { 'revoke.foreign-token': 'a second client' },
    run: async (t) => {
      const bystander = await t.grant();
      const tried = await revokesOfAnother(t, bystander);
      const victim = await t.grant();
      mustSucceed(await revokes(t, victim, victim, 'a token revokes itself'), 'a token that revokes itself');
      if (bystander.accessToken === victim.accessToken) {
        throw new Unobtainable('the target gives a client the same token each time');
      }
      const exchange = await presents(t, bystander, 'the other token, afterwards');
      const dead = isUnauthorised(t.contract, exchange);
      if (dead && (await keepsOneSession(t))) {
        throw new Unobtainable('the target keeps one session per client: a new issue ends the older one');
      }
      if (dead && tried && (await endsByAnotherClient(t))) return;
      const foreign = dead && tried && (await isRevocableByOthers(t));
      if (tried) alive(t, 'revoke.foreign-token', !foreign, exchange);
      if (!foreign) alive(t, 'token.revoke-isolated', exchange.response?.success === true, exchange);
    },
  };
}

function alive(t: ScenarioRun, id: string, passed: boolean, exchange: Exchange): void {
  // What may have ended it: it did nothing to this token by name.
  const also = t.exchanges.filter((one) => one.draft.operation.role === 'revoke' && one !== exchange);
  t.check(id, passed, { expected: 'the token is still alive', actual: outcomeOf(exchange), exchange, also });
}

/** Revokes a token with the bearer token of a client that it was not issued to. False where that cannot be tried. */
async function revokesOfAnother(t: ScenarioRun, victim: Grant): Promise<boolean> {
  if (!t.operation('revoke').bearer || !namesRevoked(t.contract)) return false;
  const why = whyOneClient(t.target);
  if (why !== undefined) {
    t.notTested('revoke.foreign-token', why);
    return false;
  }
  const stranger = await t.grant({
    client: t.target.shortLivedClient ?? t.target.client,
    intent: 'a grant of another client',
  });
  await revokes(t, victim, stranger, "another client's token");
  return true;
}

/** Whether a token dies when another client is issued one: then no revocation did it. */
async function endsByAnotherClient(t: ScenarioRun): Promise<boolean> {
  const { shortLivedClient = t.target.client } = t.target;
  const exchange = await diesOf(t, 'a token after the issue of another client', () =>
    t.grant({ client: shortLivedClient, intent: 'a grant of another client' }),
  );
  if (!exchange) return false;
  const also = t.exchanges.slice(-2, -1);
  t.check('token.usable', false, {
    expected: 'a token is alive after another client was issued one',
    actual: outcomeOf(exchange),
    exchange,
    also,
  });
  return true;
}

async function isRevocableByOthers(t: ScenarioRun): Promise<boolean> {
  const revoked = (grant: Grant) => revokesOfAnother(t, grant);
  return (await diesOf(t, 'a token that another client revoked', revoked)) !== undefined;
}

async function revokeAgain(t: ScenarioRun, gone: Grant, bearer: Grant): Promise<void> {
  answersAtAll(t, await revokes(t, gone, bearer, 'a token that is revoked already'));
}

async function revokeUnknown(t: ScenarioRun, bearer: Grant): Promise<void> {
  answersAtAll(t, await revokes(t, neverIssued(t, bearer), bearer, 'a token that was never issued'));
}

/** Records that a revocation of a token that is no more was answered as documented. */
export function answersAtAll(t: ScenarioRun, exchange: Exchange): void {
  const { draft, response } = exchange;
  // A success of another status is the matter of the requirement on documented ones.
  const allowed = t.contract.allows(draft.operation, response?.status ?? 0);
  t.check('revoke.repeat', allowed || response?.success === true, {
    expected: 'a documented status',
    actual: `${outcomeOf(exchange)}, to a request with ${draft.intent}`,
    exchange,
  });
}

/** A token that was used, and has revoked others, is alive: "all subsequent API requests" are to carry it. */
async function stillAuthorises(t: ScenarioRun, grant: Grant): Promise<void> {
  const exchange = await presents(t, grant, 'a token that has revoked others');
  const dead = isUnauthorised(t.contract, exchange);
  const id = dead && (await diesOfUse(t)) ? 'token.usable' : 'token.revoke-isolated';
  t.check(id, !dead, {
    expected: 'the token is alive after requests that revoked others',
    actual: outcomeOf(exchange),
    exchange,
  });
}

/** How long a refresh token may be taken after it was rotated away; only a target that does costs the wait. */
const reuseGraceMs = 10_000;

const reusedToken: Scenario = {
  title: 'refresh refuses a refresh token that was rotated away',
  establishes: ['refresh.reused-token'],
  requests: () => 10,
  run: async (t) => {
    const first = await t.refreshableGrant();
    const refreshed = await refreshes(t, first, 'a valid refresh');
    mustSucceed(refreshed, 'a valid refresh');
    const next = refreshed.response && grantIn(refreshed.response);
    if (!next?.refreshToken || next.refreshToken === first.refreshToken) {
      t.notTested('refresh.reused-token', 'the target does not rotate refresh tokens, so none can be reused');
      return;
    }
    let reuse = await refreshes(t, first, 'a refresh token that was rotated away');
    if (reuse.response?.success) {
      // For a client whose answer was lost, many take it for some seconds more.
      await t.passTime(reuseGraceMs);
      reuse = await refreshes(t, first, 'a refresh token that was rotated away 10 s before');
    }
    refusesRefresh(t, 'refresh.reused-token', reuse);
    if (reuse.response?.success !== true) t.session.watch.used = { grant: first, since: t.now() };
    if (reuse.response?.success !== true) await refreshedTwiceAtOnce(t);
  },
};

/** Of two refreshes of one token at once, at most one has a token of its own, where the target rotates tokens. */
async function refreshedTwiceAtOnce(t: ScenarioRun): Promise<void> {
  const grant = await t.refreshableGrant();
  const draft = await t.valid('refresh', 'one of two refreshes of one token at once', { grant });
  const exchanges = await t.sendTogether([draft, draft]);
  const tokens = exchanges.flatMap(
    ({ response }) => (response?.success && grantIn(response)?.refreshToken) || [],
  );
  t.check('refresh.reused-token', new Set(tokens).size < 2, {
    expected: 'a refresh token that is used twice at once has one successor at most',
    actual: 'two, each of its own',
    exchange: exchanges[1],
  });
}

const revokedRefreshToken: Scenario = {
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
    if (exchange.response?.success && (!named.response?.success || own.response?.success)) {
      // Success is the answer to an unknown token too (section 2.2); one that is known takes the access tokens of its
      // grant with it. And how the end of an access token bears on its refresh token is the target's choice.
      t.notTested('refresh.revoked-token', 'the target revokes access tokens alone, as it may');
      return;
    }
    if (!isRefusal(t, exchange)) mustSucceed(exchange, 'a refresh');
    refusesRefresh(t, 'refresh.revoked-token', exchange);
  },
};

function refusesRefresh(t: ScenarioRun, id: string, exchange: Exchange): void {
  t.check(id, isRefusal(t, exchange), {
    expected: 'a refusal',
    actual: outcomeOf(exchange),
    exchange,
  });
}

function isRefusal({ contract }: ScenarioRun, exchange: Exchange): boolean {
  return isInvalid(contract, exchange) || refusesRight(contract, exchange);
}
