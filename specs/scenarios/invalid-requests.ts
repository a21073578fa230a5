import { outcomeOf } from '../../fixtures/http/exchange.ts';
import {
  boundCases,
  missingParameters,
  mistypedParameters,
  outsideEnum,
  wrongHeaders,
} from '../../fixtures/requests/invalid.ts';
import { malformedBodies, notUtf8 } from '../../fixtures/requests/malformed.ts';
import { otherMediaTypes, otherMethods, parametersInQuery } from '../../fixtures/requests/media-types.ts';
import { overhead } from '../../fixtures/requests/overhead.ts';
import { sampleRequest } from '../../fixtures/requests/sample.ts';
import {
  answers,
  answersDocumentedRefusal,
  type RefusalGroup,
  type Rule,
  refuses,
  refusesWith4xx,
} from '../../fixtures/scenario/refusals.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { Contract, Role } from '../../schemas/openapi/contract.ts';

/** What the document does not allow, derived from it, is refused. */
export function invalidRequests(contract: Contract): Scenario[] {
  return contract.roles.flatMap((role) => [refusals(contract, role), ...bounds(contract, role)]);
}

function refusals(contract: Contract, role: Role): Scenario {
  const sample = sampleRequest(contract, role);
  const groups = groupsOf(contract, role).filter(({ derive }) => derive(sample).length > 0);

  return {
    title: `${role} refuses requests that the document does not allow`,
    establishes: [...new Set(groups.flatMap(({ rules }) => rules.map(({ requirement }) => requirement)))],
    requests: () => groups.reduce((all, { derive }) => all + derive(sample).length, overhead[role]),
    run: (t) => refuses(t, role, groups),
  };
}

function bounds(contract: Contract, role: Role): Scenario[] {
  const cases = boundCases(contract, sampleRequest(contract, role));
  if (cases.length === 0) return [];
  return [
    {
      title: `${role} draws the bounds of its parameters where the document draws them`,
      establishes: [`${role}.constraint`],
      requests: () => cases.length + cases.filter(({ inside }) => inside).length + 2 * overhead[role],
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
    },
  ];
}

/** The ways of not being valid, each with what is right in answer to it. */
function groupsOf(contract: Contract, role: Role): RefusalGroup[] {
  const malformed = `${role}.malformed-body`;
  const method = `${role}.other-method`;
  const bodies: RefusalGroup[] = [
    { derive: malformedBodies, rules: [answers(malformed, 400)] },
    { derive: (valid) => [notUtf8(valid)], rules: [answersDocumentedRefusal(malformed, contract)] },
    { derive: otherMediaTypes, rules: [answers(`${role}.other-media-type`, 400, 415)] },
  ];
  return [
    {
      derive: (valid) => missingParameters(contract, valid),
      rules: [answers(`${role}.missing-parameter`, 400)],
    },
    { derive: (valid) => outsideEnum(contract, valid), rules: [answers(`${role}.enum`, 400)] },
    { derive: (valid) => wrongHeaders(contract, valid), rules: [answers(`${role}.header-parameter`, 400)] },
    {
      derive: (valid) => mistypedParameters(contract, valid),
      rules: [
        answersDocumentedRefusal(`${role}.mistyped-parameter`, contract),
        answers(`${role}.mistyped-status`, 400),
      ],
    },
    ...(contract.operation(role)?.body ? bodies : []),
    { derive: otherMethods, rules: [answers(method, 404, 405), namesMethods(method)] },
    { derive: parametersInQuery, rules: [refusesWith4xx(method)] },
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
