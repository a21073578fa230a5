import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { pointerTo } from '../document/pointer.ts';
import { UserError } from '../document/user-error.ts';
import { Contract, shippedContract } from './contract.ts';

let folder: string;

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'published-'));
});
test.afterAll(() => rmSync(folder, { recursive: true }));

/** The contract of these files, compiled: their texts by name, the document first. */
function loaded(files: Record<string, string>, name = `d${Math.random()}`): Contract {
  const base = join(folder, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, file)), { recursive: true });
    writeFileSync(join(base, file), text);
  }
  const contract = Contract.load({ contract: join(base, Object.keys(files)[0] ?? '') });
  contract.compileAll();
  return contract;
}

/** What loading these files says, with their folder as `FOLDER`. */
function refusal(files: Record<string, string>): string | undefined {
  try {
    loaded(files, 'refused');
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.replaceAll(join(folder, 'refused'), 'FOLDER').replaceAll(folder, 'ABOVE');
  }
}

/** A document that answers with the schema `Body`, which begins on line 5. */
function answering(version: string, body: string, others = ''): string {
  return `openapi: ${version}
info: {title: t, version: v}
components:
  schemas:
    Body: ${body}
${others}
paths:
  /token/issue:
    post:
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {$ref: "#/components/schemas/Body"}}}
`;
}

/** The errors of a value under the documented answer, with the lines they point at. */
function judged(contract: Contract, value: unknown): string[] {
  const content = contract.operation('issue')?.responses[0]?.contents[0];
  if (!content) throw new Error('no content');
  return contract
    .responseErrors(content, value)
    .map(({ instancePointer, expected, place }) => `${instancePointer} ${expected} :${place.line}`.trim());
}

test.describe('a schema of OpenAPI 3.0 means what 3.0 says', () => {
  const judge = (body: string, value: unknown, others = '') =>
    judged(loaded({ 'a.yaml': answering('3.0.3', body, others) }), value);

  test('nullable adds null to the type', () => {
    const body = '{type: string, nullable: true}';
    expect(judge(body, null)).toEqual([]);
    expect(judge(body, 5)).toEqual(['must be string or null :5']);
    expect(judge('{type: string, nullable: false}', null)).toEqual(['must be string :5']);
  });

  test('nullable allows null beside an enum without it, and no other value', () => {
    const body = '{type: string, nullable: true, enum: [a, b]}';
    expect(judge(body, null)).toEqual([]);
    expect(judge(body, 'a')).toEqual([]);
    expect(judge(body, 'c')).toHaveLength(1);
  });

  test('nullable allows null for what a reference in allOf describes', () => {
    const body =
      '{type: object, properties: {a: {allOf: [{$ref: "#/components/schemas/A"}], nullable: true}}}';
    const others = '    A: {type: object, properties: {n: {type: integer}}}\n';
    expect(judge(body, { a: null }, others)).toEqual([]);
    expect(judge(body, { a: { n: 1 } }, others)).toEqual([]);
    expect(judge(body, { a: { n: 'x' } }, others)).toEqual(['/a/n must be integer :6']);
    expect(judge(body, { a: 5 }, others)).toEqual(['/a must be object :6']);
  });

  test('what stands beside a reference is ignored, nullable too', () => {
    const body =
      '{type: object, properties: {a: {$ref: "#/components/schemas/A", nullable: true, minLength: 9}}}';
    const others = '    A: {type: string}\n';
    expect(judge(body, { a: 'x' }, others)).toEqual([]);
    expect(judge(body, { a: null }, others)).toEqual(['/a must be string :6']);
  });

  test('a boolean exclusive bound makes the bound beside it exclusive, and is the line that is quoted', () => {
    const body =
      '\n      type: number\n      minimum: 5\n      exclusiveMinimum: true\n      maximum: 9\n      exclusiveMaximum: false\n';
    expect(judge(body, 5)).toEqual(['must be greater than 5 :8']);
    expect(judge(body, 9)).toEqual([]);
    expect(judge(body, 10)).toEqual(['must be at most 9 :9']);
  });

  test('an example, and a property named as a keyword, are not taken for one', () => {
    const body =
      '{type: object, example: {nullable: true, exclusiveMinimum: true}, properties: {nullable: {type: boolean}, example: {type: string}}}';
    expect(judge(body, { nullable: true, example: 'x' })).toEqual([]);
    expect(judge(body, { nullable: 5 })).toEqual(['/nullable must be boolean :5']);
  });

  test('a file is a text', () => {
    expect(judge('{type: file}', 'bytes')).toEqual([]);
    expect(judge('{type: file}', 5)).toEqual(['must be string :5']);
  });

  test('a field that 3.0 does not have is refused, and one that 3.1 does not have likewise', () => {
    expect(refusal({ 'a.yaml': answering('3.0.3', '{type: object, patternProperties: {}}') })).toBe(
      'FOLDER/a.yaml:5 is not valid OpenAPI 3.0: "Body" must not have property "patternProperties".',
    );
    expect(refusal({ 'a.yaml': answering('3.1.0', '{type: string, nullable: true}') })).toBe(
      'FOLDER/a.yaml:5 has a schema that cannot be used: "nullable" is of OpenAPI 3.0; write "null" among the types; mend the schema.',
    );
  });
});

