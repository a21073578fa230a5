import Ajv2020, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { object } from '../document/json.ts';
import { parentOf, pointerTo, referenceTo, tokensOf, valueAt } from '../document/pointer.ts';
import { shown, visible } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import type { Place } from '../document/yaml-document.ts';
import { alone, reachable, type Survey } from '../openapi/survey.ts';
import { registeredFormats, unknownFormats } from './formats.ts';
import { refusal, refusedKeyword } from './refused-schema.ts';
import { type SchemaError, tell } from './schema-errors.ts';

/**
 * Keywords that assert nothing: those of the OpenAPI 3.1 base vocabulary, and one that ajv resolves but, being
 * strict, does not know.
 */
const silentKeywords = ['discriminator', 'xml', 'externalDocs', 'example', '$anchor'];

const documentId = 'contract';

/** One ajv that knows a whole document, and finds either all errors of a value or the first. */
export class SchemaIndex {
  readonly #survey: Survey;
  readonly #locate: (pointer: string) => Place;
  /** Schemas that allow null whatever they say else; see `#spelled`. */
  readonly #orNull: ReadonlySet<string>;
  readonly #ajv: Ajv2020;
  /** The document as ajv is given it. */
  readonly #prepared: Record<string, unknown>;
  readonly #pointers = new Map<unknown, string>();
  readonly #falseSchemas = new Set<unknown>();
  readonly #validators = new Map<string, ValidateFunction>();

