import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@playwright/test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { fuzzSettings } from '../../fixtures/lab/fuzz-settings.ts';
import { pointerTo, tokensOf, valueAt } from '../document/pointer.ts';
import { longestShown } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import { Contract, type ResponseContent, shippedContract } from '../openapi/contract.ts';
import { SchemaCompiler, shown } from './compile.ts';

// node:assert within the properties: Playwright's expect makes a step of each call (0.5 ms), thousands here.

/** A hundred runs of a property cost 1 to 2 s of processor time. */
const settings = fuzzSettings(100);

function check(property: Parameters<typeof fc.assert>[0]): void {
  fc.assert(property, settings);
}

/** Any JSON value, with the names and values that hurt. */
const names = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'a/b',
    '~',
    '$ref',
    'code',
    'data',
    'errors',
    'access_token',
  ),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true }),
      fc.integer(),
      fc.string({ unit: 'binary' }),
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(names, tie('value'), { maxKeys: 5 }),
  ),
})).value;

interface Case {
  schema: Record<string, unknown>;
  valid: unknown;
}

/** A schema and a value that is valid under it by construction. */
const cases = fc.letrec<{ pair: Case }>((tie) => ({
  pair: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .integer()
      .map((valid): Case => ({ schema: { type: 'integer', minimum: valid, maximum: valid }, valid })),
    fc.string({ unit: 'grapheme', maxLength: 10 }).map(
      (valid): Case => ({
        schema: { type: 'string', minLength: [...valid].length, maxLength: [...valid].length },
        valid,
      }),
    ),
    fc.uuid().map((valid): Case => ({ schema: { type: 'string', format: 'uuid' }, valid })),
    fc.boolean().map((valid): Case => ({ schema: { type: ['boolean', 'null'] }, valid })),
    fc
      .uniqueArray(names, { minLength: 1, maxLength: 4 })
      .chain((words) => fc.constantFrom(...words).map((valid): Case => ({ schema: { enum: words }, valid }))),
    fc.array(tie('pair'), { minLength: 1, maxLength: 3 }).map(
      (pairs): Case => ({
        schema: {
          type: 'array',
          prefixItems: pairs.map(({ schema }) => schema),
          items: false,
          minItems: pairs.length,
        },
        valid: pairs.map(({ valid }) => valid),
      }),
    ),
    fc
      .dictionary(
        // ajv judges no property of the name `__proto__`.
        names.filter((name) => name !== '__proto__'),
        tie('pair'),
        { minKeys: 1, maxKeys: 4 },
      )
      .map(
        (pairs): Case => ({
          schema: {
            type: 'object',
            required: Object.keys(pairs),
            properties: mapped(pairs, ({ schema }) => schema),
            additionalProperties: false,
          },
          valid: mapped(pairs, ({ valid }) => valid),
        }),
      ),
    tie('pair').map(
      ({ schema, valid }): Case => ({ schema: { anyOf: [{ const: { never: 1 } }, schema] }, valid }),
    ),
    tie('pair').map(
      ({ schema, valid }): Case => ({ schema: { allOf: [schema, {}], description: 'twice' }, valid }),
    ),
  ),
})).pair;

function mapped<From, To>(entries: Record<string, From>, to: (from: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(entries).map(([name, from]) => [name, to(from)]));
}

/** The pointers of all values in a value, itself first. */
function pointersIn(value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return [pointer];
  return [
    pointer,
    ...Object.entries(value).flatMap(([key, child]) => pointersIn(child, pointerTo(pointer, key))),
  ];
}

/** A copy with another value at a pointer. */
function replaced(value: unknown, pointer: string, by: unknown): unknown {
  const [token, ...rest] = tokensOf(pointer);
  if (token === undefined) return by;
  const below = replaced((value as Record<string, unknown>)[token], pointerTo('', ...rest), by);
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === token ? below : item));
  return Object.fromEntries(
    Object.entries(value as object).map(([key, child]) => [key, key === token ? below : child]),
  );
}