test('OpenAPI 3.2 is read as 3.1 is', () => {
  const contract = loaded({ 'a.yaml': answering('3.2.0', '{type: [string, "null"]}') });
  expect(judged(contract, null)).toEqual([]);
  expect(judged(contract, 5)).toEqual(['must be string or null :5']);
});

test.describe('a document in several files', () => {
  const main = `openapi: 3.1.0
info: {title: t, version: v}
paths:
  /token/issue: {$ref: "paths/issue.yaml"}
`;
  const issue = `post:
  responses:
    "200":
      description: ok
      content:
        application/json:
          schema: {$ref: "../schemas/token.json#/Token"}
`;
  const token = `{
  "Token": {
    "type": "object",
    "properties": {
      "access_token": {"type": "string"},
      "next": {"$ref": "../schemas/token.json#/Token"},
      "again": {"$ref": "#/Token"}
    }
  }
}`;

  test('is followed, and placed in the file and line it stands in, in a circle too', () => {
    const contract = loaded(
      { 'openapi.yaml': main, 'paths/issue.yaml': issue, 'schemas/token.json': token },
      'several',
    );
    const content = contract.operation('issue')?.responses[0]?.contents[0];
    const body = { access_token: 'a', next: { again: { access_token: 5 } } };
    const [error] = (content && contract.responseErrors(content, body)) ?? [];
    expect(error).toMatchObject({
      instancePointer: '/next/again/access_token',
      place: { file: join(folder, 'several/schemas/token.json'), line: 5 },
    });
    expect(contract.place(contract.operation('issue')?.pointer ?? '')).toMatchObject({
      file: join(folder, 'several/paths/issue.yaml'),
      line: 1,
    });
    expect(contract.files.map(({ file }) => file.replace(join(folder, 'several/'), ''))).toEqual([
      'openapi.yaml',
      'paths/issue.yaml',
      'schemas/token.json',
    ]);
  });

  test('is refused where a reference leaves the folder, the machine, or finds nothing', () => {
    const refer = (to: string) => ({ 'a.yaml': answering('3.1.0', `{properties: {a: {$ref: "${to}"}}}`) });
    expect(refusal(refer('../secret.yaml'))).toBe(
      'FOLDER/a.yaml:5 refers to "../secret.yaml", a file outside of the folder of the document; move it there, or move the document up.',
    );
    expect(refusal(refer('/etc/hosts'))).toContain('a file outside of the folder of the document');
    for (const remote of ['https://example.com/a.yaml#/x', '//example.com/a.yaml', 'file:///etc/hosts']) {
      expect(refusal(refer(remote))).toBe(
        `FOLDER/a.yaml:5 refers to "${remote}", on another machine; save it beside the document and refer to it by its relative path.`,
      );
    }
    expect(refusal(refer('b.yaml'))).toContain('a file that does not exist');
    expect(refusal({ ...refer('b.yaml#/x'), 'b.yaml': 'y: 1\n' })).toBe(
      'FOLDER/a.yaml:5 refers to "b.yaml#/x", which is not in that file.',
    );
    expect(refusal({ ...refer('b.yaml'), 'b.yaml': 'a: 1\na: 2\n' })).toBe(
      'FOLDER/b.yaml:2 is not valid YAML (this key is there twice); mend that line.',
    );
    expect(
      refusal({ ...refer('b.yaml'), 'b.yaml': '{$ref: "a.yaml#/components/schemas/Body/properties/a"}\n' }),
    ).toMatch(/leads back here without end/);
  });

  test('is refused where a link leads out of the folder', () => {
    const base = join(folder, 'linked');
    mkdirSync(base);
    writeFileSync(join(folder, 'outside.yaml'), 'x: {}\n');
    symlinkSync(join(folder, 'outside.yaml'), join(base, 'b.yaml'));
    expect(() =>
      loaded({ 'a.yaml': answering('3.1.0', '{properties: {a: {$ref: "b.yaml#/x"}}}') }, 'linked'),
    ).toThrow(/outside of the folder/);
  });
});

