import { object } from '../document/json.ts';
import { deepestNesting } from '../document/parsed-text.ts';
import { pointerTo, referenceTo, tokensOf, valueAt } from '../document/pointer.ts';
import { UserError } from '../document/user-error.ts';
import type { Schema } from './operations.ts';
import type { Survey } from './survey.ts';

/** More values than any description of three operations has; a few anchors within each other make billions. */
const mostValues = 500_000;

/** Fields of the root that count for every operation. */
const common = ['openapi', 'info', 'servers', 'security', 'jsonSchemaDialect'];

/**
 * A copy of what a survey found, each value under the pointer it has in the document, and every reference as the
 * pointer of its target: all that is compiled, and no more, however large the document is. `file` is how an error
 * names it. Throws a UserError where anchors multiply beyond measure.
 */
export function testedPart(root: Schema, found: Survey, file: string): Schema {
  const copied = new Copier(file);
  const part: Schema = {};
  const pointers = [
    ...common.map((field) => pointerTo('', field)),
    ...found.tops.map(({ pointer }) => pointer),
  ];
  // The shorter first: what lies in a value that is copied comes with it.
  for (const pointer of pointers.toSorted((a, b) => a.length - b.length)) {
    if (valueAt(part, pointer) === undefined) copied.into(part, root, tokensOf(pointer));
  }
  for (const { holder, keyword, target } of [...found.references.values()].flat()) {
    const at = object(valueAt(part, holder));
    if (at && keyword === '$ref' && target !== undefined) at.$ref = referenceTo(target);
  }
  return part;
}

/** A copy in which nothing is shared: each value has one place, and can be changed alone. */
export function unshared(value: unknown, file: string): unknown {
  return new Copier(file).copy(value, 0);
}

/** Copies values, and loses patience with those that repeat each other. */
class Copier {
  readonly #file: string;
  #left = mostValues;

  constructor(file: string) {
    this.#file = file;
  }

  into(part: Schema, root: Schema, [token, ...rest]: string[]): void {
    if (token === undefined) {
      Object.assign(part, this.copy(root, 0));
      return;
    }
    if (!Object.hasOwn(root, token)) return;
    const value = root[token];
    const [within, below] = [object(value), object(part[token])];
    // A list is copied whole: with gaps it would be another one.
    if (rest.length === 0 || !within) define(part, token, this.copy(value, 0));
    else {
      if (!below) define(part, token, {});
      this.into(object(part[token]) ?? {}, within, rest);
    }
  }

  copy(value: unknown, depth: number): unknown {
    if (--this.#left < 0 || depth > deepestNesting) {
      throw new UserError(`${this.#file}:1 repeats its anchors too often; write some of them out.`);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.copy(item, depth + 1));
    const entries = Object.entries(value).map(([key, child]) => [key, this.copy(child, depth + 1)]);
    // fromEntries defines its properties, so a key `__proto__` stays a key.
    return Object.fromEntries(entries);
  }
}

/** Defined, not assigned: assigning to `__proto__` would set the prototype. */
function define(holder: Schema, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}
