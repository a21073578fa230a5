import { outcomeOf } from '../fixtures/exchange.ts';
import { contract, rolesInContract } from '../fixtures/loaded-contract.ts';
import { answers, answersDocumentedRefusal, type RefusalGroup, refuses } from '../fixtures/refusals.ts';
import {
  boundCases,
  missingParameters,
  mistypedParameters,
  outsideEnum,
  wrongHeaders,
} from '../fixtures/requests/invalid.ts';
import { overhead } from '../fixtures/requests/overhead.ts';
import { sampleRequest } from '../fixtures/requests/sample.ts';
import { scenario } from '../fixtures/scenario.ts';

for (const role of rolesInContract()) {
  const sample = sampleRequest(contract(), role);
  const kinds = [
    { id: `${role}.missing-parameter`, derive: missingParameters },
    { id: `${role}.enum`, derive: outsideEnum },
    { id: `${role}.header-parameter`, derive: wrongHeaders },
  ].filter(({ derive }) => derive(contract(), sample).length > 0);
  const mistyped = mistypedParameters(contract(), sample);
  const count = kinds.reduce((all, { derive }) => all + derive(contract(), sample).length, mistyped.length);

  scenario({
    title: `${role} refuses parameters that the document does not allow`,
    establishes: [
      ...kinds.map(({ id }) => id),
      ...(mistyped.length > 0 ? [`${role}.mistyped-parameter`, `${role}.mistyped-status`] : []),
    ],
    requests: () => count + overhead[role],
    run: (t) =>
      refuses(t, role, [
        ...kinds.map(
          ({ id, derive }): RefusalGroup => ({
            derive: (valid) => derive(t.contract, valid),
            rules: [answers(id, 400)],
          }),
        ),
        {
          derive: (valid) => mistypedParameters(t.contract, valid),
          rules: [
            answersDocumentedRefusal(`${role}.mistyped-parameter`, t),
            answers(`${role}.mistyped-status`, 400),
          ],
        },
      ]),
  });

  const bounds = boundCases(contract(), sample);
  if (bounds.length === 0) continue;
  scenario({
    title: `${role} draws the bounds of its parameters where the document draws them`,
    establishes: [`${role}.constraint`],
    requests: () => bounds.length + bounds.filter(({ inside }) => inside).length + 2 * overhead[role],
    run: async (t) => {
      const id = `${role}.constraint`;
      const outside: RefusalGroup = {
        derive: (valid) => boundCases(t.contract, valid).map((bound) => bound.outside),
        rules: [answers(id, 400)],
      };
      await refuses(t, role, [outside]);
      for (const { inside } of boundCases(t.contract, await t.valid(role, 'valid'))) {
        if (!inside) continue;
        const exchange = await t.send(inside);
        if ((await t.presence(exchange)) === 'away') t.inconclusive(id, t.whyAway(exchange));
        else {
          t.check(id, exchange.response !== undefined && exchange.response.status !== 400, {
            expected: 'any documented answer but 400',
            actual: `${outcomeOf(exchange)}, to a request with ${inside.intent}`,
            exchange,
          });
        }
      }
    },
  });
}
