import { valueAt } from '../document/pointer.ts';
import type { Place } from '../document/yaml-document.ts';
import { reachable, type Survey, survey } from '../openapi/survey.ts';
import { refusal, refusedByMetaSchema } from './refused-schema.ts';
import type { SchemaError } from './schema-errors.ts';
import { SchemaIndex } from './schema-index.ts';

export { shown } from '../document/shown.ts';
export type { SchemaError } from './schema-errors.ts';

/** The errors of a value under one schema, at most 100; an empty list when it is valid. Never throws. */
export type Validator = (value: unknown) => SchemaError[];

/**
 * A body of more values is only searched for its first error: ajv makes an object for each error, and 10 MB of
 * `[1,1,1,…]` where strings are due would be 5 million of them.
 */
const manyValues = 100_000;

/** Compiles the schemas of one OpenAPI document, each named by its JSON pointer in it. */
export class SchemaCompiler {
  readonly #root: object;
  readonly #locate: (pointer: string) => Place;
  readonly #survey: Survey;
  readonly #index: (allErrors: boolean) => SchemaIndex;
  readonly #all: SchemaIndex;
  #first: SchemaIndex | undefined;

  /**
   * `locate` turns a pointer of `root` into the place a reader is sent to; `found` is the survey of `root`,
   * where it is at hand; `orNull` are the pointers of schemas that allow null beside all else. Throws a UserError when ajv cannot take the document as a whole.
   */
  constructor(
    root: object,
    locate: (pointer: string) => Place,
    found: Survey = survey(root),
    orNull: ReadonlySet<string> = new Set(),
  ) {
    this.#root = root;
    this.#locate = locate;
    this.#survey = found;
    this.#index = (allErrors) => new SchemaIndex(root, found, locate, { allErrors, orNull });
    this.#all = this.#index(true);
  }

  /**
   * The validator of the schema at `pointer`, compiled on first use.
   * Throws a UserError with file and line when ajv refuses the schema or a `$ref` leads nowhere.
   */
  validator(pointer: string): Validator {
    this.#all.compiled(pointer);
    return (value) => {
      if (!isLarge(value)) return this.#all.errors(pointer, value);
      this.#first ??= this.#index(false);
      return this.#first.errors(pointer, value);
    };
  }

  /**
   * Holds the schemas at `pointers`, and all that they rest on, to JSON Schema's own meta-schema, and compiles
   * them. Throws a UserError with the file and the line of the keyword that is at fault.
   */
  verify(pointers: string[]): void {
    const used = new Set(pointers.flatMap((pointer) => reachable(this.#survey, pointer)));
    for (const pointer of used) {
      const fault = refusedByMetaSchema(valueAt(this.#root, pointer));
      if (fault) throw refusal(this.#locate(pointer + fault.pointer), fault.what);
    }
    for (const pointer of pointers) this.#all.compiled(pointer);
  }
}

/** Whether a JSON value has more values in it than all errors are looked for in. */
function isLarge(value: unknown): boolean {
  const waiting = [value];
  for (let seen = 0; waiting.length > 0; seen++) {
    if (seen + waiting.length > manyValues) return true;
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next) && next.length > manyValues) return true;
    for (const child of Object.values(next)) waiting.push(child);
  }
  return false;
}
