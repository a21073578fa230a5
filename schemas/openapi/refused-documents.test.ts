import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { UserError } from '../document/user-error.ts';
import { Contract, shippedContract } from './contract.ts';

const published = readFileSync(shippedContract, 'utf8');
let folder: string;
let file: string;

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'contract-'));
  file = join(folder, 'contract.yaml');
});
test.afterAll(() => rmSync(folder, { recursive: true }));

/** What loading and compiling a document says, with the file as `FILE`; undefined when nothing is wrong. */
function refusal(content: string | Uint8Array, path = file): string | undefined {
  writeFileSync(file, content);
  return load(path);
}

function load(path: string): string | undefined {
  try {
    Contract.load({ contract: path }).compileAll();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.replaceAll(folder, 'FOLDER').replaceAll('FOLDER/contract.yaml', 'FILE');
  }
}

/** The published contract with one place of it changed. */
function changed(from: string, to: string): string {
  if (published.split(from).length !== 2) throw new Error(`"${from}" is not there once`);
  return published.replace(from, to);
}

/** The published contract with other keywords in the schema of `expires_in`, which begins on line 216. */
function keywords(...yaml: string[]): string {
  return changed('              type: integer\n', yaml.map((line) => `              ${line}\n`).join(''));
}

/** The smallest contract, with more of it below. */
function small(below: string, response = '{description: ok}'): string {
  return `openapi: 3.1.0
info: {title: t, version: v}
paths:
  /issue:
    post:
      responses:
        "200": ${response}
${below}`;
}

/** A response whose body is the schema `a`. */
const answeringA =
  '{description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/a"}}}}';

/** Anchors of which each repeats the one before ten times. */
function multiplied(levels: number): string {
  const names = 'abcdefgh'.slice(0, levels).split('');
  const row = (name: string, below?: string) =>
    `x-${name}: &${name} [${Array(10)
      .fill(below === undefined ? '1' : `*${below}`)
      .join(',')}]\n`;
  return names.map((name, at) => row(name, names[at - 1])).join('');
}

test.describe('a file that cannot be read is named, with the remedy', () => {
  const remedy = 'set NOMBA_CONTRACT to an OpenAPI 3.0, 3.1 or 3.2 document.';

  test('missing, a directory, a circle of links', () => {
    const absent = join(folder, 'absent.yaml');
    expect(refusal('', absent)).toBe(`The contract FOLDER/absent.yaml does not exist; ${remedy}`);
    expect(refusal('', folder)).toBe(`The contract FOLDER is a directory, not a file; ${remedy}`);
    const loop = join(folder, 'loop.yaml');
    symlinkSync(loop, loop);
    expect(refusal('', loop)).toBe(`The contract FOLDER/loop.yaml cannot be read (ELOOP); ${remedy}`);
    const inside = join(folder, 'a\nb');
    mkdirSync(inside);
    expect(refusal('', inside)).toBe(`The contract FOLDER/a b is a directory, not a file; ${remedy}`);
  });

  test('not to be read by us', () => {
    // Root reads everything: step down to nobody, who may not enter the folder.
    const root = process.getuid?.() === 0;
    const secret = join(folder, 'secret.yaml');
    writeFileSync(secret, published, { mode: 0 });
    try {
      if (root) process.seteuid?.(65534);
      expect(load(secret)).toBe(
        `The contract FOLDER/secret.yaml may not be read (permission denied); ${remedy}`,
      );
    } finally {
      if (root) process.seteuid?.(0);
    }
  });

  test('in another encoding', () => {
    const utf16 = Buffer.from(`\uFEFF${published}`, 'utf16le');
    expect(refusal(utf16)).toBe(`The contract FILE is not UTF-8 text; ${remedy}`);
    expect(refusal(Buffer.from(changed('Obtain access token', 'Obtain acc\u00e8s'), 'latin1'))).toBe(
      `The contract FILE is not UTF-8 text; ${remedy}`,
    );
  });
});

