import { expect, test } from '@playwright/test';
import type { ErrorObject } from 'ajv';
import { SchemaCompiler } from './compile.ts';
import { mostErrors, type SchemaLookup, tell } from './schema-errors.ts';

/** What is said of a value under a schema: place in the value, words, what is there, keyword. */
function said(schema: unknown, value: unknown): string[] {
  const root = { openapi: '3.1.0', components: { schemas: { Body: schema } } };
  const compiler = new SchemaCompiler(root, (pointer) => ({ pointer, file: 'f', line: 1, column: 1 }));
  return compiler
    .validator('/components/schemas/Body')(value)
    .map(({ instancePointer, expected, actual }) => `${instancePointer} ${expected}, is ${actual}`.trim());
}

const recursive = { $ref: '#/components/schemas/Body' };

test.describe('one error stands for the branches of', () => {
  test('anyOf whose alternatives have other types: those of the type that came', () => {
    const token = {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string' }, n: { type: 'integer' } },
    };
    expect(said({ anyOf: [token, { type: 'null' }] }, { n: 'x' })).toEqual([
      '/id must have property "id", is absent',
      '/n must be integer, is "x"',
    ]);
    expect(said({ anyOf: [token, { type: 'null' }] }, 5)).toEqual(['must be object or null, is 5']);
  });

  test('oneOf in anyOf in allOf', () => {
    const schema = {
      allOf: [
        { anyOf: [{ oneOf: [{ type: 'string' }, { type: 'boolean' }] }, { type: 'null' }] },
        { enum: ['a'] },
      ],
    };
    expect(said(schema, 5)).toEqual(['must be string, boolean or null, is 5', 'must be "a", is 5']);
    expect(said(schema, 'b')).toEqual(['must be "a", is "b"']);
  });

  test('alternatives that share a schema with their neighbours, without hiding the neighbour', () => {
    const schema = {
      properties: { a: recursive, b: { anyOf: [{ required: ['x'] }, { required: ['y'] }] } },
      allOf: [{ $ref: '#/components/schemas/Body/properties/b/anyOf/0' }],
      required: ['x'],
    };
    expect(said(schema, { b: {} })).toEqual([
      '/x must have property "x", is absent',
      '/x must have property "x", is absent',
      '/b must meet one of: must have property "x"; must have property "y", is {}',
    ]);
  });

  test('many alternatives: their number', () => {
    const anyOf = Array.from({ length: 40 }, (_, index) => ({ required: [`property_${index}`] }));
    expect(said({ anyOf }, {})).toEqual(['must be valid under one of 40 alternatives, is {}']);
  });

  test('contains: the schema, not each item', () => {
    const schema = { contains: { type: 'object', required: ['id'] }, items: { type: ['object', 'string'] } };
    expect(said(schema, ['a', {}, 'b'])).toEqual([
      'must have at least 1 item valid under {"type":"object","required":["id"]}, is ["a",{},"b"]',
    ]);
    expect(said(schema, ['a', 5])).toEqual([
      '/1 must be object or string, is 5',
      'must have at least 1 item valid under {"type":"object","required":["id"]}, is ["a",5]',
    ]);
  });

  test('propertyNames: the name', () => {
    expect(said({ propertyNames: { maxLength: 2, pattern: '^a' } }, { abc: 1, b: 2 })).toEqual([
      '/abc must not have a property of the name "abc": a name must have at most 2 characters, is "abc"',
      '/b must not have a property of the name "b": a name must match the pattern ^a, is "b"',
    ]);
    expect(said({ propertyNames: false }, { a: 1 })).toEqual([
      '/a must not have a property of the name "a": a name must be absent, is "a"',
    ]);
  });

  test('if, then and else: those of the branch', () => {
    const schema = JSON.parse(
      '{"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"maxProperties": 0}}',
    );
    expect(said(schema, { a: 1 })).toEqual(['/b must have property "b", is absent']);
    expect(said(schema, { c: 1 })).toEqual(['must have at most 0 properties, is {"c":1}']);
  });
});

test('a property that is one too many is shown with its value', () => {
  const closed = { additionalProperties: false, unevaluatedProperties: false };
  expect(said(closed, { a: { b: 1 } })).toEqual(['/a must not have property "a", is {"b":1}']);
});

test('words stay short: long enums by their number, long patterns cut', () => {
  const words = Array.from({ length: 100 }, (_, index) => `word ${index}`);
  expect(said({ enum: words }, 'x')).toEqual(['must be one of 100 values, is "x"']);
  const [pattern] = said({ pattern: `^${'a'.repeat(500)}$` }, 'x');
  expect(pattern?.length).toBeLessThan(200);
});

test('alternatives that nest without end are told apart down to a level, then summed up', () => {
  const schema = { anyOf: [true, true] };
  // What ajv would say of a schema that is its own alternative, and of a value as deep.
  const error: ErrorObject = {
    keyword: 'anyOf',
    instancePath: '',
    schemaPath: '',
    params: {},
    schema: schema.anyOf,
    parentSchema: schema,
    data: 'value',
  };
  let judged = 0;
  const lookup: SchemaLookup = {
    pointerOf: () => '/schema',
    isFalse: () => false,
    judge: () => {
      judged += 1;
      return [error];
    },
    locate: (pointer) => ({ pointer, file: 'f', line: 1, column: 1 }),
  };
  const summary = 'must be valid under one of 2 alternatives';
  const [told, ...more] = tell([error], lookup);
  expect(more).toEqual([]);
  expect(told?.expected).toBe(`must meet one of: ${'must meet one of: '.repeat(3)}${summary}`);
  expect(judged).toBe(2 + 4 + 8 + 16);
});

test('at most 100 errors are told, the first ones', () => {
  const errors = said(
    { items: { type: 'string' } },
    Array.from({ length: 5000 }, () => 1),
  );
  expect(errors).toHaveLength(mostErrors);
  expect(errors.at(-1)).toBe('/99 must be string, is 1');
});

test('of a body of more than 100 000 values only the first error is told, in bounded memory', () => {
  const body = { errors: Array.from({ length: 3_000_000 }, () => 1), code: 5 };
  const schema = {
    required: ['description'],
    properties: { errors: { items: { type: 'string' } }, code: { type: 'string' } },
  };
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  expect(said(schema, body)).toEqual(['/description must have property "description", is absent']);
  // All errors would be 3 million objects of some 250 bytes.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6);
});

test('a reference to a schema that only refers is judged once, under its own name', () => {
  const schema = {
    $ref: '#/components/schemas/Body/$defs/a',
    $defs: { a: { $ref: '#/components/schemas/Body/$defs/b' }, b: { type: 'string' } },
  };
  expect(said(schema, 5)).toEqual(['must be string, is 5']);
});
