import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { stringify } from 'yaml';
import { tokensOf } from '../document/pointer.ts';
import { YamlDocument } from '../document/yaml-document.ts';
import { SchemaCompiler } from './compile.ts';

/** Where in the value, what is asked for there, and which keyword (as a pointer in the schema) asks for it. */
type Wrong = [value: unknown, instancePointer: string, expected: string, keyword: string];

interface Row {
  schema: unknown;
  valid: unknown[];
  invalid: Wrong[];
}

const text = { type: 'string' };
const number = { type: 'number' };

/** Every keyword of JSON Schema 2020-12 and OpenAPI 3.1 that authors of OpenAPI documents use. */
const table: Record<string, Row> = {
  'type string': {
    schema: { type: 'string' },
    valid: ['', 'ä'],
    invalid: [
      [5, '', 'must be string', '/type'],
      [null, '', 'must be string', '/type'],
    ],
  },
  'type number': {
    schema: { type: 'number' },
    valid: [0, -1.5, 1e300],
    invalid: [
      ['5', '', 'must be number', '/type'],
      [Number.POSITIVE_INFINITY, '', 'must be number', '/type'],
    ],
  },
  'type integer': {
    schema: { type: 'integer' },
    valid: [3600, 1.0, -0, 1e20],
    invalid: [
      [1.5, '', 'must be integer', '/type'],
      ['3600', '', 'must be integer', '/type'],
    ],
  },
  'type boolean': {
    schema: { type: 'boolean' },
    valid: [true, false],
    invalid: [
      [0, '', 'must be boolean', '/type'],
      ['true', '', 'must be boolean', '/type'],
    ],
  },
  'type null': {
    schema: { type: 'null' },
    valid: [null],
    invalid: [
      [undefined, '', 'must be null', '/type'],
      [0, '', 'must be null', '/type'],
    ],
  },
  'type array': { schema: { type: 'array' }, valid: [[]], invalid: [[{}, '', 'must be array', '/type']] },
  'type object': {
    schema: { type: 'object' },
    valid: [{}],
    invalid: [
      [[], '', 'must be object', '/type'],
      [null, '', 'must be object', '/type'],
    ],
  },
  'type as a list': {
    schema: { type: ['string', 'null', 'integer'] },
    valid: ['', null, 1],
    invalid: [[1.5, '', 'must be string, null or integer', '/type']],
  },
  enum: {
    schema: { enum: ['a', 1, null, { b: [1] }] },
    valid: ['a', 1, null, { b: [1] }],
    invalid: [
      ['A', '', 'must be "a", 1, null or {"b":[1]}', '/enum'],
      ['1', '', 'must be "a", 1, null or {"b":[1]}', '/enum'],
    ],
  },
  'enum of one': {
    schema: { enum: ['client_credentials'] },
    valid: ['client_credentials'],
    invalid: [['Client_credentials', '', 'must be "client_credentials"', '/enum']],
  },
  const: {
    schema: { const: { a: [1, 'x'] } },
    valid: [{ a: [1, 'x'] }],
    invalid: [[{ a: ['x', 1] }, '', 'must be {"a":[1,"x"]}', '/const']],
  },
  'const null': { schema: { const: null }, valid: [null], invalid: [[0, '', 'must be null', '/const']] },
  minimum: {
    schema: { minimum: 5 },
    valid: [5, 'text'],
    invalid: [[4.999, '', 'must be at least 5', '/minimum']],
  },
  maximum: { schema: { maximum: -5 }, valid: [-5], invalid: [[-4, '', 'must be at most -5', '/maximum']] },
  exclusiveMinimum: {
    schema: { exclusiveMinimum: 0 },
    valid: [1e-9],
    invalid: [[0, '', 'must be greater than 0', '/exclusiveMinimum']],
  },
  exclusiveMaximum: {
    schema: { exclusiveMaximum: 3 },
    valid: [2.9],
    invalid: [[3, '', 'must be less than 3', '/exclusiveMaximum']],
  },
  multipleOf: {
    schema: { multipleOf: 0.01 },
    valid: [19.99, 0, -4.35, 1e6],
    invalid: [[19.995, '', 'must be a multiple of 0.01', '/multipleOf']],
  },
  minLength: {
    schema: { minLength: 2 },
    valid: ['ab', '😀😀', 5],
    invalid: [['😀', '', 'must have at least 2 characters', '/minLength']],
  },
  'minLength of one': {
    schema: { minLength: 1 },
    valid: [' '],
    invalid: [['', '', 'must have at least 1 character', '/minLength']],
  },
  maxLength: {
    schema: { maxLength: 2 },
    valid: ['😀😀'],
    invalid: [['abc', '', 'must have at most 2 characters', '/maxLength']],
  },
  pattern: {
    schema: { pattern: '^\\d{2}$' },
    valid: ['00', 7],
    invalid: [
      ['x00', '', 'must match the pattern ^\\d{2}$', '/pattern'],
      ['00\n', '', 'must match the pattern ^\\d{2}$', '/pattern'],
    ],
  },
  'pattern without anchors': {
    schema: { pattern: 'b' },
    valid: ['abc'],
    invalid: [['ac', '', 'must match the pattern b', '/pattern']],
  },
  'pattern of Unicode': {
    schema: { pattern: '^\\p{Lu}.😀$' },
    valid: ['Ä😀😀'],
    invalid: [['ä😀😀', '', 'must match the pattern ^\\p{Lu}.😀$', '/pattern']],
  },
  items: {
    schema: { items: text },
    valid: [[], ['a', 'b'], {}],
    invalid: [[['a', 1], '/1', 'must be string', '/items/type']],
  },
  'items false': {
    schema: { items: false },
    valid: [[]],
    invalid: [[[1], '/0', 'must be absent', '/items']],
  },
  prefixItems: {
    schema: { prefixItems: [text, number] },
    valid: [['a'], ['a', 1, null]],
    invalid: [[['a', 'b'], '/1', 'must be number', '/prefixItems/1/type']],
  },
  'prefixItems closed by items': {
    schema: { prefixItems: [text], items: false },
    valid: [['a']],
    invalid: [[['a', 1], '', 'must have at most 1 item', '/items']],
  },
  'items after prefixItems': {
    schema: { prefixItems: [text], items: number },
    valid: [['a', 1, 2]],
    invalid: [[['a', 1, 'b'], '/2', 'must be number', '/items/type']],
  },
  contains: {
    schema: { contains: { const: 5 } },
    valid: [[1, 5]],
    invalid: [
      [[1, 'x'], '', 'must have at least 1 item valid under {"const":5}', '/contains'],
      [[], '', 'must have at least 1 item valid under {"const":5}', '/contains'],
    ],
  },
  'minContains and maxContains': {
    schema: { contains: text, minContains: 2, maxContains: 3 },
    valid: [['a', 1, 'b']],
    invalid: [
      [['a'], '', 'must have at least 2 items and at most 3 valid under {"type":"string"}', '/contains'],
      [
        ['a', 'b', 'c', 'd'],
        '',
        'must have at least 2 items and at most 3 valid under {"type":"string"}',
        '/contains',
      ],
    ],
  },
  uniqueItems: {
    schema: { uniqueItems: true },
    valid: [[1, '1', true, [1]]],
    invalid: [
      [[{ a: 1 }, 2, { a: 1 }], '', 'must not hold an item twice (items 0 and 2 are equal)', '/uniqueItems'],
    ],
  },
  minItems: {
    schema: { minItems: 2 },
    valid: [[1, 2]],
    invalid: [[[1], '', 'must have at least 2 items', '/minItems']],
  },
  maxItems: {
    schema: { maxItems: 1 },
    valid: [[1]],
    invalid: [[[1, 2], '', 'must have at most 1 item', '/maxItems']],
  },
  properties: {
    schema: { properties: { a: text, 'x/y~': number } },
    valid: [{}, { b: 1 }, { a: '' }, 5],
    invalid: [
      [{ a: 1 }, '/a', 'must be string', '/properties/a/type'],
      [{ 'x/y~': '' }, '/x~1y~0', 'must be number', '/properties/x~1y~0/type'],
    ],
  },
  'properties false': {
    schema: { properties: { secret: false } },
    valid: [{}],
    invalid: [[{ secret: 1 }, '/secret', 'must be absent', '/properties/secret']],
  },
  required: {
    schema: { required: ['a', 'b'] },
    valid: [{ a: null, b: 0 }, 'text'],
    invalid: [[{ a: 1 }, '/b', 'must have property "b"', '/required']],
  },
  'required, of names that every object inherits': {
    schema: { required: ['constructor', 'toString'] },
    valid: [{ constructor: 1, toString: 1 }],
    invalid: [[{ constructor: 1 }, '/toString', 'must have property "toString"', '/required']],
  },
  'additionalProperties false': {
    schema: { properties: { a: true }, additionalProperties: false },
    valid: [{ a: 1 }],
    invalid: [[{ a: 1, 'b/c': 2 }, '/b~1c', 'must not have property "b/c"', '/additionalProperties']],
  },
  'additionalProperties of a schema': {
    schema: { properties: { a: true }, additionalProperties: text },
    valid: [{ a: 1, b: '' }],
    invalid: [[{ b: 1 }, '/b', 'must be string', '/additionalProperties/type']],
  },
  patternProperties: {
    schema: { properties: { x: true }, patternProperties: { '^x': text }, additionalProperties: false },
    valid: [{ x1: '' }],
    invalid: [
      [{ x1: 1 }, '/x1', 'must be string', '/patternProperties/^x/type'],
      [{ y: 1 }, '/y', 'must not have property "y"', '/additionalProperties'],
    ],
  },
  propertyNames: {
    schema: { propertyNames: { pattern: '^[a-z]+$' } },
    valid: [{ ab: 1 }],
    invalid: [
      [
        { aB: 1 },
        '/aB',
        'must not have a property of the name "aB": a name must match the pattern ^[a-z]+$',
        '/propertyNames',
      ],
    ],
  },
  dependentRequired: {
    schema: { dependentRequired: { a: ['b'] } },
    valid: [{}, { b: 1 }, { a: 1, b: 1 }],
    invalid: [[{ a: 1 }, '/b', 'must have property "b", because it has "a"', '/dependentRequired']],
  },
  dependentSchemas: {
    schema: { dependentSchemas: { a: { properties: { b: text } } } },
    valid: [{ b: 1 }, { a: 1, b: '' }],
    invalid: [[{ a: 1, b: 1 }, '/b', 'must be string', '/dependentSchemas/a/properties/b/type']],
  },
  minProperties: {
    schema: { minProperties: 1 },
    valid: [{ a: 1 }],
    invalid: [[{}, '', 'must have at least 1 property', '/minProperties']],
  },
  maxProperties: {
    schema: { maxProperties: 2 },
    valid: [{ a: 1, b: 1 }],
    invalid: [[{ a: 1, b: 1, c: 1 }, '', 'must have at most 2 properties', '/maxProperties']],
  },
  allOf: {
    schema: { allOf: [{ minimum: 1 }, { maximum: 3 }] },
    valid: [2],
    invalid: [
      [0, '', 'must be at least 1', '/allOf/0/minimum'],
      [4, '', 'must be at most 3', '/allOf/1/maximum'],
    ],
  },
  'anyOf of types': {
    schema: { anyOf: [text, { type: ['null', 'boolean'] }] },
    valid: ['', null, true],
    invalid: [[5, '', 'must be string, null or boolean', '/anyOf']],
  },
  'anyOf, one of the type': {
    schema: { anyOf: [{ type: 'string', minLength: 3 }, { type: 'null' }] },
    valid: ['abc', null],
    invalid: [['ab', '', 'must have at least 3 characters', '/anyOf/0/minLength']],
  },
  'anyOf of objects': {
    schema: { anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    valid: [{ a: 1 }, { a: 1, b: 1 }],
    invalid: [[{}, '', 'must meet one of: must have property "a"; must have property "b"', '/anyOf']],
  },
  oneOf: {
    schema: { oneOf: [{ multipleOf: 2 }, { multipleOf: 3 }] },
    valid: [2, 3],
    invalid: [
      [6, '', 'must be valid under only one of 2 alternatives, and is under numbers 1 and 2', '/oneOf'],
      [7, '', 'must meet one of: must be a multiple of 2; must be a multiple of 3', '/oneOf'],
    ],
  },
  'oneOf told apart by a constant': {
    schema: {
      oneOf: [
        { properties: { kind: { const: 'a' }, n: number } },
        { properties: { kind: { const: 'b' }, n: text } },
      ],
    },
    valid: [
      { kind: 'a', n: 1 },
      { kind: 'b', n: '' },
    ],
    invalid: [
      [{ kind: 'b', n: 1 }, '/n', 'must be string', '/oneOf/1/properties/n/type'],
      [
        { kind: 'c', n: 1 },
        '',
        'must meet one of: /kind must be "a"; /kind must be "b" and 1 more',
        '/oneOf',
      ],
    ],
  },
  not: {
    schema: { not: { type: 'null' } },
    valid: [0],
    invalid: [[null, '', 'must not be valid under {"type":"null"}', '/not']],
  },
  'if, then, else': {
    schema: JSON.parse(
      '{"if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["x"]}, "else": {"required": ["y"]}}',
    ),
    valid: [
      { kind: 'a', x: 1 },
      { kind: 'b', y: 1 },
    ],
    invalid: [
      [{ kind: 'a' }, '/x', 'must have property "x"', '/then/required'],
      [{ kind: 'b' }, '/y', 'must have property "y"', '/else/required'],
    ],
  },
  'then false': {
    schema: JSON.parse('{"if": {"const": 1}, "then": false}'),
    valid: [2],
    invalid: [[1, '', 'must be absent', '/then']],
  },
  '$ref with siblings': {
    schema: {
      $defs: { base: text },
      $ref: '#/components/schemas/$ref with siblings/$defs/base',
      maxLength: 1,
    },
    valid: ['a'],
    invalid: [
      [1, '', 'must be string', '/$defs/base/type'],
      ['ab', '', 'must have at most 1 character', '/maxLength'],
    ],
  },
  '$defs and $anchor': {
    schema: { $defs: { id: { $anchor: 'identifier', type: 'integer' } }, items: { $ref: '#identifier' } },
    valid: [[1]],
    invalid: [[['x'], '/0', 'must be integer', '/$defs/id/type']],
  },
  '$dynamicRef and $dynamicAnchor': {
    schema: { $dynamicAnchor: 'node', type: 'object', properties: { next: { $dynamicRef: '#node' } } },
    valid: [{ next: { next: {} } }],
    invalid: [[{ next: { next: 1 } }, '/next/next', 'must be object', '/type']],
  },
  'unevaluatedProperties false': {
    schema: { allOf: [{ properties: { a: text } }], unevaluatedProperties: false },
    valid: [{ a: '' }],
    invalid: [[{ a: '', b: 1 }, '/b', 'must not have property "b"', '/unevaluatedProperties']],
  },
  'unevaluatedProperties of a schema': {
    schema: { allOf: [{ properties: { a: text } }], unevaluatedProperties: number },
    valid: [{ a: '', b: 1 }],
    invalid: [[{ b: '' }, '/b', 'must be number', '/unevaluatedProperties/type']],
  },
  'unevaluatedItems false': {
    schema: { allOf: [{ prefixItems: [text] }], unevaluatedItems: false },
    valid: [['a']],
    invalid: [[['a', 1], '', 'must have at most 1 item', '/unevaluatedItems']],
  },
  'readOnly, writeOnly, deprecated, example, examples, default, title, $comment': {
    schema: {
      readOnly: true,
      writeOnly: true,
      deprecated: true,
      example: 5,
      examples: [5],
      default: 5,
      title: 't',
      description: 'd',
      $comment: 'c',
      type: 'string',
    },
    valid: ['a'],
    invalid: [[5, '', 'must be string', '/type']],
  },
  'contentEncoding and contentMediaType': {
    schema: { type: 'string', contentEncoding: 'base64', contentMediaType: 'application/json' },
    valid: ['%', 'e30='],
    invalid: [[5, '', 'must be string', '/type']],
  },
  'discriminator, xml, externalDocs, x-': {
    schema: {
      discriminator: { propertyName: 'k' },
      xml: { name: 'n' },
      externalDocs: { url: 'https://example.com' },
      'x-any': 1,
      required: ['k'],
    },
    valid: [{ k: 1 }],
    invalid: [[{}, '/k', 'must have property "k"', '/required']],
  },
  'true and {}': { schema: { properties: { a: true, b: {} } }, valid: [{ a: 1, b: null }], invalid: [] },
  false: { schema: false, valid: [], invalid: [[{}, '', 'must be absent', '']] },
};

/** A value of each format, and one that is not; every format of JSON Schema, and of OpenAPI's registry that asserts. */
const formats: Record<string, [valid: unknown, invalid: unknown]> = {
  date: ['2024-02-29', '2023-02-29'],
  time: ['23:59:60Z', '24:00:00Z'],
  'date-time': ['2024-02-29T12:00:00.123+01:00', '2024-02-29 12:00:00'],
  duration: ['P1DT2H', 'P1D2H'],
  email: ['a.b@example.com', 'a@'],
  hostname: ['api.example.com', '-a.example'],
  ipv4: ['127.0.0.1', '127.0.0.256'],
  ipv6: ['::1', ':::1'],
  uri: ['https://example.com/a?b#c', '/a'],
  'uri-reference': ['/a?b', '\\a'],
  'uri-template': ['/a/{id}', '/a/{id'],
  uuid: ['6BF9C3C0-0000-4000-8000-000000000000', '6bf9c3c0-0000-4000-8000'],
  'json-pointer': ['/a~1b/0', 'a'],
  'relative-json-pointer': ['1/a', '/a'],
  regex: ['^[a-z]+$', '('],
  byte: ['e30=', '%%%'],
  int32: [2_147_483_647, 2_147_483_648],
  int64: [9_007_199_254_740_991, 1.5],
  int8: [-128, 128],
  int16: [32_767, 32_768],
  uint8: [255, 256],
  uint16: [0, -1],
  uint32: [4_294_967_295, 4_294_967_296],
  uint64: [2 ** 63, -1],
  'double-int': [9_007_199_254_740_991, 0.5],
  'sf-integer': [-999_999_999_999_999, 1_000_000_000_000_000],
  unixtime: [1_700_000_000, 1.5],
  char: ['\u{1f511}', 'ab'],
  base64url: ['_-8', '+/8'],
  'http-date': ['Tue, 15 Nov 1994 08:12:31 GMT', '1994-11-15'],
  'media-range': ['text/*; q=0.5', 'text'],
  'idn-email': ['ä@例え.jp', 'ä'],
  'date-time-local': ['2024-02-29T12:00:00', '2024-02-29T12:00:00Z'],
  'time-local': ['12:00:00.5', '12:00'],
};

/** Formats that hold for every value of their type, as OpenAPI means them. */
const openFormats = ['float', 'double', 'password', 'binary', 'jwk', 'decimal', 'iri', 'html', 'of-nobody'];

const compiled = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'keywords-'));
  const path = join(folder, 'keywords.yaml');
  const schemas = {
    ...Object.fromEntries(Object.entries(table).map(([name, { schema }]) => [name, schema])),
    ...Object.fromEntries(
      [...Object.keys(formats), ...openFormats].map((format) => [`format ${format}`, { format }]),
    ),
  };
  writeFileSync(
    path,
    stringify({ openapi: '3.1.0', components: { schemas } }, { aliasDuplicateObjects: false }),
  );
  const document = YamlDocument.load(path, 'table', '');
  rmSync(folder, { recursive: true });
  return {
    lines: document.text.split('\n'),
    compiler: new SchemaCompiler(document.root as object, (pointer) => document.place(pointer)),
  };
})();