test.describe('what is not YAML is refused with the line to mend', () => {
  const notYaml = (line: number, why: string) => `FILE:${line} is not valid YAML (${why}); mend that line.`;
  const rows: [string, () => string, string][] = [
    ['tabs', () => 'a:\n\tb: 1\n', notYaml(2, 'Tabs are not allowed as indentation')],
    ['an unclosed quote', () => 'a: 1\nb: "x\nc: 2\nd: 3\n', notYaml(2, "Missing closing 'quote")],
    ['a key twice', () => 'a: 1\nb: 2\na: 3\n', notYaml(3, 'this key is there twice')],
    [
      'a key twice, as number and text',
      () =>
        changed(
          "        '401':\n          description: Unauthorized",
          '        400:\n          description: Unauthorized',
        ),
      notYaml(171, 'this key is there twice'),
    ],
    ['two documents', () => 'a: 1\n---\nb: 2\n', notYaml(2, 'a second document begins here')],
    ['a tag', () => 'a: 1\nb: !include other.yaml\n', notYaml(2, 'Unresolved tag: !include')],
    ['an alias without anchor', () => 'a: 1\nb: *x\n', notYaml(2, 'no anchor &x before it')],
    ['a merge of a scalar', () => 'a:\n  <<: 5\n', notYaml(2, '<< must be given mappings')],
    ['an anchor in itself', () => 'a: &x\n  b: *x\n', 'FILE:2 puts &x into itself; mend that line.'],
    [
      'nesting without measure',
      () => '['.repeat(2_000_000),
      'FILE:1 is nested deeper than 200 levels; mend that line.',
    ],
    [
      'nesting beyond reason',
      () => `${'['.repeat(300)}${']'.repeat(300)}`,
      'FILE:1 is nested deeper than 200 levels; mend that line.',
    ],
    [
      'a text of HTML',
      () => '<html>\n<body class="x">502: Bad Gateway</body>\n</html>\n',
      'FILE:1 is a page of HTML or XML; save the document itself, in YAML or JSON.',
    ],
    [
      'anchors that multiply',
      () =>
        `openapi: 3.1.0\ninfo: {title: t, version: v}\n${multiplied(8)}paths: {/issue: {post: {responses: {"200": {description: d, x-all: *h}}}}}\n`,
      'FILE:1 repeats its anchors too often; write some of them out.',
    ],
  ];
  for (const [what, text, message] of rows) {
    test(what, () => expect(refusal(text())).toBe(message));
  }
});

test('what is not OpenAPI 3.x is refused with what it is instead', () => {
  const not = (line: number, why: string) =>
    `FILE:${line} is not an OpenAPI 3.0, 3.1 or 3.2 document: ${why}.`;
  expect(refusal('')).toBe(not(1, 'it is empty'));
  expect(refusal('# only a comment\n')).toBe(not(1, 'it is empty'));
  expect(refusal('- a\n- b\n')).toBe(not(1, 'it is a list, not a mapping'));
  expect(refusal('hello\n')).toBe(not(1, 'it is a single value, not a mapping'));
  expect(refusal('info: {}\n')).toBe(not(1, 'it has no "openapi" version; begin with openapi: 3.1.0'));
  expect(refusal('info: {}\nopenapi: 3.3.0\n')).toBe(
    not(2, 'it has openapi: "3.3.0"; convert it to openapi: 3.1.0'),
  );
  expect(refusal('swagger: "2.0"\n')).toBe(not(1, 'it has swagger: "2.0"; convert it to openapi: 3.1.0'));
  expect(refusal('openapi: 3.1\n')).toBe(not(1, 'its version is the number 3.1; write openapi: 3.1.0'));
  expect(refusal('openapi: 3.0\n')).toBe(not(1, 'its version is the number 3.0; write openapi: 3.0.0'));
  expect(refusal('openapi: [3.1.0]\n')).toBe(
    not(1, 'it has openapi: ["3.1.0"]; convert it to openapi: 3.1.0'),
  );
  expect(refusal('overlay: 1.0.0\n')).toBe(not(1, 'it has no "openapi" version; begin with openapi: 3.1.0'));
});

