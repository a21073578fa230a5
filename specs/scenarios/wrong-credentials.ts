import type { JsonWebKey } from 'node:crypto';
import type { Draft } from '../../fixtures/http/exchange.ts';
import { isAsymmetric } from '../../fixtures/requests/forged-jwts.ts';
import { missingParameters } from '../../fixtures/requests/invalid.ts';
import { withBytes, withHeader } from '../../fixtures/requests/valid.ts';
import { refuses } from '../../fixtures/scenario/refusals.ts';
import { refusesAs } from '../../fixtures/scenario/rules.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import type { Contract, Operation, Role } from '../../schemas/openapi/contract.ts';
import {
  bearerInQuery,
  besidePath,
  isNotServed,
  withoutBasic,
  withoutBearer,
  withoutKey,
} from './without-credential.ts';
import { wrongClients } from './wrong-clients.ts';
import { wrongRefreshTokens } from './wrong-refresh-tokens.ts';
import { unproven } from './wrong-values.ts';

/** Who does not prove an identity, or brings a token that was not issued, is refused. */
export function wrongCredentials(contract: Contract): Scenario[] {
  return [
    ...wrongClients(contract),
    ...wrongRefreshTokens(contract),
    ...contract.operations.filter(({ security }) => security.length > 0).map(unproved),
  ];
}

function unproved({ role, bearer, security, alternatives }: Operation): Scenario {
  const id = `${role}.unauthenticated`;
  const inQuery = role === 'revoke' && bearer ? ['revoke.bearer-in-query'] : [];
  const what = security.map((scheme) => scheme.what.replace(/^(a|the) /, '')).join(' and ');

  return {
    title: `${role} refuses a request without a valid ${what}`,
    establishes: [id, ...inQuery],
    // With an access token that is a JWT: 18 more than with an opaque one.
    requests: () => 43 + inQuery.length + (bearer ? 1 : 0),
    run: async (t) => {
      const right = unproven(t.contract, role);
      const revoked = bearer ? await revokedToken(t) : undefined;
      const keys = revoked ? await publishedKeys(t, role, revoked) : [];
      const basicToo = alternatives.flat().some(({ kind }) => kind === 'basic');
      const derive = (valid: Draft) =>
        security.flatMap((scheme) => {
          if (scheme.kind === 'bearer') return withoutBearer(t, valid, { revoked, keys, basicToo });
          return scheme.kind === 'basic' ? withoutBasic(t, valid) : withoutKey(t, valid, scheme);
        });
      await refuses(t, role, [
        // With the right credentials, and in vain: what is remembered of them must not serve those who have none.
        {
          derive: (valid) => missingParameters(t.contract, valid).slice(0, 1),
          rules: [],
          harmless: `${role}.refusal-harmless`,
        },
        { derive, rules: [refusesAs(id, right)], harmless: id },
        ...inQuery.map((requirement) => ({
          derive: bearerInQuery,
          rules: [refusesAs(requirement, right, ...t.contract.refusalOf(t.operation(role), 'invalid').all)],
          harmless: id,
        })),
        ...(bearer ? [{ derive: besidePath, rules: [isNotServed(t.contract, id)], harmless: id }] : []),
      ]);
    },
  };
}

/** A token that was alive and has been revoked, where the target gives and revokes one; else undefined. */
async function revokedToken(t: ScenarioRun): Promise<string | undefined> {
  if (!t.contract.operation('revoke')) return undefined;
  const { valid, why } = await t.obtain('revoke', 'a token to present afterwards');
  if (why !== undefined) return undefined;
  const exchange = await t.send(valid);
  return exchange.response?.success ? valid.grant?.accessToken : undefined;
}

/** Where a server of this kind publishes the keys that its tokens are verified with. */
const keysPath = '/.well-known/jwks.json';

/** The public keys of the target, where its tokens are of a kind that has such; whoever can read them may try. */
async function publishedKeys(t: ScenarioRun, role: Role, token: string): Promise<JsonWebKey[]> {
  if (!isAsymmetric(token)) return [];
  const { valid } = await t.obtain(role, 'its public keys');
  const draft = withHeader(
    withBytes(valid, undefined, valid.intent),
    'authorization',
    undefined,
    valid.intent,
  );
  const { response } = await t.send({ ...draft, method: 'GET', path: keysPath, query: '' });
  const { keys } = Object(response?.json) as { keys?: unknown };
  return Array.isArray(keys) ? keys.map((key) => Object(key)) : [];
}
