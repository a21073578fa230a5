import { type Exchange, isSpentByResending, outcomeOf } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import { type ClientHabit, clientHabits } from '../../fixtures/requests/client-habits.ts';
import type { Grant } from '../../fixtures/requests/values.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { shortfall } from '../../fixtures/scenario/success.ts';
import {
  authorises,
  presents,
  refusesRevoked,
  repeats,
  usesInVain,
} from '../../fixtures/scenario/token-steps.ts';
import { isUnauthorised } from '../../fixtures/scenario/unauthorised.ts';
import type { Contract, Role } from '../../schemas/openapi/contract.ts';
import { checkDistinct, checkDistinctGrants, checkIds, checkUnpredictable } from '../checks/distinct.ts';
import { atOnce, noneFulfilled, rounds } from './at-once.ts';

/** What succeeds once succeeds again: in sequence and at once, with tokens that differ. */
export function repetition(contract: Contract): Scenario[] {
  return [inSequence(contract), ...atOnce(contract)];
}

function inSequence(contract: Contract): Scenario {
  const present = contract.roles;
  const chained = present.includes('refresh');
  return {
    title: 'ten valid requests in sequence all succeed',
    establishes: [
      ...present.map((role) => `${role}.repeatable`),
      ...new Set(
        contract.operations
          .flatMap((operation) => clientHabits(operation))
          .map(({ requirement }) => requirement),
      ),
      'token.distinct',
      'token.unpredictable',
      'token.jwt-ids',
    ],
    requests: () =>
      (chained ? 4 * rounds + 3 : 2 * rounds) + (contract.protectedRole === 'revoke' ? rounds : 0),
    run: async (t) => {
      const progress = new Progress(t, 'repeatable');
      const issued: (Grant | undefined)[] = [];
      const ended: Grant[] = [];
      const { revoked } = t.session.tokens;
      for (let round = 0; round < rounds; round++) {
        const grant = await progress.ask('issue', issued.at(-1), round);
        issued.push(grant);
        // One that is given again is dead already: that it is, another requirement says.
        if (!grant || revoked.has(grant.accessToken)) continue;
        await progress.ask('revoke', grant, round);
        if (revoked.has(grant.accessToken)) ended.push(grant);
      }
      // A chain: each refresh takes what the one before gave, be it a new token, the same, or none.
      const refreshed: (Grant | undefined)[] = [];
      let last = chained ? await progress.ask('issue', undefined) : undefined;
      for (let round = 0; round < rounds && last?.refreshToken; round++) {
        const next: Grant | undefined = await progress.ask('refresh', last, round);
        refreshed.push(next);
        const intact = round !== 1 || !next || !contract.protectedRole || (await secondLives(t, next));
        last = next?.refreshToken && intact ? next : await progress.ask('issue', undefined);
      }
      progress.conclude(present);
      const grants = [...issued, ...refreshed].filter((grant) => grant !== undefined);
      if (contract.protectedRole) {
        const revocations = t.exchanges.filter(
          ({ draft, response }) => draft.operation.role === 'revoke' && response?.success,
        );
        // A success that is all words revokes nothing, in whatever habit it was asked for.
        for (const gone of contract.protectedRole === 'revoke' ? ended : []) {
          if (grants.filter(({ accessToken }) => accessToken === gone.accessToken).length > 1) continue;
          const exchange = await presents(t, gone, 'one of ten tokens that were revoked in turn');
          refusesRevoked(t, exchange, revocations);
        }
        const newest = refreshed.at(-1);
        // An issue after it may have ended it.
        if (newest && newest === last && !revoked.has(newest.accessToken))
          authorises(t, 'token.refreshed-usable', await presents(t, newest, 'the tenth refreshed token'));
      }
      checkDistinct(t, grants);
      checkDistinctGrants(t, issued);
      checkUnpredictable(t, grants);
      checkIds(t, grants);
    },
  };
}

