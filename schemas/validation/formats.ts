import type { Format } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { object } from '../document/json.ts';
import { pointerTo } from '../document/pointer.ts';
import type { Survey } from '../openapi/survey.ts';

/** A format that holds for numbers alone. */
function number(validate: (value: number) => boolean): Format {
  return { type: 'number', validate };
}

function integer(least: number, most: number): Format {
  return number((value) => Number.isInteger(value) && value >= least && value <= most);
}

/** A format that says something to people and tools, and asserts nothing. */
const open: Format = true;

/**
 * The formats of the OpenAPI format registry that ajv-formats does not have, with what they mean. Those of 64 bits are
 * as exact as a number of JavaScript is. What the registry has for objects (`jwk`) or for rendering is open.
 */
export const registeredFormats: Record<string, Format> = {
  int8: integer(-128, 127),
  int16: integer(-32_768, 32_767),
  uint8: integer(0, 255),
  uint16: integer(0, 65_535),
  uint32: integer(0, 4_294_967_295),
  uint64: integer(0, 2 ** 64),
  'double-int': integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  'sf-integer': integer(-999_999_999_999_999, 999_999_999_999_999),
  unixtime: number((value) => Number.isInteger(value)),
  char: /^.$/su,
  base64url: /^[A-Za-z0-9_-]*={0,2}$/,
  'http-date': (text) => !Number.isNaN(Date.parse(text)) && / GMT$/.test(text),
  'media-range': /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+(\s*;.*)?$/,
  'idn-email': /^[^@\s]+@[^@\s]+$/,
  'date-time-local': /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?$/,
  'time-local': /^\d\d:\d\d:\d\d(\.\d+)?$/,
  ...Object.fromEntries(
    [
      'commonmark',
      'decimal',
      'decimal128',
      'html',
      'idn-hostname',
      'iri',
      'iri-reference',
      'jwk',
      'sf-binary',
      'sf-boolean',
      'sf-decimal',
      'sf-string',
      'sf-token',
    ].map((name) => [name, open]),
  ),
};

/** The formats of a document that nobody registered, each with the pointer where it is first named. */
export function unknownFormats({ schemas }: Survey): Map<string, string> {
  const unknown = new Map<string, string>();
  for (const { pointer, schema } of schemas.values()) {
    const format = object(schema)?.format;
    const isKnown = (name: string) =>
      Object.hasOwn(registeredFormats, name) || Object.hasOwn(fullFormats, name);
    if (typeof format !== 'string' || isKnown(format) || unknown.has(format)) continue;
    unknown.set(format, pointerTo(pointer, 'format'));
  }
  return unknown;
}
