import { type Draft, type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import { carriesSecret } from '../../fixtures/requests/credential-properties.ts';
import { isOneOfAKind } from '../../fixtures/requests/jwt.ts';
import { lookalike } from '../../fixtures/requests/near-misses.ts';
import type { Grant } from '../../fixtures/requests/values.ts';
import { type Scenario, Unobtainable } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { shortfall } from '../../fixtures/scenario/success.ts';
import {
  diesOf,
  neverIssued,
  presents,
  refreshes,
  refusesRevoked,
  repeats,
} from '../../fixtures/scenario/token-steps.ts';
import { isUnauthorised } from '../../fixtures/scenario/unauthorised.ts';
import type { Contract, Role } from '../../schemas/openapi/contract.ts';
import { checkDistinct, checkDistinctGrants } from '../checks/distinct.ts';

/** How many times a valid request is repeated. */
export const rounds = 10;

/** Requests at once that show something, where ten that differ cannot be had. */
const fewest = 3;

/** What succeeds in turn succeeds at once, and what is refused is refused at once. */
export function atOnce(contract: Contract): Scenario[] {
  return [
    allAtOnce(contract),
    ...(carriesSecret(contract) ? [rightAndWrongAtOnce(contract)] : []),
    ...(contract.protectedRole === 'revoke' ? [revokedMeanwhile(contract)] : []),
  ];
}

function allAtOnce(contract: Contract): Scenario {
  const present = contract.roles;
  const chained = present.includes('refresh');
  return {
    title: 'ten valid requests at once all succeed',
    establishes: [...present.map((role) => `${role}.concurrent`)],
    requests: () => (chained ? 5 * rounds - 3 : 3 * rounds),
    run: async (t) => {
      const issued = grantsOf(
        await together(
          t,
          'issue',
          Array.from({ length: chained ? rounds - 1 : rounds }, () => undefined),
        ),
      );
      if (issued.length === 0) return;
      const refreshable = distinctBy(issued, ({ refreshToken }) => refreshToken);
      const refreshed: Grant[] = [];
      if (chained) {
        // The tenth issue is beside the refreshes, which must bear it.
        const beside = await t.valid('issue', 'a valid request, beside refreshes');
        refreshed.push(...grantsOf(await together(t, 'refresh', refreshable, { beside })));
        // One that was throttled has come again.
        const tenth = t.exchanges.findLast(({ draft }) => draft.intent === beside.intent);
        if (tenth?.kind === 'answer') repeats(t, 'issue.concurrent', tenth);
        issued.push(...grantsOf(tenth ? [tenth] : []));
      }
      checkDistinct(t, issued);
      checkDistinctGrants(t, issued);
      if (refreshed.length > 0) await checkRefreshedAtOnce(t, refreshed);
      if (!present.includes('revoke')) return;
      const source = refreshed.length > 0 ? 'refresh' : 'issue';
      const living = distinctBy(refreshed.length > 0 ? refreshed : issued, ({ accessToken }) => accessToken);
      const revocations = await together(t, 'revoke', living, { source });
      if (contract.protectedRole !== 'revoke') return;
      // One that was refused was dead before, as the exchange says.
      const dead = revocations
        .filter(({ response }) => response?.success)
        .flatMap(({ draft }) => draft.grant ?? []);
      const again = await presentsTogether(t, dead, 'a token that was revoked at once with others');
      for (const exchange of again) refusesRevoked(t, exchange);
      if (source === 'refresh')
        await judgeIssuedAtOnce(
          t,
          distinctBy(issued, ({ accessToken }) => accessToken),
        );
    },
  };
}

/** How many right and how many wrong credentials are sent at once. */
const pairs = 3;

function rightAndWrongAtOnce(contract: Contract): Scenario {
  return {
    title: 'right and wrong credentials at once are told apart',
    establishes: ['issue.concurrent'],
    // With a second client: one right request more, and its token's end.
    requests: () => (contract.protectedRole ? 3 : 2) * pairs + 2,
    run: async (t) => {
      const right = await t.valid('issue', 'right credentials beside wrong ones');
      const secret = t.secret('wrong_client_secret', lookalike(t.target.client.secret));
      const client = { ...t.target.client, secret };
      const intent = 'wrong credentials beside right ones';
      const wrong = t.draft(t.operation('issue'), intent, { client, grant: undefined });
      const second = t.target.shortLivedClient;
      const another =
        second &&
        t.draft(t.operation('issue'), "another client's credentials beside", {
          client: second,
          grant: undefined,
        });
      const exchanges = await t.sendTogether([
        ...Array.from({ length: pairs }, () => [right, wrong]).flat(),
        ...(another ? [another] : []),
      ]);
      const away = exchanges.find(({ kind }) => kind !== 'answer');
      if (away && (await t.presence(away)) === 'away') throw new Unobtainable(t.whyAway(away));
      const got = exchanges.filter(({ draft }) => draft === right);
      if (got.every((exchange) => shortfall(t.contract, exchange) !== undefined)) {
        const control = await t.send({ ...right, intent: 'control: right credentials alone' });
        const why = shortfall(t.contract, control);
        if (why !== undefined) throw new Unobtainable(`right credentials alone were answered ${why}`);
      }
      for (const exchange of got) repeats(t, 'issue.concurrent', exchange);
      for (const exchange of exchanges.filter(({ draft }) => draft === wrong)) {
        t.check('issue.invalid-client', exchange.response?.success !== true, {
          expected: t.contract.refusalOf(exchange.draft.operation, 'unauthenticated').words,
          actual: `${outcomeOf(exchange)}, to a request with ${exchange.draft.intent}`,
          exchange,
        });
      }
      if (!contract.protectedRole) return;
      const issued = distinctBy(grantsOf(got), ({ accessToken }) => accessToken);
      // Asked before the look, which revokes those that live.
      const twice = comeTwice(t, issued);
      const looks = await presentsTogether(t, issued, 'a token that was issued beside refusals');
      const dead = looks.find((exchange) => isUnauthorised(t.contract, exchange));
      await judgeAlive(t, dead, twice, 'a token that was issued beside refusals is alive');
    },
  };
}

function revokedMeanwhile(contract: Contract): Scenario {
  const refresh = contract.operation('refresh') !== undefined;
  return {
    title: 'a revocation holds that comes at once with a refresh, an issue, and tokens that nobody issued',
    establishes: ['revoke.concurrent'],
    requests: () => (refresh ? 12 : 8),
    run: async (t) => {
      const [one, other] = [await t.grant(), await t.grant()];
      const intent = 'a revocation beside other requests';
      const drafts = await Promise.all([
        ...(refresh && one.refreshToken
          ? [t.valid('refresh', 'a refresh beside the revocation', { grant: one })]
          : []),
        t.valid('revoke', intent, { grant: one }),
        t.valid('issue', 'an issue beside a revocation'),
        t.valid('revoke', intent, { grant: other }),
      ]);
      const strangers = [
        ...(refresh && one.refreshToken
          ? [
              await t.valid('refresh', 'an unknown refresh token beside right ones', {
                grant: strange(t, one),
              }),
            ]
          : []),
        await t.valid('revoke', 'an unknown bearer token beside right ones', { grant: neverIssued(t, one) }),
      ];
      const exchanges = await t.sendTogether([...drafts, ...strangers]);
      for (const exchange of exchanges.filter(({ draft }) => strangers.includes(draft))) {
        const id =
          exchange.draft.operation.role === 'refresh' ? 'refresh.invalid-token' : 'revoke.unauthenticated';
        t.check(id, exchange.response?.success !== true, {
          expected: t.contract.refusalOf(exchange.draft.operation, 'unauthenticated').words,
          actual: `${outcomeOf(exchange)}, to a request with ${exchange.draft.intent}`,
          exchange,
          comparison: true,
        });
      }
      const revoked = exchanges.filter(({ draft, response }) => draft.intent === intent && response?.success);
      if (revoked.length === 0) {
        throw new Unobtainable(
          `a revocation beside other requests was answered ${outcomeOf(exchanges[1] as Exchange)}`,
        );
      }
      t.check('revoke.concurrent', true, { expected: '', actual: '' });
      await livesBeside(t, grantsOf(exchanges.filter(({ draft }) => draft.operation.role === 'issue')));
      for (const { draft } of revoked) {
        if (!draft.grant) continue;
        refusesRevoked(t, await presents(t, draft.grant, 'a token that was revoked beside other requests'));
      }
    },
  };
}

/** A token that was issued beside a revocation is alive, as one is that was issued before it. */
async function livesBeside(t: ScenarioRun, [issued]: Grant[]): Promise<void> {
  // Of the same text as one that was revoked, it is over with that.
  if (!issued || t.session.tokens.revoked.has(issued.accessToken)) return;
  const exchange = await presents(t, issued, 'a token that was issued beside a revocation');
  if (isUnauthorised(t.contract, exchange)) {
    const older = await t.grant();
    const inTurn = await diesOf(t, 'a token that was issued before a revocation', async () => {
      if (older.refreshToken) await refreshes(t, older, 'a refresh in turn');
      await presents(t, older, 'a revocation in turn');
    });
    if (inTurn) return;
  }
  t.check('issue.concurrent', !isUnauthorised(t.contract, exchange), {
    expected: 'a token that was issued beside a revocation is alive, as one that was issued before it',
    actual: outcomeOf(exchange),
    exchange,
  });
}

/** A grant like another, with a refresh token that was never issued. */
function strange(t: ScenarioRun, grant: Grant): Grant {
  return { ...grant, refreshToken: t.secret('unknown_refresh_token', lookalike(grant.refreshToken ?? '')) };
}

/** The tokens of the answers that hold some. */
function grantsOf(exchanges: Exchange[]): Grant[] {
  return exchanges.flatMap(({ response }) => (response?.success ? (grantIn(response) ?? []) : []));
}

/** The first grant of each key; those without one are left out. */
function distinctBy(grants: Grant[], key: (grant: Grant) => string | undefined): Grant[] {
  const seen = new Map<string, Grant>();
  for (const grant of grants) {
    const text = key(grant);
    if (text !== undefined && !seen.has(text)) seen.set(text, grant);
  }
  return [...seen.values()];
}

function presentsTogether(t: ScenarioRun, grants: Grant[], intent: string): Promise<Exchange[]> {
  const role = t.contract.protectedRole ?? 'revoke';
  return Promise.all(grants.map((grant) => t.valid(role, intent, { grant }))).then((drafts) =>
    t.sendTogether(drafts),
  );
}

/** Refreshes of several grants at once give each its own token, where refreshes in turn do. */
async function checkRefreshedAtOnce(t: ScenarioRun, refreshed: Grant[]): Promise<void> {
  checkDistinct(t, refreshed);
  // Where access tokens of one instant may be alike, whole answers are not.
  const answers = (grants: Grant[]) =>
    new Set(
      grants.map(({ accessToken, refreshToken }) =>
        isOneOfAKind(accessToken) ? accessToken : `${accessToken} ${refreshToken}`,
      ),
    ).size;
  if (answers(refreshed) === refreshed.length) return;
  const inTurn: Grant[] = [];
  for (const _ of ['one', 'other']) {
    const exchange = await t.send(await t.valid('refresh', 'a refresh in turn'));
    inTurn.push(...grantsOf([exchange]));
  }
  if (answers(inTurn) < 2) return;
  t.check('refresh.concurrent', false, {
    expected: `${refreshed.length} different answers to refreshes at once, as to refreshes in turn`,
    actual: `${answers(refreshed)} different`,
    exchange: t.exchanges.find(
      ({ draft, response }) => draft.operation.role === 'refresh' && response?.success,
    ),
  });
}

/** Whether one of some tokens is another's too, or was revoked before under the same text. */
function comeTwice(t: ScenarioRun, grants: Grant[]): boolean {
  const tokens = grants.map(({ accessToken }) => accessToken);
  return new Set(tokens).size < tokens.length || tokens.some((token) => t.session.tokens.revoked.has(token));
}

/**
 * Looks at the access tokens that were issued at once, when they have been refreshed and what came of that is
 * revoked. Where that ends them in turn as well, they are issued once more to be looked at before.
 */
async function judgeIssuedAtOnce(t: ScenarioRun, issued: Grant[]): Promise<void> {
  const isDead = (exchange: Exchange) => isUnauthorised(t.contract, exchange);
  const intent = 'a token that was issued at once with others';
  // Asked before the look, which revokes those that live.
  const twice = comeTwice(t, issued);
  let dead = (await presentsTogether(t, issued, intent)).find(isDead);
  if (dead && (await endsWithItsRefresh(t))) {
    const again = await together(
      t,
      'issue',
      Array.from({ length: rounds }, () => undefined),
    );
    dead = (await presentsTogether(t, grantsOf(again), intent)).find(isDead);
  }
  const expected = 'each token that was issued at once with others is alive, as those issued in turn';
  await judgeAlive(t, dead, twice, expected);
}

/** Records whether tokens that were issued at once are alive, by the look at one that is `dead`, where there is any. */
async function judgeAlive(
  t: ScenarioRun,
  dead: Exchange | undefined,
  twice: boolean,
  expected: string,
): Promise<void> {
  // Tokens that are one and the same end together: that they are, another requirement says.
  if (dead && twice) return;
  if (dead && (await grantsEndEachOther(t, 'revoke'))) return;
  t.check('issue.concurrent', dead === undefined, {
    expected,
    actual: dead ? outcomeOf(dead) : '',
    exchange: dead,
  });
}

/** Whether an access token dies when its grant is refreshed, or when the token that came of that is revoked. */
async function endsWithItsRefresh(t: ScenarioRun): Promise<boolean> {
  let refreshed: Grant | undefined;
  const dead = await diesOf(t, 'the token before it', async (grant) => {
    [refreshed] = grantsOf([await refreshes(t, grant, 'a refresh in turn')]);
    if (refreshed) await presents(t, refreshed, 'the refreshed token revokes itself');
  });
  return dead !== undefined || !refreshed;
}

/** Whether what a refresh gives is dead when no other is at work. */
async function isDeadInTurn(t: ScenarioRun): Promise<boolean> {
  const [refreshed] = grantsOf([await refreshes(t, await t.grant(), 'a refresh in turn')]);
  return !refreshed || isUnauthorised(t.contract, await presents(t, refreshed, 'what came of it'));
}

export function noneFulfilled(t: ScenarioRun, [first]: Exchange[]): string {
  return `not one of the requests was fulfilled: ${first && shortfall(t.contract, first)}`;
}

/**
 * Sends one valid request for each grant at the same moment, and judges that they are fulfilled. `source` is the
 * operation that gave the grants at once: where they are dead from that, it is the matter of that operation. `beside` is
 * sent at the same moment, and judged by who asks for it.
 */
async function together(
  t: ScenarioRun,
  role: Role,
  given: (Grant | undefined)[],
  { source, beside }: { source?: Role; beside?: Draft } = {},
): Promise<Exchange[]> {
  let id = `${role}.concurrent`;
  if (given.length === 0) {
    t.inconclusive(id, 'no token could be had to send such requests with');
    return [];
  }
  const draftsFor = (grants: (Grant | undefined)[]) =>
    Promise.all(grants.map((grant) => t.valid(role, 'a valid request', grant ? { grant } : {})));
  const twice = comeTwice(
    t,
    given.filter((grant) => grant !== undefined),
  );
  let isGivenDead = false;
  const drafts = await draftsFor(await withoutEqual(t, role, given));
  let exchanges = (await t.sendTogether([...drafts, ...(beside ? [beside] : [])])).slice(0, drafts.length);
  const refused = (answers: Exchange[]) => answers.some((exchange) => isUnauthorised(t.contract, exchange));
  if (refused(exchanges) && role !== 'issue') {
    if (await grantsEndEachOther(t, role)) {
      // Ten grants cannot be used side by side, so each request follows its own issue.
      exchanges = [];
      for (let round = 0; round < rounds; round++) {
        exchanges.push(await t.send(await t.valid(role, 'a valid request, after a fresh issue')));
      }
    } else if (source) {
      const inTurn: Grant[] = [];
      for (const _ of given) inTurn.push(await t.grant({ intent: 'one of ten grants' }));
      const again = await t.sendTogether(await draftsFor(inTurn));
      if (!refused(again)) {
        id = `${source}.concurrent`;
        isGivenDead = !twice && !(await isDeadInTurn(t));
      }
    }
  }
  const away = exchanges.find(({ kind }) => kind !== 'answer');
  if (away && (await t.presence(away)) === 'away') {
    t.inconclusive(id, t.whyAway(away));
    return [];
  }
  if (exchanges.every((exchange) => shortfall(t.contract, exchange) !== undefined) && !isGivenDead) {
    t.inconclusive(id, noneFulfilled(t, exchanges));
    return [];
  }
  for (const exchange of exchanges) repeats(t, id, exchange);
  return exchanges;
}

/**
 * The grants without those whose token is another's too, or was before: its first use ends it for all. A few that
 * differ where there are hardly any.
 */
async function withoutEqual(
  t: ScenarioRun,
  role: Role,
  given: (Grant | undefined)[],
): Promise<(Grant | undefined)[]> {
  if (role === 'issue') return given;
  const tokenOf = (grant?: Grant) => (role === 'refresh' ? grant?.refreshToken : grant?.accessToken);
  const isDead = (grant?: Grant) =>
    role === 'revoke' && t.session.tokens.revoked.has(grant?.accessToken ?? '');
  const different = new Map(given.filter((grant) => !isDead(grant)).map((grant) => [tokenOf(grant), grant]));
  while (different.size < Math.min(fewest, given.length) && !t.session.tokens.givenAgain) {
    const grant = await t.grant();
    different.set(tokenOf(grant), grant);
  }
  return different.size > 1 ? [...different.values()] : given;
}

/**
 * Whether grants that are there side by side end each other even when one request follows the other: the target
 * keeps few sessions per client, gives a token out twice, or ends more than it is told to.
 */
async function grantsEndEachOther(t: ScenarioRun, role: Role): Promise<boolean> {
  const grants: Grant[] = [];
  for (let round = 0; round < rounds; round++) grants.push(await t.grant({ intent: 'one of ten grants' }));
  for (const grant of grants) {
    const exchange = await t.send(await t.valid(role, 'one of ten grants, in turn', { grant }));
    if (isUnauthorised(t.contract, exchange)) return true;
  }
  return false;
}
