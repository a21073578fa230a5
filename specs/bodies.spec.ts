import type { Draft } from '../fixtures/exchange.ts';
import { contract, rolesInContract } from '../fixtures/loaded-contract.ts';
import {
  answers,
  answersAsDocumented,
  answersDocumentedRefusal,
  type Rule,
  refuses,
  refusesWith4xx,
} from '../fixtures/refusals.ts';
import { credentialProperties } from '../fixtures/requests/credential-properties.ts';
import {
  hostileStrings,
  hostileStructures,
  hostileTypes,
  inheritedName,
} from '../fixtures/requests/hostile.ts';
import { malformedBodies, notUtf8 } from '../fixtures/requests/malformed.ts';
import { otherMediaTypes, otherMethods, parametersInQuery } from '../fixtures/requests/media-types.ts';
import { overhead } from '../fixtures/requests/overhead.ts';
import { sampleRequest } from '../fixtures/requests/sample.ts';
import { withProperty } from '../fixtures/requests/valid.ts';
import { scenario } from '../fixtures/scenario.ts';

for (const role of rolesInContract()) {
  const sample = sampleRequest(contract(), role);
  const properties = credentialProperties(contract(), role);
  if (!sample.operation.body) continue;

  scenario({
    title: `${role} refuses bodies that are not a JSON object, and other methods`,
    establishes: [`${role}.malformed-body`, `${role}.other-media-type`, `${role}.other-method`],
    requests: () =>
      [malformedBodies, otherMediaTypes, otherMethods, parametersInQuery].reduce(
        (all, derive) => all + derive(sample).length,
        1 + overhead[role],
      ),
    run: (t) =>
      refuses(t, role, [
        { derive: malformedBodies, rules: [answers(`${role}.malformed-body`, 400)] },
        {
          derive: (valid) => [notUtf8(valid)],
          rules: [answersDocumentedRefusal(`${role}.malformed-body`, t)],
        },
        { derive: otherMediaTypes, rules: [answers(`${role}.other-media-type`, 400, 415)] },
        {
          derive: otherMethods,
          rules: [answers(`${role}.other-method`, 404, 405), namesMethods(`${role}.other-method`)],
        },
        { derive: parametersInQuery, rules: [refusesWith4xx(`${role}.other-method`)] },
      ]),
  });

  const strings = (valid: Draft) => [
    ...properties.flatMap((path) => hostileStrings(valid, path)),
    ...properties.slice(0, -1).map((path) => inheritedName(valid, path)),
    ...properties.slice(-1).flatMap((path) => hostileStructures(valid, path)),
    // Elsewhere an empty text is the matter of the requirement on wrong credentials.
    ...(role === 'revoke'
      ? properties.slice(-1).map((path) => withProperty(valid, path, '', 'an empty token'))
      : []),
  ];
  const types = (valid: Draft) => properties.slice(-1).flatMap((path) => hostileTypes(valid, path));

  scenario({
    title: `${role} withstands hostile values`,
    establishes: [`${role}.hostile-value`],
    requests: () => strings(sample).length + types(sample).length + overhead[role],
    run: (t) => {
      const id = `${role}.hostile-value`;
      const refused = answersDocumentedRefusal(id, t);
      return refuses(t, role, [
        // An unknown token may rightly be revoked with success (RFC 7009 section 2.2): there it is enough that
        // a hostile string is answered as documented. Where a credential decides, it must be refused.
        { derive: strings, rules: [role === 'revoke' ? answersAsDocumented(id, t) : refused] },
        { derive: types, rules: [refused] },
      ]);
    },
  });
}

/** A rule: a 405 says which methods there are, RFC 9110 section 15.5.6. */
function namesMethods(requirement: string): Rule {
  return {
    requirement,
    expected: 'Allow with 405',
    right: ({ response }) => response?.status !== 405 || response.header('allow') !== undefined,
  };
}