/** Records whether a token lives, by a use in vain. False where that was granted, and may have ended the token. */
async function secondLives(t: ScenarioRun, grant: Grant): Promise<boolean> {
  // A text that was revoked before, and is given again, is dead by that.
  if (t.session.tokens.revoked.has(grant.accessToken)) return false;
  const exchange = await usesInVain(t, grant, 'the second refreshed token');
  if (!exchange || exchange.response?.success) return exchange === undefined;
  const dead = isUnauthorised(t.contract, exchange);
  const control = dead
    ? await usesInVain(t, await t.grant(), 'control: the same with a fresh token')
    : undefined;
  if (!control || !isUnauthorised(t.contract, control)) authorises(t, 'token.refreshed-usable', exchange);
  return !dead;
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

  /** Asks in the habit of the round, and plainly where that is refused; the grant that comes of it. */
  async ask(role: Role, grant: Grant | undefined, round = 0): Promise<Grant | undefined> {
    const operation = this.#t.contract.operation(role);
    if (!operation) return undefined;
    const valid = await this.#t.valid(role, 'a valid request', grant ? { grant } : {});
    const expired = this.#t.session.watch.expired.find(({ seenDead }) => seenDead);
    const habit = clientHabits(operation, expired?.grant.accessToken)[round - 1];
    const exchange = await this.#t.send(habit?.speak(valid) ?? valid);
    // A token that a lost answer may have used up shows nothing of the habit.
    if (!habit || exchange.kind === 'throttled' || isSpentByResending(exchange)) {
      return this.#keep(role, exchange);
    }
    if (exchange.response?.success) {
      this.#understood(habit, exchange);
      return this.#keep(role, exchange);
    }
    const plain = await this.#t.send(valid);
    if (!plain.response?.success) return this.#keep(role, plain);
    // Refused by chance, and not for the habit: that is the matter of repetition.
    const next = role === 'refresh' ? grantIn(plain.response) : undefined;
    const again = await this.#t.send(
      habit.speak(await this.#t.valid(role, 'a valid request', next?.refreshToken ? { grant: next } : {})),
    );
    if (again.response?.success) {
      this.#keep(role, exchange);
      return this.#keep(role, again);
    }
    this.#t.check(habit.requirement, false, {
      expected: 'the documented success, as without the change',
      actual: `${outcomeOf(exchange)}, to ${exchange.draft.intent}`,
      exchange,
    });
    return this.#keep(role, plain);
  }

  /** Who asked for no content coding gets none (RFC 9110 section 12.5.3). */
  #understood({ requirement, what }: ClientHabit, exchange: Exchange): void {
    const plainly = exchange.draft.headers.some(
      ([name, value]) => name === 'accept-encoding' && value === 'identity',
    );
    const coding = exchange.response?.header('content-encoding') ?? 'identity';
    this.#t.check(requirement, !plainly || coding === 'identity', {
      expected: `an answer that is not compressed, to a request ${what}`,
      actual: `Content-Encoding: ${coding}`,
      exchange,
      header: 'content-encoding',
    });
  }

  #keep(role: Role, exchange: Exchange): Grant | undefined {
    this.#exchanges.set(role, [...(this.#exchanges.get(role) ?? []), exchange]);
    return exchange.response?.success ? grantIn(exchange.response) : undefined;
  }

  conclude(expected: Role[]): void {
    for (const role of expected) {
      const id = `${role}.${this.#kind}`;
      const exchanges = this.#exchanges.get(role) ?? [];
      const { client, contact } = this.#t.session;
      const reason = client.stopped ?? contact.whyInVain(role);
      const [first] = exchanges;
      if (!first) this.#t.inconclusive(id, reason ?? 'no token could be had to send such requests with');
      else if (reason) this.#t.inconclusive(id, reason);
      else if (exchanges.every((exchange) => shortfall(this.#t.contract, exchange) !== undefined)) {
        this.#t.inconclusive(id, noneFulfilled(this.#t, exchanges));
      } else for (const exchange of exchanges) repeats(this.#t, id, exchange);
    }
  }
}
