import type { Contract } from './contract.ts';

/** What a document writes as it stands in a message: reports quote patterns too. */
const literal = new Set(['enum', 'const', 'pattern']);
/** Examples may hold whole tokens: of these, and of prose, only words count. */
const word = /(?<![A-Za-z0-9])(?:[A-Z]?[a-z]{1,23}|[A-Z]{2,12})(?![A-Za-z0-9])/g;

/**
 * The words of a contract: paths, names of properties, values of enums, patterns, prose. They stand in every report, and
 * a target that gives `token` for a token must not have that word taken out of every path and property.
 */
export function contractWords(contract: Pick<Contract, 'tested'>): Set<string> {
  const found = new Set<string>();
  const walk = (value: unknown, name: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        if (!Array.isArray(value)) found.add(key);
        walk(child, Array.isArray(value) ? name : key);
      }
    } else if (literal.has(name)) found.add(String(value));
    else for (const [text] of String(value).matchAll(word)) found.add(text);
  };
  walk(contract.tested, '');
  return found;
}
