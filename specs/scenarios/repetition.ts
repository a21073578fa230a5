import { type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import type { Grant } from '../../fixtures/requests/values.ts';
import { estimateEntropy } from '../../fixtures/scenario/entropy.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { authorises, presents, refusesRevoked, repeats } from '../../fixtures/scenario/token-steps.ts';
import { isUnauthorised } from '../../fixtures/scenario/unauthorised.ts';
import type { Contract, Role } from '../../schemas/openapi/contract.ts';

/** How many times a valid request is repeated. */
const rounds = 10;

/** Bits of entropy that keep a token from being guessed: 2^-128, RFC 6749 section 10.10. */
const enoughBits = 128;

/** What succeeds once succeeds again: in sequence and at once, with tokens that differ. */
export function repetition(contract: Contract): Scenario[] {
  return [inSequence(contract), atOnce(contract)];
}

function inSequence(contract: Contract): Scenario {
  const present = contract.roles;
  const chained = present.includes('refresh');
  return {
    title: 'ten valid requests in sequence all succeed',
    establishes: [...present.map((role) => `${role}.repeatable`), 'token.distinct', 'token.unpredictable'],
    requests: () => (chained ? 4 * rounds + 2 : 2 * rounds) + (contract.protectedRole ? 1 : 0),
    run: async (t) => {
      const progress = new Progress(t, 'repeatable');
      const issued: (Grant | undefined)[] = [];
      for (let round = 0; round < rounds; round++) {
        const grant = await progress.ask('issue', undefined);
        issued.push(grant);
        if (grant) await progress.ask('revoke', grant);
      }
      // A chain: each refresh takes what the one before gave, be it a new token, the same, or none.
      const refreshed: (Grant | undefined)[] = [];
      let last = chained ? await progress.ask('issue', undefined) : undefined;
      for (let round = 0; round < rounds && last?.refreshToken; round++) {
        const next: Grant | undefined = await progress.ask('refresh', last);
        refreshed.push(next);
        last = next?.refreshToken ? next : await progress.ask('issue', undefined);
      }
      progress.conclude(present);
      const grants = [...issued, ...refreshed].filter((grant) => grant !== undefined);
      if (contract.protectedRole) {
        const [oldest] = issued;
        const isGivenAgain =
          grants.filter(({ accessToken }) => accessToken === oldest?.accessToken).length > 1;
        if (oldest && !isGivenAgain && progress.succeeded('revoke') === rounds) {
          refusesRevoked(t, await presents(t, oldest, 'the first of ten tokens that were revoked'));
        }
        const newest = refreshed.at(-1);
        // An issue after it may have ended it.
        if (newest && newest === last)
          authorises(t, 'token.refreshed-usable', await presents(t, newest, 'the tenth refreshed token'));
      }
      checkDistinct(t, grants);
      checkDistinctGrants(t, issued);
      checkUnpredictable(t, grants);
    },
  };
}

function atOnce(contract: Contract): Scenario {
  const present = contract.roles;
  const chained = present.includes('refresh');
  return {
    title: 'ten valid requests at once all succeed',
    establishes: [...present.map((role) => `${role}.concurrent`)],
    requests: () => (chained ? 4 : 2) * rounds,
    run: async (t) => {
      const issues = await together(
        t,
        'issue',
        Array.from({ length: rounds }, () => undefined),
      );
      if (!issues) return;
      checkDistinct(t, issues);
      checkDistinctGrants(t, issues);
      const refreshes = chained
        ? await together(
            t,
            'refresh',
            issues.filter(({ refreshToken }) => refreshToken !== undefined),
          )
        : [];
      if (refreshes) checkDistinct(t, refreshes);
      if (present.includes('revoke')) await together(t, 'revoke', refreshes?.length ? refreshes : issues);
    },
  };
}

/** Sends one valid request for each grant at the same moment; the grants in the answers that succeeded. */
async function together(
  t: ScenarioRun,
  role: Role,
  given: (Grant | undefined)[],
): Promise<Grant[] | undefined> {
  const id = `${role}.concurrent`;
  if (given.length === 0) {
    t.inconclusive(id, 'no token could be had to send such requests with');
    return undefined;
  }
  const drafts = await Promise.all(
    given.map((grant) => t.valid(role, 'a valid request', grant ? { grant } : {})),
  );
  let exchanges = await t.sendTogether(drafts);
  if (
    exchanges.some((exchange) => isUnauthorised(t.contract, exchange)) &&
    role !== 'issue' &&
    (await grantsEndEachOther(t, role))
  ) {
    // Ten grants cannot be used side by side, so each request follows its own issue.
    exchanges = [];
    for (let round = 0; round < rounds; round++) {
      exchanges.push(await t.send(await t.valid(role, 'a valid request, after a fresh issue')));
    }
  }
  const away = exchanges.find(({ kind }) => kind !== 'answer');
  if (away && (await t.presence(away)) === 'away') {
    t.inconclusive(id, t.whyAway(away));
    return undefined;
  }
  if (!exchanges.some(({ response }) => response?.success)) {
    t.inconclusive(id, `not one of the requests succeeded: ${outcomeOf(exchanges[0] as Exchange)}`);
    return undefined;
  }
  for (const exchange of exchanges) repeats(t, id, exchange);
  return exchanges.flatMap(({ response }) => (response?.success ? (grantIn(response) ?? []) : []));
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

/** Keeps the sequence: a first request that fails is another requirement's matter, a later one is this one's. */
class Progress {
  readonly #t: ScenarioRun;
  readonly #kind: string;
  readonly #exchanges = new Map<Role, Exchange[]>();

  constructor(t: ScenarioRun, kind: string) {
    this.#t = t;
    this.#kind = kind;
  }

  async ask(role: Role, grant: Grant | undefined): Promise<Grant | undefined> {
    if (!this.#t.contract.operation(role)) return undefined;
    const exchange = await this.#t.send(await this.#t.valid(role, 'a valid request', grant ? { grant } : {}));
    this.#exchanges.set(role, [...(this.#exchanges.get(role) ?? []), exchange]);
    return exchange.response?.success ? grantIn(exchange.response) : undefined;
  }

  succeeded(role: Role): number {
    return (this.#exchanges.get(role) ?? []).filter(({ response }) => response?.success).length;
  }

  conclude(expected: Role[]): void {
    for (const role of expected) {
      const id = `${role}.${this.#kind}`;
      const exchanges = this.#exchanges.get(role) ?? [];
      const reason = this.#t.session.client.stopped;
      const [first] = exchanges;
      if (!first) this.#t.inconclusive(id, reason ?? 'no token could be had to send such requests with');
      else if (reason) this.#t.inconclusive(id, reason);
      else if (!exchanges.some(({ response }) => response?.success)) {
        this.#t.inconclusive(id, `not one of the requests succeeded: ${outcomeOf(first)}`);
      } else for (const exchange of exchanges) repeats(this.#t, id, exchange);
    }
  }
}

function checkDistinct(t: ScenarioRun, grants: Grant[]): void {
  differ(
    t,
    'access',
    grants.map(({ accessToken }) => accessToken),
  );
}

/** The refresh tokens of grants that no refresh connects: one that two have would end, or outlive, both. */
function checkDistinctGrants(t: ScenarioRun, issued: (Grant | undefined)[]): void {
  differ(
    t,
    'refresh',
    issued.flatMap((grant) => grant?.refreshToken ?? []),
  );
}

function differ(t: ScenarioRun, kind: 'access' | 'refresh', tokens: string[]): void {
  if (tokens.length < 2) return;
  const repeated = tokens.length - new Set(tokens).size;
  t.check('token.distinct', repeated === 0, {
    expected: `${tokens.length} different ${kind} tokens`,
    actual: `${repeated} of them seen before`,
    exchange: t.exchanges.findLast(({ draft }) => draft.operation.role === 'issue'),
    comparison: true,
  });
}

/** JWTs are protected by their signature; what must be unguessable in itself is an opaque token. */
function checkUnpredictable(t: ScenarioRun, grants: Grant[]): void {
  const isJwt = (token: string) => token.split('.').length === 3;
  const samples = {
    'access token': grants.map(({ accessToken }) => accessToken),
    'refresh token': grants.flatMap(({ refreshToken }) => refreshToken ?? []),
  };
  for (const [kind, tokens] of Object.entries(samples)) {
    const distinct = [...new Set(tokens)];
    if (distinct.length < 5) continue;
    const opaque = distinct.filter((token) => !isJwt(token));
    const bits = opaque.length === distinct.length ? estimateEntropy(opaque) : Number.POSITIVE_INFINITY;
    t.check('token.unpredictable', bits >= enoughBits, {
      expected: `at least ${enoughBits} bits of entropy in an opaque ${kind}`,
      actual: `about ${Math.round(bits)} bits, by ${opaque.length} tokens seen`,
      exchange: t.exchanges.findLast(({ draft }) => draft.operation.role === 'issue'),
      comparison: true,
    });
  }
}
