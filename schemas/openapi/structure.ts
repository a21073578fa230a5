import Ajv2020, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parentOf, tokensOf, valueAt } from '../document/pointer.ts';
import { shown } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import type { YamlDocument } from '../document/yaml-document.ts';
import { finding } from '../validation/wording.ts';

/** Keywords that only sum up errors which stand beside them, or follow from them. */
const summaries = ['anyOf', 'oneOf', 'not', 'if', 'unevaluatedProperties'];

let openApi: ValidateFunction | undefined;

/** Compiled when first used: 100 ms, which only documents other than the shipped one cost. */
function openApiSchema(): ValidateFunction {
  if (openApi) return openApi;
  const { $schema, ...schema } = require('@seriousme/openapi-schema-validator/schemas/v3.1/schema.json');
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    verbose: true,
    messages: false,
    meta: false,
    validateSchema: false,
    logger: false,
  });
  addFormats(ajv);
  openApi = ajv.compile(schema);
  return openApi;
}

/**
 * Throws a UserError with file and line where a document is not as the OpenAPI Initiative's own schema of 3.1 has
 * it. A misspelt field would else be taken for one that is not there, and what it asks for never be checked.
 */
export function requireStructure(document: YamlDocument): void {
  const validate = openApiSchema();
  if (validate(document.root)) return;
  // The deepest error is the narrowest; of several there, one that says what is wrong by itself.
  const [error] = (validate.errors ?? []).toSorted((a, b) => weight(b) - weight(a));
  if (!error) return;
  const { instancePointer, expected } = finding(error);
  const { file, line } = document.place(instancePointer);
  const [name, holder] = tokensOf(error.instancePath).reverse();
  const isItem = Array.isArray(valueAt(document.root, parentOf(error.instancePath)));
  const item = isItem ? `item ${name} of ${shown(holder)}` : shown(name);
  const what = name === undefined ? 'it' : item;
  throw new UserError(`${file}:${line} is not valid OpenAPI 3.1: ${what} ${expected}.`);
}

function weight({ instancePath, keyword }: ErrorObject): number {
  return 2 * tokensOf(instancePath).length + (summaries.includes(keyword) ? 0 : 1);
}
