import type { Exchange } from '../fixtures/exchange.ts';
import { grantIn } from '../fixtures/grants.ts';
import { contentFor, documentedProperties } from '../fixtures/observations.ts';
import type { ScenarioRun } from '../fixtures/scenario-run.ts';
import { shown } from '../schemas/compile.ts';
import { pointerTo } from '../schemas/pointer.ts';

/**
 * A month, in seconds: a bearer token should live an hour or less (RFC 6750 section 5.3). An hour given in
 * milliseconds is 42 days.
 */
const absurdLifetime = 31 * 24 * 3600;

/** Difference allowed between `exp` and `expires_in`, in seconds: clocks and rounding. */
const clockSkew = 60;

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
  checkJwt(
    t,
    exchange,
    grant.accessToken,
    typeof lifetime === 'number' ? lifetime : undefined,
    at('access_token'),
  );
}

/** Whether the document has a property of this name beside the access token in this answer. */
function isDocumented(t: ScenarioRun, { draft, response }: Exchange, name: string): boolean {
  const content = response && contentFor(t.contract, draft.operation, response);
  return (
    content !== undefined && documentedProperties(t.contract, content).some((at) => at.endsWith(`/${name}`))
  );
}

/** RFC 8725 2.1 and 3.2 (no `none`), RFC 7519 4.1.4 (`exp`), and no secret in what anyone can decode. */
function checkJwt(
  t: ScenarioRun,
  exchange: Exchange,
  token: string,
  lifetime: number | undefined,
  instancePointer: string,
): void {
  const [header, payload] = token.split('.').slice(0, 2).map(decodePart);
  if (!header || !payload || token.split('.').length !== 3) return;
  const fail = (expected: string, actual: string) =>
    t.check('token.jwt', false, { expected, actual, exchange, instancePointer });
  const algorithm = header.alg;
  const seconds =
    typeof payload.exp === 'number' ? payload.exp - exchange.startedAt.getTime() / 1000 : undefined;
  const text = JSON.stringify(payload);
  if (typeof algorithm !== 'string' || algorithm.toLowerCase() === 'none') {
    fail('a signature algorithm', `alg ${shown(algorithm)}`);
  } else if (seconds !== undefined && lifetime !== undefined && Math.abs(seconds - lifetime) > clockSkew) {
    fail(`exp ${lifetime} s ahead, as expires_in says`, `exp ${Math.round(seconds)} s ahead`);
  } else if (
    [t.target.client, t.target.shortLivedClient].some((client) => client && text.includes(client.secret))
  ) {
    fail('no secret in the payload', 'the client secret is in it');
  } else t.check('token.jwt', true, { expected: '', actual: '' });
}

function decodePart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
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
