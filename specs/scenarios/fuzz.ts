import fc from 'fast-check';
import { outcomeOf } from '../../fixtures/http/exchange.ts';
import { type GeneratedBody, generatedBodies, unknownParameters } from '../../fixtures/requests/generated.ts';
import { errorsOf } from '../../fixtures/requests/invalid.ts';
import { sampleRequest } from '../../fixtures/requests/sample.ts';
import { withJson, withProperty } from '../../fixtures/requests/valid.ts';
import { type Scenario, Unobtainable } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import type { Contract, Role } from '../../schemas/openapi/contract.ts';

/** Requests for each operation, those that shrink a failure included. */
const budget = 100;

/** For each operation, the scenario that sends generated bodies: not part of every run, since it asks for hundreds of requests. */
export function fuzz(contract: Contract): Scenario[] {
  return contract.roles.map((role): Scenario => {
    const id = `${role}.generated-body`;

    return {
      title: `${role} takes generated bodies as the schema says`,
      establishes: [id],
      requests: () => budget,
      run: async (t) => {
        const seed = Number(process.env.NOMBA_FUZZ_SEED ?? Date.now() % 2 ** 31);
        const valid = await t.valid(role, 'valid');
        const failing = await firstFailure(seed, generatedBodies(t.contract, valid), (body) =>
          refusedRightly(t, body),
        );
        const note = `(seed ${seed}: NOMBA_FUZZ_SEED=${seed} repeats it)`;
        if (failing) {
          const { exchange, expected } = failing;
          const actual = `${outcomeOf(exchange)} to ${exchange.draft.body?.toString().slice(0, 200)} ${note}`;
          t.check(id, false, { expected, actual, exchange });
          return;
        }
        await acceptsExtras(t, role, seed);
        t.check(id, true, { expected: '', actual: '' });
      },
    };
  });
}

/** The valid request with generated parameters that the operation does not know still succeeds. */
async function acceptsExtras(t: ScenarioRun, role: Role, seed: number): Promise<void> {
  const operation = t.operation(role);
  const unknown = withProperty(sampleRequest(t.contract, role), ['conformance_unknown'], 'x', '');
  if (errorsOf(t.contract, unknown).length > 0) return;
  for (const extra of fc.sample(unknownParameters(t.contract, operation), { seed, numRuns: 3 })) {
    const valid = await t.valid(role, 'generated parameters that it does not know');
    const draft = withJson(valid, { ...extra, ...(valid.json as object) }, valid.intent);
    if (errorsOf(t.contract, draft).length > 0) continue;
    const exchange = await t.send(draft);
    if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
    t.check(`${role}.unknown-parameter`, exchange.response?.success === true, {
      expected: 'success, as without the parameters',
      actual: `${outcomeOf(exchange)} (seed ${seed})`,
      exchange,
    });
  }
}

interface Wrong {
  exchange: Awaited<ReturnType<ScenarioRun['send']>>;
  expected: string;
}

/** Runs a property within the budget; what failed, as small as it could be made. Throws what `wrong` throws. */
async function firstFailure(
  seed: number,
  bodies: fc.Arbitrary<GeneratedBody>,
  wrong: (body: GeneratedBody) => Promise<Wrong | undefined>,
): Promise<Wrong | undefined> {
  let sent = 0;
  let smallest: Wrong | undefined;
  let thrown: unknown;
  const property = fc.asyncProperty(bodies, async (body) => {
    // What ends the scenario is no failure of the property, to be made smaller: nothing more is sent.
    if (sent >= budget || thrown !== undefined) return;
    sent += 1;
    const failure = await wrong(body).catch((error: unknown) => {
      thrown = error;
    });
    if (!failure) return;
    smallest = failure;
    throw new Error('broken');
  });
  await fc.check(property, { seed, numRuns: Math.floor(budget * 0.7) });
  if (smallest === undefined && thrown !== undefined) throw thrown;
  return smallest;
}

/** What is wrong with the answer to a generated body, or undefined when it is right. */
async function refusedRightly(t: ScenarioRun, { draft, valid }: GeneratedBody): Promise<Wrong | undefined> {
  const exchange = await t.send(draft);
  if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
  const status = exchange.response?.status ?? 0;
  const documented = t.contract.allows(draft.operation, status);
  // Revoking a token that is unknown may succeed (RFC 7009 section 2.2); wrong credentials elsewhere may not.
  const mayBeSuccess = valid && draft.operation.role === 'revoke';
  const right = documented && (status >= 400 || mayBeSuccess) && status < 500;
  return right ? undefined : { exchange, expected: valid ? 'a documented answer' : 'a documented 4xx' };
}