function judgeOf(
  schema: unknown,
): (value: unknown) => { instancePointer: string; expected: string; actual: string }[] {
  const root = { openapi: '3.1.0', components: { schemas: { Body: schema } } };
  const compiler = new SchemaCompiler(root, (pointer) => ({ pointer, file: 'f', line: 1, column: 1 }));
  return compiler.validator('/components/schemas/Body');
}

test('a body that is valid by construction has no errors; one that breaks in one place has them there', () => {
  check(
    fc.property(cases, fc.nat(), ({ schema, valid }, at) => {
      const judge = judgeOf(schema);
      assert.deepEqual(judge(valid), []);
      const pointers = pointersIn(valid);
      const pointer = pointers[at % pointers.length] ?? '';
      // No schema above has such an object among its values.
      const errors = judge(replaced(valid, pointer, { broken: { here: true } }));
      assert.notEqual(errors.length, 0);
      for (const { instancePointer } of errors) {
        const related =
          `${instancePointer}/`.startsWith(`${pointer}/`) || `${pointer}/`.startsWith(`${instancePointer}/`);
        assert.ok(related, `${instancePointer} for ${pointer}`);
      }
    }),
  );
});

test('the compiled contract judges any body without throwing, and alike each time', () => {
  const contract = Contract.load();
  const contents = contract.operations.flatMap(({ responses }) =>
    responses.flatMap((response) => response.contents),
  );
  const bodies = contract.operations.flatMap(({ body }) => (body ? [body] : []));
  const near = fc.record(
    {
      code: fc.oneof(fc.string(), json),
      description: fc.oneof(fc.string(), json),
      errors: fc.oneof(fc.array(fc.string()), json),
      data: fc.oneof(
        fc.record(
          { access_token: fc.oneof(fc.string(), json), expires_in: fc.oneof(fc.integer(), json) },
          { requiredKeys: [] },
        ),
        json,
      ),
    },
    { requiredKeys: [] },
  );
  const every = (body: unknown, content: ResponseContent) => [
    ...contract.responseErrors(content, body),
    ...contract.envelopeErrors(content, body),
    ...bodies.flatMap((request) => contract.requestErrors(request, body)),
  ];
  check(
    fc.property(fc.oneof(json, near), fc.constantFrom(...contents), (body, content) => {
      const errors = every(body, content);
      for (const { instancePointer, expected, actual, place } of errors) {
        assert.match(expected, /^must /);
        assert.equal(actual, shown(valueAt(body, instancePointer)));
        assert.ok(actual.length <= longestShown);
        assert.ok(place.line > 1);
      }
      assert.deepEqual(every(body, content), errors);
    }),
  );
});

