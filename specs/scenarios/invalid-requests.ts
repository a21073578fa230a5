import { outcomeOf } from '../../fixtures/http/exchange.ts';
import {
  boundCases,
  misplacedParameters,
  missingParameters,
  mistypedParameters,
  outsideEnum,
  wrongHeaders,
  wrongPaths,
  wrongQueries,
} from '../../fixtures/requests/invalid.ts';
import { lenientBodies, malformedBodies, notUtf8 } from '../../fixtures/requests/malformed.ts';
import { otherMediaTypes, otherMethods, parametersInQuery } from '../../fixtures/requests/media-types.ts';
import { overhead } from '../../fixtures/requests/overhead.ts';
import { sampleRequest } from '../../fixtures/requests/sample.ts';
import { namesAccount } from '../../fixtures/requests/values.ts';
import { refuses } from '../../fixtures/scenario/refusals.ts';
import type { RefusalGroup } from '../../fixtures/scenario/rules.ts';
import {
  answersDocumentedRefusal,
  doesNotSucceed,
  type Rule,
  refusesAs,
  refusesWith4xx,
} from '../../fixtures/scenario/rules.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import { isInvalid } from '../../fixtures/scenario/unauthorised.ts';
import type { Credentials } from '../../fixtures/settings/target.ts';
import type { Contract, RightStatuses, Role } from '../../schemas/openapi/contract.ts';

/** What the document does not allow, derived from it, is refused. */
export function invalidRequests(contract: Contract): Scenario[] {
  return contract.roles.flatMap((role) => [refusals(contract, role), ...bounds(contract, role)]);
}

function refusals(contract: Contract, role: Role): Scenario {
  const sample = sampleRequest(contract, role);
  const groupsFor = (client: Credentials) =>
    groupsOf(contract, role, client).filter(({ derive }) => derive(sample).length > 0);
  const groups = groupsFor({ id: 'sample', secret: 'sample' });

  return {
    title: `${role} refuses requests that the document does not allow`,
    establishes: [
      ...new Set(groups.flatMap(({ rules }) => rules.map(({ requirement }) => requirement))),
      `${role}.refusal-harmless`,
    ],
    requests: () => groups.reduce((all, { derive }) => all + derive(sample).length, overhead[role]),
    run: (t) => refuses(t, role, groupsFor(t.target.client)),
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
          rules: [refusesAs(id, refusalOf(contract, role))],
        };
        await refuses(t, role, [outside]);
        for (const { inside } of boundCases(t.contract, await t.valid(role, 'valid'))) {
          if (!inside) continue;
          const exchange = await t.send(inside);
          if ((await t.presence(exchange)) === 'away') t.inconclusive(id, t.whyAway(exchange));
          else {
            const refused = isInvalid(contract, exchange);
            t.check(id, exchange.response !== undefined && !refused, {
              expected: `any documented answer but ${refusalOf(contract, role).words}`,
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
function groupsOf(contract: Contract, role: Role, client: Credentials): RefusalGroup[] {
  const malformed = `${role}.malformed-body`;
  const method = `${role}.other-method`;
  const invalid = refusalOf(contract, role);
  const bodies: RefusalGroup[] = [
    { derive: otherMediaTypes, rules: [refusesAs(`${role}.other-media-type`, invalid, 415)] },
    { derive: lenientBodies, rules: [doesNotSucceed(`${role}.lenient-json`)] },
    { derive: (valid) => [notUtf8(valid)], rules: [answersDocumentedRefusal(malformed, contract)] },
    { derive: (valid) => malformedBodies(contract, valid), rules: [refusesAs(malformed, invalid)] },
  ];
  return [
    {
      derive: (valid) => missingParameters(contract, valid),
      rules: [refusesAs(`${role}.missing-parameter`, invalid)],
    },
    {
      derive: (valid) => misplacedParameters(contract, valid, client),
      // How what is missing is refused is the matter of another requirement.
      rules: [doesNotSucceed(`${role}.property-names`)],
    },
    { derive: (valid) => outsideEnum(contract, valid), rules: [refusesAs(`${role}.enum`, invalid)] },
    {
      derive: (valid) => wrongHeaders(contract, valid),
      rules: [refusesAs(`${role}.header-parameter`, invalid, ...withoutAccount(contract, role))],
    },
    {
      derive: (valid) => wrongQueries(contract, valid),
      rules: [refusesAs(`${role}.url-parameter`, invalid)],
    },
    // Where the address is wrong, there may be nothing.
    {
      derive: (valid) => wrongPaths(contract, valid),
      rules: [refusesAs(`${role}.url-parameter`, invalid, 404)],
    },
    {
      derive: (valid) => mistypedParameters(contract, valid),
      rules: [
        answersDocumentedRefusal(`${role}.mistyped-parameter`, contract),
        refusesAs(`${role}.mistyped-status`, invalid),
      ],
    },
    { derive: otherMethods, rules: [refusesMethod(method), namesMethods(method)] },
    { derive: parametersInQuery, rules: [refusesWith4xx(method)] },
    // Last, with one that no parser gets through: the control behind it shows what is left of that.
    ...(contract.operation(role)?.body ? bodies : []),
  ];
}

/** The account that a client acts for is a part of its proof: without it, that may be what is refused. */
function withoutAccount(contract: Contract, role: Role): readonly number[] {
  const operation = contract.operation(role);
  return operation?.parameters.some(namesAccount) ? contract.refusalOf(operation, 'unauthenticated').all : [];
}

function refusalOf(contract: Contract, role: Role): RightStatuses {
  const operation = contract.operation(role);
  if (!operation) throw new Error(`the contract has no operation to ${role} a token`);
  return contract.refusalOf(operation, 'invalid');
}

/**
 * A rule: the method is not there. Gateways say it with 403 or 501 (RFC 9110 section 15.6.2), and drop a connection
 * that asks for TRACE.
 */
function refusesMethod(requirement: string): Rule {
  return {
    requirement,
    expected: '404 or 405',
    right: ({ response, draft }) =>
      response === undefined ? draft.method === 'TRACE' : [403, 404, 405, 501].includes(response.status),
  };
}

/** A rule: a 405 says which methods there are, RFC 9110 section 15.5.6. */
function namesMethods(requirement: string): Rule {
  return {
    requirement,
    expected: 'Allow with 405',
    header: 'allow',
    right: ({ response }) => response?.status !== 405 || response.header('allow') !== undefined,
  };
}
