import { list, object } from '../document/json.ts';
import { pointerTo, valueAt } from '../document/pointer.ts';
import type { FoundOperation } from './find-operations.ts';
import type { Schema } from './operations.ts';

/** A server the document lists. */
export interface ServerEntry {
  /** With the variables of the URL at their defaults. */
  url: string;
  description: string;
  /** The URLs that other values of its variables make, where these have others. */
  alternatives?: string[];
}

/** Alternatives of one server that are looked at, at most: more combinations than people write. */
const mostAlternatives = 63;

/** The servers of a list, with the values that the variables of their URLs may have (OpenAPI 3.1.0, Server Variable Object). */
export function readServers(entries: unknown): ServerEntry[] {
  return list(entries).map((entry) => {
    const { url, description, variables } = object(entry) ?? {};
    let urls = [String(url ?? '')];
    for (const [name, variable] of Object.entries(object(variables) ?? {})) {
      const values = valuesOf(name, variable);
      urls = urls.flatMap((text) => values.map((value) => text.replaceAll(`{${name}}`, value)));
    }
    const [usual = '', ...others] = urls;
    const alternatives = [...new Set(others)].filter((other) => other !== usual).slice(0, mostAlternatives);
    return {
      url: usual,
      description: String(description ?? ''),
      ...(alternatives.length > 0 ? { alternatives } : {}),
    };
  });
}

/** The servers of an operation, else those of its path; undefined where it has neither. */
export function ownServers(root: Schema, { pointer, item }: FoundOperation): ServerEntry[] | undefined {
  return [pointer, item]
    .map((holder) => readServers(valueAt(root, pointerTo(holder, 'servers'))))
    .find((servers) => servers.length > 0);
}

/** The values of a variable, its default first; the variable itself where it has none. */
function valuesOf(name: string, variable: unknown): string[] {
  const { default: usual, enum: values } = object(variable) ?? {};
  const given = [...new Set([usual, ...list(values)].filter((value) => value !== undefined).map(String))];
  return given.length > 0 ? given : [`{${name}}`];
}
