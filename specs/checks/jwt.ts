import type { Exchange } from '../../fixtures/http/exchange.ts';
import { guessedKey } from '../../fixtures/requests/forged-jwts.ts';
import { type Jwt, readJwt } from '../../fixtures/requests/jwt.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { shown } from '../../schemas/validation/compile.ts';
import { shortestEcho } from './spellings.ts';

/** Difference allowed between the clocks of target and suite, and for rounding, in seconds. */
const clockSkew = 60;

/** Five minutes, and what a request takes: a clock that is further off is none, and iat, nbf and Date are wrong in themselves. */
export const wrongClock = 330;

/** A problem of a JWT: what was to be there, and what is. */
type Problem = [expected: string, actual: string];

/** The requirement on a token that is shaped as a JWT; nothing is said of another. */
export function checkJwt(
  t: ScenarioRun,
  exchange: Exchange,
  text: string,
  { lifetime, at, beside }: { lifetime: number | undefined; at: string; beside?: string | undefined },
): void {
  const jwt = readJwt(text);
  if (!jwt) return;
  const problem =
    unsigned(jwt) ??
    guessable(jwt, t) ??
    mistimed(jwt, (t.now() - exchange.durationMs) / 1000, lifetime) ??
    telling(jwt, t, beside);
  t.check('token.jwt', problem === undefined, {
    expected: problem?.[0] ?? '',
    actual: problem?.[1] ?? '',
    exchange,
    instancePointer: at,
  });
}

/** RFC 8725 sections 2.1 and 3.2. */
function unsigned({ header: { alg } }: Jwt): Problem | undefined {
  if (typeof alg === 'string' && alg.toLowerCase() !== 'none') return undefined;
  return ['a signature algorithm', `alg ${shown(alg)}`];
}

/** RFC 8725 section 3.5: a key that others know signs nothing. */
function guessable(jwt: Jwt, t: ScenarioRun): Problem | undefined {
  const { id, secret } = t.target.client;
  const key = guessedKey(jwt, [id, secret]);
  if (key === undefined) return undefined;
  const name = key === secret ? 'the client secret' : key === id ? 'the client id' : shown(key);
  return ['a signature with a key that nobody can guess', `a signature with the key ${name}`];
}

/** `now` is by the target's time, which our own mock's may be ahead of ours. RFC 7519 sections 4.1.4 to 4.1.6: dates are numbers of seconds, `exp` as announced, the others not ahead. */
function mistimed({ payload }: Jwt, now: number, lifetime: number | undefined): Problem | undefined {
  for (const name of ['exp', 'nbf', 'iat']) {
    const value = payload[name];
    if (value !== undefined && typeof value !== 'number') return [`${name} as a number`, shown(value)];
  }
  for (const name of ['nbf', 'iat']) {
    const ahead = Number(payload[name] ?? now) - now;
    if (ahead > wrongClock) return [`${name} not ahead of time`, `${name} ${Math.round(ahead)} s ahead`];
  }
  const { exp, iat } = payload;
  if (typeof exp !== 'number' || lifetime === undefined) return undefined;
  // From the target's own clock, where the token tells it; by ours where it was made before, and is given again.
  const ahead = [iat, now].filter((from) => typeof from === 'number').map((from) => exp - from);
  if (ahead.some((seconds) => Math.abs(seconds - lifetime) <= clockSkew)) return undefined;
  return [`exp ${lifetime} s ahead, as expires_in says`, `exp ${Math.round(ahead[0] ?? 0)} s ahead`];
}

/** No secret in what anyone can decode. */
function telling({ payload }: Jwt, t: ScenarioRun, beside: string | undefined): Problem | undefined {
  const text = JSON.stringify(payload);
  const secrets = [t.target.client, t.target.shortLivedClient].flatMap((client) => client?.secret ?? []);
  if (beside !== undefined && text.includes(beside))
    return ['no secret in the payload', 'the refresh token is in it'];
  const told = secrets.some(
    (secret) =>
      secret.length >= shortestEcho &&
      (text.includes(secret) || text.includes(Buffer.from(secret).toString('base64').replace(/=+$/, ''))),
  );
  return told ? ['no secret in the payload', 'the client secret is in it'] : undefined;
}