test.describe('a field that OpenAPI 3.1 does not have, or has otherwise, is refused with its line', () => {
  const invalid = (line: number, why: string) => `FILE:${line} is not valid OpenAPI 3.1: ${why}.`;
  const rows: [string, () => string, string][] = [
    [
      'no title',
      () => changed('  title: Nomba Authentication API\n', ''),
      invalid(2, '"info" must have property "title"'),
    ],
    [
      'requred',
      () => changed('      summary: Obtain access token\n', '      sumary: x\n'),
      invalid(31, '"post" must not have property "sumary"'),
    ],
    [
      'a response without description',
      () => changed('          description: Access token issued successfully\n', ''),
      invalid(67, '"200" must have property "description"'),
    ],
    [
      'a status of two digits',
      () => small('        "40": {description: no}'),
      invalid(8, '"responses" must not have property "40"'),
    ],
    [
      'a security scheme of no known type',
      () => changed('type: http\n', 'type: htp\n'),
      invalid(180, '"type" must be "apiKey", "http", "mutualTLS", "oauth2" or "openIdConnect"'),
    ],
    [
      'a server without URL',
      () => changed('  - url: https://sandbox.nomba.com\n    desc', '  - desc'),
      invalid(20, 'item 1 of "servers" must have property "url"'),
    ],
    [
      'a list where a text is due',
      () => changed('operationId: obtainAccessToken', 'operationId: [a]'),
      invalid(30, '"operationId" must be string'),
    ],
    [
      'a field of the root that is none',
      () => small('pahts: {}'),
      invalid(8, 'it must not have property "pahts"'),
    ],
    [
      'a media type that is a number',
      () => small('      requestBody: {content: {application/json: 5}}'),
      invalid(8, '"application/json" must be object'),
    ],
    [
      'a parameter without place',
      () => small('      parameters: [{name: a, schema: {}}]'),
      invalid(8, 'item 0 of "parameters" must have property "in"'),
    ],
  ];
  for (const [what, text, message] of rows) {
    test(what, () => expect(refusal(text())).toBe(message));
  }
});

test.describe('a reference that cannot be followed is refused with its line', () => {
  const rows: [string, () => string, string][] = [
    [
      'to nothing',
      () => keywords('$ref: "#/components/schemas/Nope"'),
      'FILE:216 refers to "#/components/schemas/Nope", which is not in the document.',
    ],
    [
      'to an anchor that is none',
      () => keywords('$ref: "#nope"'),
      'FILE:216 refers to "#nope", which is not in the document.',
    ],
    [
      'dynamically to an anchor that is none',
      () => keywords('$dynamicRef: "#nope"'),
      'FILE:216 refers to "#nope", which is not in the document.',
    ],
    [
      'in broken percent-encoding',
      () => keywords('$ref: "#/a%zz"'),
      'FILE:216 refers to "#/a%zz", which is not in the document.',
    ],
    [
      'with a line break',
      () => keywords('$ref: "#/a\\nb"'),
      'FILE:216 refers to "#/a\\u000ab", which is not in the document.',
    ],
    [
      'to a file',
      () => keywords('$ref: other.yaml#/x'),
      'FILE:216 refers to "other.yaml#/x", a file that does not exist; mend the reference, or put the file there.',
    ],
    [
      'to a URL',
      () => keywords('$ref: https://example.com/x.json'),
      'FILE:216 refers to "https://example.com/x.json", on another machine; save it beside the document and refer to it by its relative path.',
    ],
    [
      'of a response',
      () => small('', '{$ref: "#/components/responses/Ok"}'),
      'FILE:7 refers to "#/components/responses/Ok", which is not in the document.',
    ],
    [
      'a → b → a',
      () =>
        small(
          'components:\n  schemas:\n    a:\n      $ref: "#/components/schemas/b"\n    b:\n      $ref: "#/components/schemas/a"\n',
          answeringA,
        ),
      'FILE:13 refers to "#/components/schemas/a", which leads back here without end.',
    ],
    [
      'a → a',
      () => small('components:\n  schemas:\n    a:\n      $ref: "#/components/schemas/a"\n', answeringA),
      'FILE:11 refers to "#/components/schemas/a", which leads back here without end.',
    ],
    [
      'responses in a circle',
      () =>
        small(
          'components:\n  responses:\n    a:\n      $ref: "#/components/responses/b"\n    b:\n      $ref: "#/components/responses/a"\n',
          '{$ref: "#/components/responses/a"}',
        ),
      'FILE:13 refers to "#/components/responses/a", which leads back here without end.',
    ],
    [
      'through allOf to itself',
      () =>
        small(
          'components:\n  schemas:\n    a:\n      type: object\n      allOf:\n        - $ref: "#/components/schemas/a"\n',
          answeringA,
        ),
      'FILE:13 refers to "#/components/schemas/a", which leads back here without end.',
    ],
  ];
  for (const [what, text, message] of rows) {
    test(what, () => expect(refusal(text())).toBe(message));
  }
});