  /** Throws a UserError when ajv cannot take the document as a whole. */
  constructor(
    root: object,
    found: Survey,
    locate: (pointer: string) => Place,
    { allErrors, orNull }: { allErrors: boolean; orNull: ReadonlySet<string> },
  ) {
    this.#orNull = orNull;
    this.#survey = found;
    this.#locate = locate;
    this.#prepared = this.#prepare(root);
    // Union types, schemas without `type`, tuples of open length, and patterns beside properties are all ordinary
    // in OpenAPI documents; strict still refuses unknown keywords, the mistakes that make a schema assert nothing.
    // Formats are open to anyone (OpenAPI 3.1.0, Data Types): one that is not known is an annotation. The meta-schema has its own turn (`refusedByMetaSchema`), once a run instead of in every process.
    this.#ajv = new Ajv2020({
      allErrors,
      strict: true,
      strictTypes: false,
      strictTuples: false,
      strictRequired: false,
      allowMatchingProperties: true,
      // Without it `required: [constructor]` holds for every object.
      ownProperties: true,
      // 19.99 / 0.01 is 1998.9999999999998.
      multipleOfPrecision: 8,
      meta: false,
      validateSchema: false,
      verbose: true,
      messages: false,
      logger: false,
    });
    addFormats(this.#ajv);
    for (const [name, format] of Object.entries(registeredFormats)) this.#ajv.addFormat(name, format);
    for (const name of unknownFormats(found).keys()) this.#ajv.addFormat(name, true);
    // OpenAPI 3.1 dropped it; ajv would still obey it.
    this.#ajv.removeKeyword('nullable');
    this.#ajv.addVocabulary(silentKeywords);
    this.#register();
  }

  /**
   * The validator of the schema at `pointer`, compiled on first use; schemas that only refer share one.
   * Throws a UserError with the file and the line of the keyword at fault.
   */
  compiled(pointer: string): ValidateFunction {
    const known = this.#validators.get(pointer);
    if (known) return known;
    const target = this.#target(pointer);
    const validate = this.#validators.get(target) ?? this.#compile(target);
    this.#validators.set(target, validate).set(pointer, validate);
    return validate;
  }

  #compile(target: string): ValidateFunction {
    try {
      return this.#ajv.compile({ $ref: documentId + referenceTo(this.#spelled(target)) });
    } catch (error) {
      throw this.#refused(target, error as Error);
    }
  }

  /** The errors of a value under the schema at `pointer`. */
  errors(pointer: string, value: unknown): SchemaError[] {
    const judge = (at: string, part: unknown): ErrorObject[] => {
      const validate = this.compiled(at);
      return validate(part) ? [] : (validate.errors ?? []);
    };
    try {
      return tell(judge(pointer, value), {
        judge,
        locate: this.#locate,
        pointerOf: ({ parentSchema }) => this.#pointers.get(parentSchema),
        isFalse: ({ parentSchema }) => this.#falseSchemas.has(parentSchema),
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // The stack: a recursive schema followed the value down, some 10 000 levels.
      const expected = 'must not be nested too deep to be judged';
      const place = this.#locate(pointer);
      return [{ instancePointer: '', expected, actual: shown(value), keyword: '$ref', place }];
    }
  }

  /**
   * A copy in which schemas have no extensions, `false` is an object, so that an error can be traced to its place
   * as every other error is, and every reference is a pointer in one spelling, so that ajv resolves it as the
   * survey did.
   */
  #prepare(root: object): Record<string, unknown> {
    const copy = structuredClone(root) as Record<string, unknown>;
    const holder = (pointer: string) => valueAt(copy, pointer) as Record<string, unknown>;
    for (const references of this.#survey.references.values()) {
      for (const { holder: at, keyword, target } of references) {
        if (keyword === '$ref' && target !== undefined) holder(at).$ref = referenceTo(this.#spelled(target));
      }
    }
    for (const { pointer, schema } of this.#survey.schemas.values()) {
      const parent = parentOf(pointer);
      const key = tokensOf(pointer).at(-1) ?? '';
      if (schema === false && !this.#closes(parent, key)) {
        const nothing = { not: {} };
        holder(parent)[key] = nothing;
        this.#falseSchemas.add(nothing);
      }
      const prepared = holder(pointer);
      for (const keyword of Object.keys(object(prepared) ?? {})) {
        if (keyword.startsWith('x-')) delete prepared[keyword];
      }
      this.#pointers.set(prepared, pointer);
    }
    // The deepest first, so that each is still where its pointer says.
    for (const pointer of [...this.#orNull].toSorted((a, b) => b.length - a.length)) {
      const whole = { if: { type: 'null' }, else: holder(pointer) };
      holder(parentOf(pointer))[tokensOf(pointer).at(-1) ?? ''] = whole;
    }
    return copy;
  }

  /** The pointer at which ajv has a schema: those that also allow null stand under an `else`, and with them all below. */
  #spelled(pointer: string): string {
    let spelled = '';
    let at = '';
    for (const token of tokensOf(pointer)) {
      at = pointerTo(at, token);
      spelled = pointerTo(spelled, token);
      // The schema itself is judged with its null; what is below it is reached through it.
      if (this.#orNull.has(at) && at !== pointer) spelled = pointerTo(spelled, 'else');
    }
    return spelled;
  }

  /** Whether `false` under this keyword closes a list or an object, for which ajv has errors of its own. */
  #closes(parent: string, key: string): boolean {
    const schema = object(this.#survey.schemas.get(parent)?.schema);
    if (!schema) return false;
    if (key === 'items') return 'prefixItems' in schema;
    return ['additionalProperties', 'unevaluatedProperties', 'unevaluatedItems'].includes(key);
  }

  /**
   * Registers what holds schemas as one schema, so that `#/components/…` resolves in it as written. ajv meets
   * fields of the OpenAPI Object at its root; they are keywords only while it does.
   */
  #register(): void {
    const holders = new Set([...this.#survey.schemas.keys()].map((pointer) => tokensOf(pointer)[0] ?? ''));
    const fields = [...holders].filter((field) => !this.#ajv.getKeyword(field));
    try {
      this.#ajv.addVocabulary(fields);
      const root = Object.fromEntries([...holders].map((field) => [field, this.#prepared[field]]));
      this.#ajv.addSchema({ ...root, $id: documentId });
      this.#ajv.getSchema(documentId);
    } catch (error) {
      const { file, line } = this.#locate('');
      const why = visible((error as Error).message);
      throw new UserError(`${file}:${line} has schemas that do not go together (${why}); mend them.`);
    }
    for (const field of fields) this.#ajv.removeKeyword(field);
  }

  /** Where a chain of nothing but `$ref` ends. */
  #target(pointer: string): string {
    const schema = object(valueAt(this.#prepared, this.#spelled(pointer)));
    const [reference] = this.#survey.references.get(pointer) ?? [];
    if (!schema || Object.keys(schema).length !== 1 || reference?.target === undefined) return pointer;
    return reference.keyword === '$ref' ? this.#target(reference.target) : pointer;
  }

  /** Finds the schema, and in it the keyword, that ajv does not take. */
  #refused(pointer: string, error: Error): UserError {
    const failure = (schema: Record<string, unknown>): Error | undefined => {
      try {
        this.#ajv.compile(schema);
        return undefined;
      } catch (caught) {
        return caught as Error;
      }
    };
    for (const at of reachable(this.#survey, pointer)) {
      const schema = object(valueAt(this.#prepared, this.#spelled(at))) ?? {};
      const keywords = alone(schema);
      if (!failure(keywords)) continue;
      // Left out one by one, as long as the rest still fails: what remains is at fault.
      for (const key of Object.keys(keywords)) {
        const { [key]: _, ...others } = keywords;
        if (failure(others)) delete keywords[key];
      }
      const [culprit = ''] = Object.keys(keywords);
      const fault = refusedKeyword(culprit, schema, failure(keywords)?.message ?? '');
      return refusal(this.#locate(at + fault.pointer), fault.what);
    }
    return refusal(this.#locate(pointer), visible(error.message));
  }
}