test('any number of anchors and merges is read', () => {
  const uses = Array.from({ length: 150 }, (_, at) => `a${at}: *text`).join(', ');
  const merges = Array.from({ length: 150 }, (_, at) => `m${at}: {<<: *text, title: t}`).join(', ');
  const body = `{type: object, properties: {first: &text {type: string}, ${uses}, ${merges}}}`;
  const contract = loaded({ 'a.yaml': answering('3.1.0', body) });
  expect(judged(contract, { a149: 5, m149: 6 })).toEqual([
    '/a149 must be string :5',
    '/m149 must be string :5',
  ]);
});

test('a name that is there twice in a JSON document is refused with its line', () => {
  const text = '{\n "openapi": "3.1.0",\n "openapi": "3.0.0"\n}';
  expect(refusal({ 'a.json': text })).toBe(
    'FOLDER/a.json:3 has this name twice in one object; mend that line.',
  );
  expect(refusal({ 'a.json': `${'['.repeat(5000)}${']'.repeat(5000)}` })).toBe(
    'FOLDER/a.json:1 is nested deeper than 200 levels; mend that line.',
  );
});

test('a large document costs no more than reading it', () => {
  const paths = Array.from({ length: 20_000 }, (_, at) => [
    `/v1/cards/${at}`,
    { post: { operationId: `issueCard${at}`, responses: { 200: { description: 'x'.repeat(200) } } } },
  ]);
  const text = JSON.stringify({
    openapi: '3.0.3',
    info: { title: 't', version: 'v' },
    paths: {
      ...Object.fromEntries(paths),
      '/token/issue': { post: { responses: { 200: { description: '' } } } },
    },
  });
  const start = performance.now();
  const contract = loaded({ 'a.json': text });
  expect(contract.outside).toHaveLength(20_000);
  expect(performance.now() - start).toBeLessThan(20_000);
});

