import Ajv2020, { type ErrorObject } from 'ajv/dist/2020.js';
import Ajv04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { object } from '../document/json.ts';
import { parentOf, tokensOf, valueAt } from '../document/pointer.ts';
import { shown } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import type { Place } from '../document/yaml-document.ts';
import { wordingOf } from '../validation/wording.ts';
import { besides } from './document-set.ts';
import type { Kind, Surveyed } from './survey.ts';

/** Keywords that only sum up errors which stand beside them, or follow from them. */
const summaries = ['anyOf', 'oneOf', 'not', 'if', 'unevaluatedProperties'];

/** The versions of OpenAPI that are read, as the first two numbers of `openapi`. */
export type OpenApiVersion = '3.0' | '3.1' | '3.2';

/** How the schema of 3.0 calls what OpenAPI has at a place; those of 3.1 and 3.2 write it with dashes. */
const definitions: Partial<Record<Kind, string>> = {
  pathItem: 'PathItem',
  operation: 'Operation',
  parameter: 'Parameter',
  header: 'Header',
  requestBody: 'RequestBody',
  response: 'Response',
  mediaType: 'MediaType',
  securityScheme: 'SecurityScheme',
  example: 'Example',
  link: 'Link',
  callback: 'Callback',
  schema: 'Schema',
};

/** The schemas of the OpenAPI Initiative, compiled when first used: 100 ms, which the shipped document does not cost. */
class OpenApiSchemas {
  readonly #version: OpenApiVersion;
  readonly #ajv: Ajv2020 | Ajv04;

  constructor(version: OpenApiVersion) {
    this.#version = version;
    const { $schema, id, $id, ...schema } = require(
      `@seriousme/openapi-schema-validator/schemas/v${version}/schema.json`,
    );
    const options = {
      strict: false,
      allErrors: true,
      verbose: true,
      messages: false,
      meta: false,
      validateSchema: false,
      logger: false,
    } as const;
    this.#ajv = version === '3.0' ? new Ajv04(options) : new Ajv2020(options);
    addFormats(this.#ajv as Ajv2020);
    this.#ajv.addSchema({ ...schema, [version === '3.0' ? 'id' : '$id']: 'openapi' });
  }

  errors(kind: Kind, value: unknown): ErrorObject[] {
    const name = definitions[kind];
    if (kind !== 'document' && name === undefined) return [];
    const dashed = name
      ?.replace(/(?!^)[A-Z]/g, '-$&')
      .toLowerCase()
      .replace(/^callback$/, 'callbacks');
    const fragment = this.#version === '3.0' ? `definitions/${name}` : `$defs/${dashed}`;
    const validate = this.#ajv.compile({ $ref: kind === 'document' ? 'openapi#' : `openapi#/${fragment}` });
    return validate(value) ? [] : (validate.errors ?? []);
  }
}

/** The root of a document and what of it is tested, and where a reader finds it. */
export interface Structured {
  version: OpenApiVersion;
  root: Record<string, unknown>;
  /** The part that is tested, and the places in it where what is tested begins. */
  part: Record<string, unknown>;
  tops: Surveyed[];
  locate: (pointer: string) => Place;
}

/**
 * Throws a UserError with file and line where a document is not as the OpenAPI Initiative's own schema of its version
 * has it. A misspelt field would else be taken for one that is not there, and what it asks for never be checked. Held to
 * it is what is tested: the root with its fields, our operations, and all that they refer to.
 */
export function requireStructure({ version, root, part, tops, locate }: Structured): void {
  const schemas = new OpenApiSchemas(version);
  const { paths, components, webhooks, [besides]: _, ...rest } = root;
  const outline = { ...rest, ...(paths === undefined ? {} : { paths: {} }) };
  const pieces = [
    { pointer: '', kind: 'document' as const, value: outline },
    ...tops.map(({ pointer, kind }) => ({ pointer, kind, value: valueAt(part, pointer) })),
  ].filter(({ kind, value }) => kind === 'schema' || kind === 'pathItem' || !isReference(value));
  for (const { pointer, kind, value } of pieces) {
    // The deepest error is the narrowest; of several there, one that says what is wrong by itself.
    const [error] = schemas.errors(kind, value).toSorted((a, b) => weight(b) - weight(a));
    if (!error) continue;
    const { instancePointer, expected } = wordingOf(error);
    const { file, line } = locate(pointer + instancePointer);
    const [name, holder] = tokensOf(pointer + error.instancePath).reverse();
    const isItem = Array.isArray(valueAt(root, parentOf(pointer + error.instancePath)));
    const item = isItem ? `item ${name} of ${shown(holder)}` : shown(name);
    const what = name === undefined ? 'it' : item;
    throw new UserError(`${file}:${line} is not valid OpenAPI ${version}: ${what} ${expected}.`);
  }
}

/** A reference is held to its target, which is a piece of its own. */
function isReference(value: unknown): boolean {
  return typeof object(value)?.$ref === 'string';
}

function weight({ instancePath, keyword, params }: ErrorObject): number {
  // 3.0 has "a schema or a reference" everywhere; that it is no reference says nothing.
  const isAlternative = keyword === 'required' && params.missingProperty === '$ref';
  return 2 * tokensOf(instancePath).length + (summaries.includes(keyword) || isAlternative ? 0 : 1);
}
