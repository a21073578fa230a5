import type { Draft } from '../fixtures/exchange.ts';
import { outcomeOf } from '../fixtures/exchange.ts';
import { contract, rolesInContract } from '../fixtures/loaded-contract.ts';
import {
  answers,
  answersDocumentedRefusal,
  type RefusalGroup,
  type Rule,
  refuses,
  refusesWith4xx,
} from '../fixtures/refusals.ts';
import {
  boundCases,
  missingParameters,
  mistypedParameters,
  outsideEnum,
  wrongHeaders,
} from '../fixtures/requests/invalid.ts';
import { malformedBodies, notUtf8 } from '../fixtures/requests/malformed.ts';
import { otherMediaTypes, otherMethods, parametersInQuery } from '../fixtures/requests/media-types.ts';
import { overhead } from '../fixtures/requests/overhead.ts';
import { sampleRequest } from '../fixtures/requests/sample.ts';
import { type ScenarioRun, scenario } from '../fixtures/scenario.ts';
import type { Role } from '../schemas/contract.ts';

for (const role of rolesInContract()) {
  const sample = sampleRequest(contract(), role);
  const kinds = kindsOf(role).filter(({ derive }) => derive(sample).length > 0);

  scenario({
    title: `${role} refuses requests that the document does not allow`,
    establishes: [...new Set(kinds.flatMap(({ ids }) => ids))],
    requests: () => kinds.reduce((all, { derive }) => all + derive(sample).length, overhead[role]),
    run: (t) =>
      refuses(
        t,
        role,
        kinds.map(({ derive, rules }): RefusalGroup => ({ derive, rules: rules(t) })),
      ),
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

/** One way of not being valid: the requirements on it, the requests, and what is right in answer to them. */
interface Kind {
  ids: string[];
  derive: (valid: Draft) => Draft[];
  rules: (t: ScenarioRun) => Rule[];
}

function kindsOf(role: Role): Kind[] {
  const mistyped = `${role}.mistyped-parameter`;
  const mistypedStatus = `${role}.mistyped-status`;
  const malformed = `${role}.malformed-body`;
  const method = `${role}.other-method`;
  const simple = (id: string, derive: Kind['derive'], ...statuses: number[]): Kind => ({
    ids: [id],
    derive,
    rules: () => [answers(id, ...statuses)],
  });
  const bodies: Kind[] = [
    simple(malformed, malformedBodies, 400),
    {
      ids: [malformed],
      derive: (valid) => [notUtf8(valid)],
      rules: (t) => [answersDocumentedRefusal(malformed, t)],
    },
    simple(`${role}.other-media-type`, otherMediaTypes, 400, 415),
  ];
  return [
    simple(`${role}.missing-parameter`, (valid) => missingParameters(contract(), valid), 400),
    simple(`${role}.enum`, (valid) => outsideEnum(contract(), valid), 400),
    simple(`${role}.header-parameter`, (valid) => wrongHeaders(contract(), valid), 400),
    {
      ids: [mistyped, mistypedStatus],
      derive: (valid) => mistypedParameters(contract(), valid),
      rules: (t) => [answersDocumentedRefusal(mistyped, t), answers(mistypedStatus, 400)],
    },
    ...(contract().operation(role)?.body ? bodies : []),
    {
      ids: [method],
      derive: otherMethods,
      rules: () => [answers(method, 404, 405), namesMethods(method)],
    },
    { ids: [method], derive: parametersInQuery, rules: () => [refusesWith4xx(method)] },
  ];
}

/** A rule: a 405 says which methods there are, RFC 9110 section 15.5.6. */
function namesMethods(requirement: string): Rule {
  return {
    requirement,
    expected: 'Allow with 405',
    right: ({ response }) => response?.status !== 405 || response.header('allow') !== undefined,
  };
}