test.describe('a schema that asserts nothing, or cannot be, is refused with the line of its keyword', () => {
  const at = (line: number, why: string) =>
    `FILE:${line} has a schema that cannot be used: ${why}; mend the schema.`;
  const types = '"array", "boolean", "integer", "null", "number", "object" or "string"';
  const rows: [string, () => string, string][] = [
    [
      'unknown keyword',
      () => keywords('type: string', 'minLenght: 5'),
      at(217, 'unknown keyword "minLenght"'),
    ],
    [
      'bad pattern',
      () => keywords('type: string', 'pattern: "^(a"'),
      at(217, '^(a is not a regular expression (Unterminated group)'),
    ],
    [
      'bad pattern of properties',
      () => keywords('patternProperties: {"(": {}}'),
      at(216, '( is not a regular expression (Unterminated group)'),
    ],
    ['type that is none', () => keywords('type: strng'), at(216, `"type" must be ${types}, and is "strng"`)],
    [
      'one type of several that is none',
      () => keywords('type: [string, nil]'),
      at(216, `"type" at 1 must be ${types}, and is "nil"`),
    ],
    [
      'required that is not a list',
      () => changed('              required:\n                - token\n', '              required: token\n'),
      at(151, '"required" must be array, and is "token"'),
    ],
    [
      'required twice',
      () => keywords('required: [a, a]'),
      at(216, '"required" must not hold an item twice (items 0 and 1 are equal), and is ["a","a"]'),
    ],
    [
      'bound of another type',
      () => keywords('type: number', 'minimum: "5"'),
      at(217, '"minimum" must be number, and is "5"'),
    ],
    [
      'exclusiveMinimum of OpenAPI 3.0',
      () => keywords('exclusiveMinimum: true'),
      at(216, '"exclusiveMinimum" must be number, and is true'),
    ],
    [
      'nullable of OpenAPI 3.0',
      () => keywords('type: integer', 'nullable: true'),
      at(217, '"nullable" is of OpenAPI 3.0; write "null" among the types'),
    ],
    [
      'length below zero',
      () => keywords('maxLength: -1'),
      at(216, '"maxLength" must be at least 0, and is -1'),
    ],
    [
      'multiple of nothing',
      () => keywords('multipleOf: 0'),
      at(216, '"multipleOf" must be greater than 0, and is 0'),
    ],
    [
      'items as a list',
      () => keywords('type: array', 'items: [{}]'),
      at(217, '"items" must be object or boolean, and is [{}]'),
    ],
    ['allOf that is not a list', () => keywords('allOf: {}'), at(216, '"allOf" must be array, and is {}')],
    [
      'if alone',
      () => keywords('if: {type: string}'),
      at(216, '"if" cannot be {"type":"string"} ("if" without "then" and "else" is ignored)'),
    ],
    [
      'schema that is a number',
      () => keywords('properties:', '  a: 7'),
      at(217, '7 is neither an object nor true or false'),
    ],
    [
      'schema that is null',
      () => keywords('properties:', '  a:'),
      at(217, 'null is neither an object nor true or false'),
    ],
    [
      'reference that is no text',
      () => keywords('$ref: [a]'),
      at(216, '"$ref" must be string, and is ["a"]'),
    ],
    [
      'several unknown keywords',
      () => keywords('foo: 1', 'type: string', 'bar: 1'),
      at(218, 'unknown keyword "bar"'),
    ],
    [
      'deep inside',
      () => keywords('properties: {a: {items: {anyOf: [{}, {', '  type: strng}]}}}'),
      at(217, `"type" must be ${types}, and is "strng"`),
    ],
    [
      'behind a reference',
      () =>
        changed(
          '                    The access token to revoke.\n',
          '                    The access token to revoke.\n                  allOf: [{$ref: "#/components/schemas/Bad"}]\n',
        ).replace(
          '    ErrorResponse:\n',
          '    Bad:\n      allOf:\n        - maximun: 5\n    ErrorResponse:\n',
        ),
      at(236, 'unknown keyword "maximun"'),
    ],
  ];
  for (const [what, text, message] of rows) {
    test(what, () => expect(refusal(text())).toBe(message));
  }

  test('not where no operation uses it', () => {
    expect(
      refusal(changed('    ErrorResponse:\n', '    Unused:\n      maximun: 5\n    ErrorResponse:\n')),
    ).toBeUndefined();
  });
});

