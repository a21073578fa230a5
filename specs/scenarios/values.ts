import type { Draft } from '../../fixtures/http/exchange.ts';
import { credentialProperties } from '../../fixtures/requests/credential-properties.ts';
import {
  hostileStrings,
  hostileStructures,
  hostileTypes,
  inheritedName,
  inheritedProperty,
} from '../../fixtures/requests/hostile.ts';
import { hostileEnums } from '../../fixtures/requests/invalid.ts';
import { overhead } from '../../fixtures/requests/overhead.ts';
import { sampleRequest } from '../../fixtures/requests/sample.ts';
import { withProperty } from '../../fixtures/requests/valid.ts';
import { refuses } from '../../fixtures/scenario/refusals.ts';
import { answersAsDocumented, answersDocumentedRefusal } from '../../fixtures/scenario/rules.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { Contract, Role } from '../../schemas/openapi/contract.ts';

/** Values that no client means are answered as documented. */
export function values(contract: Contract): Scenario[] {
  return contract.roles.flatMap((role) => hostileValues(contract, role));
}

function hostileValues(contract: Contract, role: Role): Scenario[] {
  const sample = sampleRequest(contract, role);
  const properties = credentialProperties(contract, role);
  if (!sample.operation.body) return [];

  // The token to revoke is none that proves a right.
  const odd = (drafts: Draft[]) =>
    role === 'revoke' ? drafts : drafts.map((draft) => ({ ...draft, credential: 'odd' as const }));
  const strings = (valid: Draft) =>
    odd([
      ...properties.flatMap((path) => hostileStrings(valid, path)),
      ...properties.slice(0, -1).map((path) => inheritedName(valid, path)),
      ...properties.slice(-1).flatMap((path) => hostileStructures(valid, path)),
      // Elsewhere an empty text is the matter of the requirement on wrong credentials.
      ...(role === 'revoke'
        ? properties.slice(-1).map((path) => withProperty(valid, path, '', 'an empty token'))
        : []),
    ]);
  const enums = (valid: Draft) => hostileEnums(contract, valid);
  const types = (valid: Draft) => [
    ...odd(properties.slice(-1).flatMap((path) => hostileTypes(valid, path))),
    // With the right value in it, it proves a right.
    ...properties.slice(-1).flatMap((path) => inheritedProperty(valid, path)),
  ];

  return [
    {
      title: `${role} withstands hostile values`,
      establishes: [`${role}.hostile-value`],
      requests: () =>
        [strings, types, enums].reduce((all, derive) => all + derive(sample).length, overhead[role]),
      run: (t) => {
        const id = `${role}.hostile-value`;
        const refused = answersDocumentedRefusal(id, contract);
        return refuses(t, role, [
          // An unknown token may rightly be revoked with success (RFC 7009 section 2.2): there it is enough that
          // a hostile string is answered as documented. Where a credential decides, it must be refused.
          { derive: strings, rules: [role === 'revoke' ? answersAsDocumented(id, contract) : refused] },
          { derive: types, rules: [refused] },
          // That they are refused is the matter of the requirement on enums.
          { derive: enums, rules: [answersAsDocumented(id, contract)] },
        ]);
      },
    },
  ];
}
