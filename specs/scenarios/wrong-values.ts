import type { Draft } from '../../fixtures/http/exchange.ts';
import { errorsOf } from '../../fixtures/requests/invalid.ts';
import type { Altered } from '../../fixtures/requests/near-misses.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import type { Credentials } from '../../fixtures/settings/target.ts';
import type { Contract, RightStatuses, Role } from '../../schemas/openapi/contract.ts';

/** The text with its first visible ASCII character as a full-width one, which a normalising comparison takes for it. */
export function fullWidth(text: string): string {
  return text.replace(/[!-~]/, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}

/** The text with `_`, which stands for any character in SQL, in the place of the first that it is not. */
export function oneWild(text: string): string {
  return text.replace(/[^_]/, '_');
}

/** The text with its first character in percent-encoding, and all others that need it. */
export function percentEncoded(text: string): string {
  return `%${text.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}${encodeURIComponent(text.slice(1))}`;
}

/**
 * Requests with wrong credentials, each put where the right one stands. One that is malformed, under the document, by its
 * length or by a character of another kind, may be answered like any request that is not valid. What a change left as it
 * was is not wrong.
 */
export function wrongly(t: ScenarioRun, right: string, label: string, wrong: Altered[], put: Put): Draft[] {
  return wrong.flatMap(({ what, value, credential }) => {
    if (value === right) return [];
    const draft = { ...put(t.secret(label, value), what), ...(credential && { credential }) };
    // No header can hold it, or HTTP takes it for the same value without its blanks (RFC 9110 section 5.5).
    if (draft.headers.some(([, text]) => /[^\x20-\x7e]|^ | $/.test(text))) return [];
    const malformed =
      value.length !== right.length ||
      Array.from(kindsIn(value)).some((kind) => !kindsIn(right).includes(kind)) ||
      errorsOf(t.contract, draft).length > 0;
    return [malformed ? { ...draft, alsoRight: invalidStatuses(t.contract, draft) } : draft];
  });
}

/** The kinds of characters in a text: letters of either case and digits, and each other one for itself. */
function kindsIn(text: string): string {
  return text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0');
}

/** Makes a request with a value in the place of another. */
export type Put = (value: string, intent: string) => Draft;

export function invalidStatuses(contract: Contract, { operation }: Draft): readonly number[] {
  return contract.refusalOf(operation, 'invalid').all;
}

/** The statuses that a document has for a request to an operation that proves no right. */
export function unproven(contract: Contract, role: Role): RightStatuses {
  const operation = contract.operation(role);
  if (!operation) throw new Error(`the contract has no operation to ${role} a token`);
  return contract.refusalOf(operation, 'unauthenticated');
}

/** Client credentials for HTTP Basic as they are, which `curl -u` sends, and most servers take. */
export function joined({ id, secret }: Credentials): string {
  return Buffer.from(`${id}:${secret}`).toString('base64');
}
