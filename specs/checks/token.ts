import type { Exchange } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import { contentFor, documentedProperties } from '../../fixtures/scenario/observations.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { pointerTo } from '../../schemas/document/pointer.ts';
import { shown } from '../../schemas/validation/compile.ts';
import { checkJwt } from './jwt.ts';

/**
 * A month, in seconds: a bearer token should live an hour or less (RFC 6750 section 5.3). An hour given in
 * milliseconds is 42 days.
 */
const absurdLifetime = 31 * 24 * 3600;

/** The requirements on what a token response says of its token. */
export function checkToken(t: ScenarioRun, exchange: Exchange): void {
  const { response, draft } = exchange;
  if (draft.operation.role === 'revoke' || !response?.success) return;
  const grant = grantIn(response);
  if (!grant) return;
  const data = holderOf(response.json, grant.accessToken);
  const at = (name: string) => `${data.pointer}/${name}`;

  const { token_type: type, expires_in: lifetime } = data.value;
  if (type !== undefined || isDocumented(t, exchange, 'token_type')) {
    t.check('token.type', typeof type === 'string' && type.toLowerCase() === 'bearer', {
      expected: '"Bearer", in any case',
      actual: shown(type),
      exchange,
      instancePointer: at('token_type'),
    });
  }
  if (lifetime !== undefined || isDocumented(t, exchange, 'expires_in')) {
    const sane = Number.isInteger(lifetime) && Number(lifetime) > 0 && Number(lifetime) <= absurdLifetime;
    t.check('token.expires-in', sane, {
      expected: `a positive integer of seconds, at most 31 days`,
      actual: shown(lifetime),
      exchange,
      instancePointer: at('expires_in'),
    });
  }
  const announced = typeof lifetime === 'number' ? lifetime : undefined;
  checkJwt(t, exchange, grant.accessToken, { lifetime: announced, at: at('access_token') });
  // How long a refresh token lives, nothing announces.
  if (grant.refreshToken) {
    checkJwt(t, exchange, grant.refreshToken, { lifetime: undefined, at: at('refresh_token') });
  }
}

/** Whether the document has a property of this name beside the access token in this answer. */
function isDocumented(t: ScenarioRun, { draft, response }: Exchange, name: string): boolean {
  const content = response && contentFor(t.contract, draft.operation, response);
  return (
    content !== undefined && documentedProperties(t.contract, content).some((at) => at.endsWith(`/${name}`))
  );
}

/** The object of a body that holds the access token, and where it stands. */
function holderOf(json: unknown, token: string): { value: Record<string, unknown>; pointer: string } {
  const find = (
    value: unknown,
    pointer: string,
  ): { value: Record<string, unknown>; pointer: string } | undefined => {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Object.values(value).includes(token)) return { value: value as Record<string, unknown>, pointer };
    for (const [name, child] of Object.entries(value)) {
      const found = find(child, pointerTo(pointer, name));
      if (found) return found;
    }
    return undefined;
  };
  return find(json, '') ?? { value: {}, pointer: '' };
}
