import { list } from '../document/json.ts';
import type { Schema } from './operations.ts';

/** Where a parameter stands. Header fields of a response are described like header parameters. */
export type ParameterPlace = 'path' | 'query' | 'header' | 'cookie';

/** A parameter of an operation, or a header of a response. */
export interface Parameter {
  name: string;
  in: ParameterPlace;
  required: boolean;
  schema: Schema;
  pointer: string;
  /** Pointer of the schema, or undefined where the document gives none. */
  schemaPointer: string | undefined;
  /** How a list is written (OpenAPI 3.1.0, Parameter Object); `json` where `content` says that the value is JSON. */
  style: string;
  explode: boolean;
  /** Values that the document shows for it. */
  examples: unknown[];
}

/** How a place writes values where the document does not say (OpenAPI 3.1.0, Parameter Object, `style`). */
export const defaultStyle: Record<ParameterPlace, string> = {
  path: 'simple',
  query: 'form',
  header: 'simple',
  cookie: 'form',
};

/** What stands between the items of a list in one text. */
const separators: Record<string, string> = { spaceDelimited: ' ', pipeDelimited: '|' };

/** What a style puts before a value in a path, and between the items of an exploded list. */
const prefixes: Record<string, (name: string) => string> = {
  label: () => '.',
  matrix: (name) => `;${name}=`,
};

/** The texts that stand for a value: one, or one for each item of a list that is written out in a query. */
export function writeParameter(parameter: Parameter, value: unknown): string[] {
  const { name, style, explode } = parameter;
  if (style === 'json') return [JSON.stringify(value)];
  const items = Array.isArray(value) ? value.map(textOf) : [textOf(value)];
  if (parameter.in === 'query' && explode && style === 'form') return items;
  const prefix = prefixes[style]?.(name) ?? '';
  const separator = prefix !== '' && explode ? prefix : (separators[style] ?? ',');
  return [prefix + items.join(separator)];
}

/** The value that texts stand for under the schema of a parameter; the text itself where they stand for none. */
export function readParameter(parameter: Parameter, texts: readonly string[]): unknown {
  const { name, style, explode, schema } = parameter;
  const [text = ''] = texts;
  if (style === 'json') {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  if (!typesOf(schema).includes('array'))
    return texts.length > 1 ? texts : readScalar(schema, text, name, style);
  const prefix = prefixes[style]?.(name) ?? '';
  const separator = prefix !== '' && explode ? prefix : (separators[style] ?? ',');
  const written = parameter.in === 'query' && explode && style === 'form';
  const items = written ? texts : text.slice(prefix.length).split(separator);
  return items.map((item) => readText((schema.items ?? {}) as Schema, item));
}

function readScalar(schema: Schema, text: string, name: string, style: string): unknown {
  const prefix = prefixes[style]?.(name) ?? '';
  return readText(schema, text.startsWith(prefix) ? text.slice(prefix.length) : text);
}

/** What a text stands for under its schema: a number or boolean where it asks for one and has one. */
export function readText(schema: Schema, text: string): unknown {
  const types = typesOf(schema);
  if (types.length === 0) {
    const values = [...list(schema.enum), ...('const' in schema ? [schema.const] : [])];
    return values.find((value) => typeof value !== 'string' && textOf(value) === text) ?? text;
  }
  if (types.includes('string')) return text;
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return text === 'true';
  const numeric = types.includes('integer') || types.includes('number');
  return numeric && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

/** The types that a schema names. */
export function typesOf({ type }: Schema): unknown[] {
  return Array.isArray(type) ? type : type === undefined ? [] : [type];
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