test.describe('a document is loaded, or refused in one line with file and line', () => {
  let file: string;
  test.beforeAll(() => {
    file = join(mkdtempSync(join(tmpdir(), 'fuzz-')), 'contract.yaml');
  });
  test.afterAll(() => rmSync(join(file, '..'), { recursive: true }));

  const load = (text: string): void => {
    writeFileSync(file, text);
    try {
      const contract = Contract.load({ contract: file });
      contract.compileAll();
      for (const { body, parameters, responses } of contract.operations) {
        if (body) contract.requestErrors(body, { a: 1 });
        for (const parameter of parameters) contract.parameterErrors(parameter, '1');
        for (const content of responses.flatMap(({ contents }) => contents))
          contract.responseErrors(content, [{}]);
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      assert.ok(error.message.startsWith(`${file}:`), error.message);
      assert.doesNotMatch(error.message, /is not a function|cannot read|strict mode|\[object|\bundefined\b/i);
      assert.match(error.message.slice(file.length), /^:\d+ \S[^\n\r\u2028]*\.$/);
    }
  };

  test('whatever a field of it holds', () => {
    const published = Contract.load().document.root;
    const pointers = pointersIn(published).slice(1);
    const fields = fc.oneof(
      fc.constantFrom(
        '$ref',
        '$dynamicRef',
        '$anchor',
        '$id',
        '$schema',
        'type',
        'allOf',
        'anyOf',
        'not',
        'items',
        'properties',
        'required',
        'pattern',
        'format',
        'enum',
        'minLength',
        'nullable',
        'parameters',
        'security',
        'content',
        'schema',
        'responses',
        'x-a',
      ),
      names,
    );
    const values = fc.oneof(
      json,
      fc.constantFrom(
        '#',
        '#/',
        '#/paths',
        '#/components/schemas/TokenResponse',
        '#/components/schemas/ErrorResponse/properties/code',
        'other.yaml',
        '#%',
        '(',
        'strng',
        'string',
        'uuid4',
        'object',
      ),
      fc.constantFrom(...pointers).map((pointer) => ({ $ref: `#${pointer}` })),
      fc.constantFrom(...pointers).map((pointer) => `#${pointer}`),
    );
    check(
      fc.property(
        fc.constantFrom(...pointers),
        fields,
        values,
        fc.boolean(),
        (pointer, field, value, inside) => {
          const present = valueAt(published, pointer);
          const isObject = typeof present === 'object' && present !== null && !Array.isArray(present);
          const by = inside && isObject ? { ...present, [field]: value } : value;
          load(JSON.stringify(replaced(published, pointer, by), undefined, 1));
        },
      ),
    );
  });

  test('wherever its text is damaged', () => {
    const text = readFileSync(shippedContract, 'utf8');
    const scraps = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom(
        '\t',
        '"',
        "'",
        ': ',
        '- ',
        '\n',
        '\n- ',
        '&a ',
        '*a',
        '<<: ',
        '!x ',
        '{',
        '[',
        '}',
        '|',
        '>',
        '#',
        '%',
        '---\n',
        '? ',
        '\r',
        '\u2028',
        '\0',
        '200: ',
      ),
    );
    check(
      fc.property(fc.nat(text.length), fc.nat(30), scraps, (start, length, scrap) => {
        load(text.slice(0, start) + scrap.replace(/\p{Cs}/gu, '') + text.slice(start + length));
      }),
    );
  });

  test('whatever schema it answers with', () => {
    const keyword = fc.constantFrom(
      'type',
      'enum',
      'const',
      'items',
      'prefixItems',
      'properties',
      'patternProperties',
      'additionalProperties',
      'required',
      'allOf',
      'anyOf',
      'oneOf',
      'not',
      'if',
      'then',
      'else',
      'contains',
      'minContains',
      'propertyNames',
      'dependentSchemas',
      'dependentRequired',
      '$defs',
      '$ref',
      'pattern',
      'format',
      'minimum',
      'maxLength',
      'uniqueItems',
      'discriminator',
      'example',
      'x-a',
      'unevaluatedProperties',
    );
    const schemas = fc.letrec<{ schema: unknown }>((tie) => ({
      schema: fc.oneof(
        { depthSize: 'medium' },
        fc.boolean(),
        fc.constantFrom(
          { type: 'string' },
          { $ref: '#/components/schemas/Body' },
          { $ref: '#/components/schemas/Body/items' },
        ),
        fc.dictionary(
          keyword,
          fc.oneof(
            tie('schema'),
            fc.array(tie('schema'), { maxLength: 3 }),
            fc.dictionary(names, tie('schema'), { maxKeys: 3 }),
            json,
          ),
          { maxKeys: 3 },
        ),
      ),
    })).schema;
    check(
      fc.property(schemas, (schema) => {
        const content = { 'application/json': { schema: { $ref: '#/components/schemas/Body' } } };
        const post = { responses: { 200: { description: 'ok', content } } };
        const info = { title: 't', version: 'v' };
        const root = {
          openapi: '3.1.0',
          info,
          paths: { '/issue': { post } },
          components: { schemas: { Body: schema } },
        };
        load(stringify(root, { aliasDuplicateObjects: false }));
      }),
    );
  });
});