test('identities that this suite cannot follow are refused with their line', () => {
  const dialect = 'names a schema dialect that is not JSON Schema 2020-12';
  expect(refusal(keywords('$id: token'))).toBe(
    'FILE:216 gives a schema an "$id" of its own; leave it out and refer to the schema by "#/…".',
  );
  expect(refusal(keywords('$schema: http://json-schema.org/draft-07/schema#'))).toBe(
    `FILE:216 ${dialect} ("http://json-schema.org/draft-07/schema#").`,
  );
  expect(refusal(small('jsonSchemaDialect: https://example.com/own'))).toBe(
    `FILE:8 ${dialect} ("https://example.com/own").`,
  );
  expect(refusal(keywords('$anchor: 5th'))).toBe('FILE:216 has "5th", which is not an anchor name.');
  expect(refusal(keywords('$anchor: a', 'properties: {x: {$anchor: a}}'))).toBe(
    'FILE:217 gives the anchor "a" to a second schema.',
  );
  expect(refusal(changed('        - bearerAuth: []', '        - bearerAut: []'))).toBe(
    'FILE:144 asks for the security scheme "bearerAut", which is not in the document.',
  );
});

test('operations that are missing or double are refused with their line', () => {
  const none =
    'has no operation that issues a token (credentials in, an access token out); mark the one that does with "x-nomba-operation: issue".';
  expect(refusal('openapi: 3.1.0\ninfo: {title: t, version: v}\npaths: {}\n')).toBe(`FILE:3 ${none}`);
  expect(refusal('openapi: 3.1.0\ninfo: {title: t, version: v}\n')).toBe(`FILE:1 ${none}`);
  expect(
    refusal(published.replaceAll(/client_|grant_/g, 'card_').replace('/auth/token/issue', '/cards')),
  ).toBe(`FILE:27 ${none}`);
  expect(refusal(small('  /v2/issue:\n    post: {responses: {}}\n'))).toBe(
    'POST /issue (FILE:5) and POST /v2/issue (FILE:9) both issue a token; mark the one to be tested with "x-nomba-operation: issue", the other with "x-nomba-operation: none".',
  );
  expect(refusal(published.replace('/token/refresh', '/token/renew'))).toBeUndefined();
});
