import Ajv2020, { type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { object } from '../document/json.ts';
import { pointerTo, tokensOf } from '../document/pointer.ts';
import { shown, visible } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import type { Place } from '../document/yaml-document.ts';
import { alone } from '../openapi/survey.ts';
import { wordingOf } from './wording.ts';

/** A fault in a schema: the keyword it is about (`/required`, `/properties`), and a clause that says what. */
export interface RefusedKeyword {
  pointer: string;
  what: string;
}

/** The fault as the user reads it: file, line, what is wrong. */
export function refusal({ file, line }: Place, what: string): UserError {
  return new UserError(`${file}:${line} has a schema that cannot be used: ${what}; mend the schema.`);
}

/** What the message of ajv's compiler says about a keyword, in our words. */
export function refusedKeyword(
  keyword: string,
  schema: Record<string, unknown>,
  message: string,
): RefusedKeyword {
  const value = schema[keyword];
  const pointer = pointerTo('', keyword);
  if (keyword === 'nullable') {
    return { pointer, what: '"nullable" is of OpenAPI 3.0; write "null" among the types' };
  }
  if (message.includes('unknown keyword')) return { pointer, what: `unknown keyword ${shown(keyword)}` };
  const [, pattern, why] = /^Invalid regular expression: \/(.*)\/\w*: (.*)$/s.exec(message) ?? [];
  if (pattern !== undefined) {
    return { pointer, what: `${visible(pattern)} is not a regular expression (${why})` };
  }
  return {
    pointer,
    what: `${shown(keyword)} cannot be ${shown(value)} (${visible(message.replace('strict mode: ', ''))})`,
  };
}

let metaSchema: Ajv2020 | undefined;

/**
 * What JSON Schema 2020-12 does not allow in a schema, by its own meta-schema, or undefined. The first call in
 * a process compiles the meta-schema (40 ms).
 */
export function refusedByMetaSchema(schema: unknown): RefusedKeyword | undefined {
  if (typeof schema === 'boolean') return undefined;
  const keywords = object(schema);
  if (!keywords) return { pointer: '', what: `${shown(schema)} is neither an object nor true or false` };
  if (!metaSchema) {
    metaSchema = new Ajv2020({
      strict: false,
      allErrors: true,
      verbose: true,
      messages: false,
      logger: false,
    });
    addFormats(metaSchema);
  }
  const { $schema, ...rest } = alone(keywords);
  if (metaSchema.validateSchema(rest)) return undefined;
  // ajv lists the summaries (`anyOf`) of a place behind the errors that they sum up.
  const [error] = (metaSchema.errors ?? []).toSorted((a, b) => depth(b) - depth(a));
  if (!error) return undefined;
  const [keyword = '', ...within] = tokensOf(error.instancePath);
  const { expected, actual } = wordingOf(error as ErrorObject);
  const inside = within.length > 0 ? ` at ${visible(within.join('/'))}` : '';
  return {
    pointer: error.instancePath,
    what: `${shown(keyword)}${inside} ${expected}, and is ${actual}`,
  };
}

function depth({ instancePath }: ErrorObject): number {
  return tokensOf(instancePath).length;
}