test.describe('our operations are known by what they are', () => {
  const credentials =
    '{type: object, properties: {client_id: {type: string}, client_secret: {type: string}}}';
  const tokens = (name: string) =>
    `{type: object, properties: {data: {properties: {${name}: {type: string}}}}}`;
  const post = (id: string, takes: string, gives: string, more = '') =>
    `{post: {${more}operationId: "${id}", requestBody: {content: {application/json: {schema: ${takes}}}}, responses: {"200": {description: d, content: {application/json: {schema: ${gives}}}}}}}`;
  const found = (paths: Record<string, string>) => {
    const lines = Object.entries(paths).map(([path, item]) => `  ${path}: ${item}\n`);
    const contract = loaded({
      'a.yaml': `openapi: 3.1.0\ninfo: {title: t, version: v}\npaths:\n${lines.join('')}`,
    });
    return Object.fromEntries(contract.operations.map(({ role, path }) => [role, path]));
  };
  const card = '{type: object, properties: {cardId: {type: string}}}';
  const one = (name: string) => `{type: object, required: [${name}], properties: {${name}: {type: string}}}`;

  test('not by the beginning of a name', () => {
    expect(
      found({
        '/v1/cards': post('issueCard', card, card),
        '/v1/cards/issue': post('issueCard2', card, card),
        '/v1/rates/refresh': post('refreshRates', card, card),
        '/v1/cards/revoke': post('revokeCard', one('token'), card),
        '/login': post('x', credentials, tokens('access_token')),
        '/more': post('y', one('refresh_token'), tokens('access_token')),
        '/oauth/introspect': post('z', one('token'), card),
        '/oauth/gone': post('revokeToken', one('token'), card),
      }),
    ).toMatchObject({ issue: '/login', refresh: '/more' });
  });

  test('by the path of the shipped contract before all else', () => {
    const given = {
      '/oauth/token': post('issueToken', credentials, tokens('access_token')),
      '/v1/auth/token/issue': post('a', credentials, tokens('access_token')),
    };
    expect(found(given)).toEqual({ issue: '/v1/auth/token/issue' });
  });

  test('under other names of tokens', () => {
    for (const name of ['token', 'accessToken', 'jwt']) {
      expect(found({ '/a': post('b', credentials, tokens(name)) })).toEqual({ issue: '/a' });
    }
  });

  test('by the extension where two remain, which are both named else', () => {
    const operation = post('a', credentials, tokens('access_token'));
    const marked = post('b', credentials, tokens('access_token'), 'x-nomba-operation: issue, ');
    expect(() => found({ '/one': operation, '/two': operation })).toThrow(
      /POST \/one \(.*a\.yaml:4\) and POST \/two \(.*a\.yaml:5\) both issue a token; mark the one/,
    );
    expect(found({ '/one': operation, '/two': marked })).toEqual({ issue: '/two' });
    expect(() =>
      found({ '/one': operation.replace('{post: {', '{post: {x-nomba-operation: isue, ') }),
    ).toThrow(/has x-nomba-operation: "isue"; write issue, refresh, revoke or none/);
  });

  test('and all others are listed as outside', () => {
    const contract = Contract.load();
    expect(contract.outside).toEqual([]);
    const text = readFileSync(shippedContract, 'utf8');
    const more = text.replace(
      '\npaths:\n',
      '\npaths:\n  /v1/cards:\n    post: {operationId: issueCard, responses: {}}\n    get: {responses: {}}\n',
    );
    expect(loaded({ 'a.yaml': more }).outside).toEqual([
      { method: 'GET', path: '/v1/cards', operationId: null },
      { method: 'POST', path: '/v1/cards', operationId: 'issueCard' },
    ]);
  });
});

test('the whole of the vendor description is read, and placed as it is written', () => {
  const path = join(__dirname, '../../../shared/documents/vendor-openapi-3.0.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    test.skip(true, 'the document is not part of this repository');
    return;
  }
  const contract = Contract.load({ contract: path });
  contract.compileAll();
  expect(contract.operations.map(({ role }) => role)).toEqual(['issue', 'refresh', 'revoke']);
  expect(contract.outside).toHaveLength(64);
  const line = contract.place(pointerTo('/components/schemas', 'IssueTokenRequest')).line;
  expect(text.split('\n')[line - 1]).toContain('"IssueTokenRequest"');
});
