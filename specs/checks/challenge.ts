import type { Exchange } from '../../fixtures/http/exchange.ts';

/** A challenge: its scheme, and its parameters by their names in small letters. */
interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

const token = "[\\w!#$%&'*+.^`|~-]+";
const parameter = new RegExp(`^(${token})[ \\t]*=[ \\t]*(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")`);
const scheme = new RegExp(`^(${token})(?=[ \\t,]|$)`);
const token68 = /^[ \t]+[\w.~+/-]+=*[ \t]*(?=,|$)/;

/** The errors that a challenge may name for a token that is not good, RFC 6750 section 3.1. */
const errorsOfATokens = ['invalid_token', 'invalid_request'];

/** What is wrong with the WWW-Authenticate of a 401: what was to be there. Undefined where nothing is. */
export function challengeProblem(field: string, { draft }: Exchange): [expected: string] | undefined {
  const challenges = readChallenges(field);
  if (!challenges) return ['challenges in the grammar of RFC 9110 section 11.6.1'];
  if (!draft.operation.bearer) return undefined;
  const error = challenges.find((one) => one.scheme === 'bearer')?.parameters.error;
  if (error === undefined) return undefined;
  const names = draft.headers.map(([name]) => name.toLowerCase());
  const proves =
    names.includes('authorization') ||
    names.includes('cookie') ||
    draft.query !== '' ||
    Object(draft.json).access_token !== undefined;
  if (!proves) return ['no error in the challenge, as the request had no Authorization'];
  return errorsOfATokens.includes(error)
    ? undefined
    : ['error="invalid_token" in the challenge, or no error'];
}

/** The challenges of a field, or undefined where it is not in their grammar: `scheme name=value, name="value"`. */
function readChallenges(field: string): Challenge[] | undefined {
  const challenges: Challenge[] = [];
  let rest = field.trim();
  while (rest !== '') {
    const pair = parameter.exec(rest);
    const named = scheme.exec(rest);
    const last = challenges.at(-1);
    if (pair && last) {
      last.parameters[pair[1]?.toLowerCase() ?? ''] = pair[2] ?? (pair[3] ?? '').replace(/\\(.)/g, '$1');
      rest = rest.slice(pair[0].length);
    } else if (named) {
      challenges.push({ scheme: named[1]?.toLowerCase() ?? '', parameters: {} });
      rest = rest.slice(named[0].length);
      if (!parameter.test(rest.trimStart())) rest = rest.replace(token68, '');
      else {
        rest = rest.trimStart();
        continue;
      }
    } else return undefined;
    const separated = /^[ \t]*(?:,[ \t]*)+|^[ \t]*$/.exec(rest);
    if (!separated) return undefined;
    rest = rest.slice(separated[0].length);
  }
  return challenges.length > 0 ? challenges : undefined;
}