/** The errors of a value: place in the value, words, place in the schema, and the key on the line that is named. */
function errorsOf(name: string, value: unknown): unknown[] {
  const at = `/components/schemas/${name}`;
  return compiled.compiler
    .validator(at)(value)
    .map(({ instancePointer, expected, place }) => {
      const key = compiled.lines[place.line - 1]?.slice(place.column - 1).replace(/^"([^"]*)"/, '$1');
      return [instancePointer, expected, place.pointer.slice(at.length), key?.replace(/:( .*)?$/, '')];
    });
}

for (const [name, { valid, invalid }] of Object.entries(table)) {
  test(name, () => {
    compiled.compiler.verify([`/components/schemas/${name}`]);
    for (const value of valid) expect(errorsOf(name, value), `valid: ${JSON.stringify(value)}`).toEqual([]);
    for (const [value, instancePointer, expected, keyword] of invalid) {
      const key = tokensOf(keyword).at(-1) ?? name;
      expect(errorsOf(name, value), `invalid: ${JSON.stringify(value)}`).toEqual([
        [instancePointer, expected, keyword, key],
      ]);
    }
  });
}

test('formats are asserted', () => {
  for (const [format, [valid, invalid]] of Object.entries(formats)) {
    expect(errorsOf(`format ${format}`, valid), `${format}: ${valid}`).toEqual([]);
    expect(errorsOf(`format ${format}`, invalid), `${format}: ${invalid}`).toEqual([
      ['', `must have the format "${format}"`, '/format', 'format'],
    ]);
  }
  for (const format of openFormats) expect(errorsOf(`format ${format}`, 'anything')).toEqual([]);
});
