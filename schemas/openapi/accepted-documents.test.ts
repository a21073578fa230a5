import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { UserError } from '../document/user-error.ts';
import { Contract, type Operation, sha256, shippedContract } from './contract.ts';

const published = readFileSync(shippedContract, 'utf8');
let folder: string;

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'contract-'));
});
test.afterAll(() => rmSync(folder, { recursive: true }));

/** The contract of a text, compiled. */
function loaded(text: string): Contract {
  const file = join(folder, 'contract.yaml');
  writeFileSync(file, text);
  const contract = Contract.load({ contract: file });
  contract.compileAll();
  return contract;
}

/** A contract whose issue operation has these lines, each 6 columns in. */
function issuing(...lines: string[]): Contract {
  const head = 'openapi: 3.1.0\ninfo: {title: t, version: v}\npaths:\n  /issue:\n    post:\n';
  return loaded(head + lines.map((line) => `      ${line}\n`).join(''));
}

/** A contract that answers issue with a body of this schema; `#/components/schemas` has the others. */
function answering(schema: string, schemas = ''): (body: unknown) => string[] {
  const contract = loaded(`openapi: 3.1.0
info: {title: t, version: v}
components:
  schemas:
    Body: ${schema}
    ${schemas}
paths:
  /issue:
    post:
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {$ref: "#/components/schemas/Body"}}}
`);
  const content = issue(contract).responses[0]?.contents[0];
  if (!content) throw new Error('no content');
  return (body) =>
    contract
      .responseErrors(content, body)
      .map(({ instancePointer, expected }) => `${instancePointer} ${expected}`.trim());
}

function issue(contract: Contract): Operation {
  const operation = contract.operation('issue');
  if (!operation) throw new Error('no issue');
  return operation;
}

/** What every spelling of the published contract must come to. */
function summary(contract: Contract): unknown {
  const content = issue(contract).responses[0]?.contents[0];
  if (!content) throw new Error('no content');
  const [error] = contract.responseErrors(content, { data: { expires_in: 'soon' } });
  return [contract.operations, contract.title, error?.instancePointer, error?.expected];
}

test.describe('the same contract is read from', () => {
  const same = (text: string) => expect(summary(loaded(text))).toEqual(summary(Contract.load()));

  test('JSON, indented by tabs', () => {
    const json = JSON.stringify(Contract.load().document.root, undefined, '\t');
    same(json);
    expect(loaded(json).place('/paths/~1v1~1auth~1token~1issue/post').line).toBe(
      json.slice(0, json.indexOf('"post"')).split('\n').length,
    );
  });

  test('YAML with a byte order mark, its places and its digest unmoved', () => {
    same(`\uFEFF${published}`);
    const contract = loaded(`\uFEFF${published}`);
    expect(contract.place('/openapi')).toMatchObject({ line: 1, column: 1 });
    expect(contract.place('/info/title')).toMatchObject({ line: 3, column: 3 });
    expect(contract.sha256).toBe(sha256(`\uFEFF${published}`));
  });

  test('YAML with the line ends of Windows', () => {
    same(published.replaceAll('\n', '\r\n'));
    const contract = loaded(published.replaceAll('\n', '\r\n'));
    expect(contract.place('/components/schemas/ErrorResponse')).toMatchObject({ line: 233, column: 5 });
  });

  test('YAML whose statuses are numbers', () => {
    same(published.replace(/'(\d{3})':/g, '$1:'));
    const contract = loaded(published.replace(/'(\d{3})':/g, '$1:'));
    expect(contract.place('/paths/~1v1~1auth~1token~1issue/post/responses/400').line).toBe(73);
  });

  test('YAML that begins with a directive, a marker and a comment', () => {
    same(`%YAML 1.2\n# the contract\n---\n${published}`);
  });
});

test.describe('anchors, aliases and merge keys', () => {
  const text = `openapi: 3.1.0
info: {title: t, version: v}
paths:
  /issue:
    post:
      responses:
        "200": &answer
          description: ok
          content:
            application/json:
              schema: &body
                type: object
                required: [code]
        "201": *answer
        "202":
          <<: *answer
          description: later
        "203":
          description: of several
          <<: [{description: never}, *answer]
`;

  test('stand for what they repeat', () => {
    const contract = loaded(text);
    const found = issue(contract).responses.map(({ status, pointer, contents }) => [
      status,
      (contract.valueAt(pointer) as { description: string }).description,
      contents.flatMap((content) => contract.responseErrors(content, {}).map(({ expected }) => expected)),
    ]);
    const wanted = ['must have property "code"'];
    expect(found).toEqual([
      ['200', 'ok', wanted],
      ['201', 'ok', wanted],
      ['202', 'later', wanted],
      ['203', 'of several', wanted],
    ]);
  });

  test('are placed where they are written', () => {
    const contract = loaded(text);
    const responses = '/paths/~1issue/post/responses';
    const required = '/content/application~1json/schema/required';
    const lines = ['200', '201', '202', '203'].map((status) => [
      contract.place(`${responses}/${status}`).line,
      contract.place(`${responses}/${status}/description`).line,
      contract.place(`${responses}/${status}${required}`).line,
    ]);
    expect(lines).toEqual([
      [7, 8, 13],
      [14, 8, 13],
      [15, 17, 13],
      [18, 19, 13],
    ]);
  });

  test('are changed alone by an overlay', () => {
    const [file, overlay] = [join(folder, 'contract.yaml'), join(folder, 'overlay.yaml')];
    writeFileSync(file, text);
    writeFileSync(
      overlay,
      `overlay: 1.0.0
info: {title: t, version: v}
actions:
  - target: $.paths['/issue'].post.responses['201'].content['application/json'].schema
    update: {required: [token]}
`,
    );
    const contract = Contract.load({ contract: file, overlay });
    const added = issue(contract).responses.map(({ contents }) =>
      contents.flatMap((content) => contract.envelopeErrors(content, {}).map(({ expected }) => expected)),
    );
    expect(added).toEqual([[], ['must have property "token"'], [], []]);
  });
});

test.describe('what looks like trouble and is none', () => {
  test('extensions anywhere, of any name', () => {
    const judge = answering(
      '{type: object, x-order: 1, x-a.b/c: {$ref: nowhere}, required: [a], properties: {x-a: {type: string, x-a: 1}}}',
      'x-schema: {type: integer}\nx-top: {schemas: {A: 1}}',
    );
    expect(judge({ a: 1, 'x-a': 2 })).toEqual(['/x-a must be string']);
    const broken = 'x-note: {$ref: "#/nowhere"}';
    const contract = issuing(`responses: {default: {description: d, ${broken}}, ${broken}}`, broken);
    expect(issue(contract).responses.map(({ status }) => status)).toEqual(['default']);
  });

  test('examples, defaults, enums and constants that look like references', () => {
    const judge = answering(`{
      type: object, example: {$ref: "#/nowhere"}, examples: [{$ref: gone.yaml}], default: {$id: 5},
      properties: {kind: {const: {$ref: "#/nope"}}, mode: {enum: [{$ref: "#/nope"}, {type: strng}]}, example: {type: string}, "$ref": {type: string}, properties: {type: integer}}}`);
    expect(
      judge({ kind: { $ref: '#/nope' }, mode: { type: 'strng' }, example: 'x', $ref: 'x', properties: 1 }),
    ).toEqual([]);
    expect(judge({ example: 1, properties: 'x', $ref: 5 })).toEqual([
      '/example must be string',
      '/$ref must be string',
      '/properties must be integer',
    ]);
  });

  test('discriminator, xml, externalDocs, deprecated, readOnly and writeOnly', () => {
    const judge = answering(`{
      type: object, discriminator: {propertyName: kind}, xml: {name: b}, externalDocs: {url: "https://example.com"}, deprecated: true,
      required: [id, secret], properties: {id: {type: string, readOnly: true}, secret: {type: string, writeOnly: true}}}`);
    expect(judge({ id: 'x', secret: 'y' })).toEqual([]);
    // In answers what is for requests alone is not required.
    expect(judge({ id: 'x' })).toEqual([]);
    expect(judge({ secret: 'y' })).toEqual(['/id must have property "id"']);
  });

  test('a schema that holds itself, and bodies nested in it', () => {
    const judge = answering(
      '{type: object, properties: {next: {$ref: "#/components/schemas/Body"}, name: {type: string}}}',
    );
    const nest = (depth: number, end: unknown) => {
      let body = end;
      for (let level = 0; level < depth; level++) body = { next: body };
      return body;
    };
    expect(judge(nest(1000, { name: 'x' }))).toEqual([]);
    expect(judge(nest(1000, { name: 1 }))).toEqual([`${'/next'.repeat(1000)}/name must be string`]);
    expect(judge(nest(90_000, { name: 1 }))).toEqual(['must not be nested too deep to be judged']);
  });

  test('two schemas that hold each other, and a list of itself', () => {
    const judge = answering(
      '{type: array, items: {$ref: "#/components/schemas/Pair"}}',
      'Pair: {type: object, properties: {list: {$ref: "#/components/schemas/Body"}}}',
    );
    expect(judge([{ list: [{ list: [1] }] }])).toEqual(['/0/list/0/list/0 must be object']);
  });

  test('names that are hard to write in a reference', () => {
    const names = [
      'a b',
      'ä',
      '100%',
      '#',
      '?',
      'a/b',
      '~',
      '"',
      '^',
      '{x}',
      "'",
      '%2F',
      '\\',
      '$ref',
      '__proto__',
      'constructor',
      '',
    ];
    const fields = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
    const contract = loaded(
      JSON.stringify({
        openapi: '3.1.0',
        info: { title: 't', version: 'v' },
        paths: {
          '/a b/{ä}/100%/token/issue': {
            post: {
              responses: {
                200: {
                  description: '',
                  content: {
                    'application/vnd.a+json; v="1"': {
                      schema: { $ref: '#/components/schemas/Body/properties/all' },
                    },
                  },
                },
              },
            },
          },
        },
        components: {
          schemas: {
            Body: {
              properties: { all: { type: 'object', properties: fields, additionalProperties: false } },
            },
          },
        },
      }),
    );
    const [response] = issue(contract).responses;
    const [content] = response?.contents ?? [];
    if (!content) throw new Error('no content');
    const body = Object.fromEntries(names.map((name) => [name, 5]));
    const found = contract.responseErrors(content, body).map(({ instancePointer }) => instancePointer);
    const pointers = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    // ajv judges no property of the name `__proto__`.
    expect(found.sort()).toEqual(pointers.filter((pointer) => pointer !== '/__proto__').sort());
  });
});

test.describe('references', () => {
  test('are followed for path items, parameters, bodies, responses and headers', () => {
    const contract = loaded(`openapi: 3.1.0
info: {title: t, version: v}
paths:
  /issue: {$ref: "#/components/pathItems/Issue"}
components:
  pathItems:
    Issue:
      parameters: [{$ref: "#/components/parameters/Account"}]
      post:
        requestBody: {$ref: "#/components/requestBodies/Grant"}
        responses:
          "200": {$ref: "#/components/responses/Token"}
  parameters:
    Account: {name: accountId, in: header, required: true, schema: {$ref: "#/components/schemas/Id"}}
  requestBodies:
    Grant: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Grant"}}}}
  responses:
    Token: {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Grant"}}}}
  schemas:
    Id: {type: string, format: uuid}
    Grant: {type: object, required: [id], properties: {id: {$ref: "#/components/schemas/Id"}}}
`);
    const { parameters, body, responses, pointer } = issue(contract);
    expect(pointer).toBe('/components/pathItems/Issue/post');
    expect(parameters).toMatchObject([{ name: 'accountId', required: true, schema: { format: 'uuid' } }]);
    expect(body).toMatchObject({
      required: true,
      mediaType: 'application/json',
      schema: { required: ['id'] },
    });
    expect(responses).toMatchObject([
      { status: '200', pointer: '/components/pathItems/Issue/post/responses/200' },
    ]);
    if (!body || !parameters[0]) throw new Error('nothing read');
    expect(contract.requestErrors(body, {}).map(({ expected }) => expected)).toEqual([
      'must have property "id"',
    ]);
    expect(contract.parameterErrors(parameters[0], 'x').map(({ place }) => place.line)).toEqual([20]);
  });

  test('may have siblings, which hold too', () => {
    const judge = answering(
      '{$ref: "#/components/schemas/Named", required: [id], properties: {id: {type: integer}}}',
      'Named: {type: object, required: [name]}',
    );
    expect(judge({})).toEqual(['/name must have property "name"', '/id must have property "id"']);
    const contract = issuing('responses: {default: {description: d}}');
    expect(contract.resolve({ $ref: '#/info', title: 'mine' })).toEqual({ title: 'mine', version: 'v' });
  });

  test('may name anchors, and go through keywords and extensions', () => {
    const judge = answering(
      '{properties: {a: {$ref: "#id"}, b: {$ref: "#/components/schemas/Other/properties/x"}, c: {$ref: "#/x-shared/Text"}}}',
      'Other: {properties: {x: {type: boolean}}}\n    Id: {$anchor: id, type: integer}\nx-shared: {Text: {type: string, properties: {y: {$ref: "#id"}}}}',
    );
    expect(judge({ a: 'x', b: 'x', c: 1 })).toEqual([
      '/a must be integer',
      '/b must be boolean',
      '/c must be string',
    ]);
  });
});

test.describe('operations', () => {
  test('are found by the end of the path, else by the operation id', () => {
    const operation = (id: string) => `{post: {operationId: ${id}, responses: {default: {description: d}}}}`;
    const found = (paths: string) =>
      loaded(`openapi: 3.1.0\ninfo: {title: t, version: v}\npaths:\n${paths}`).operations.map(
        ({ role, path }) => [role, path],
      );
    expect(found(`  /oauth/revoke/: ${operation('a')}\n  /oauth/issue: ${operation('b')}\n`)).toEqual([
      ['issue', '/oauth/issue'],
      ['revoke', '/oauth/revoke/'],
    ]);
    expect(
      found(
        `  /a: ${operation('refreshToken')}\n  /b: ${operation('obtainToken')}\n  /c: ${operation('revoke')}\n  /d: ${operation('other')}\n`,
      ),
    ).toEqual([
      ['issue', '/b'],
      ['refresh', '/a'],
      ['revoke', '/c'],
    ]);
  });

  test('take the parameters of their path, and their own first', () => {
    const contract = loaded(`openapi: 3.1.0
info: {title: t, version: v}
paths:
  /issue:
    parameters:
      - {name: accountId, in: header, required: false, schema: {type: string}}
      - {name: trace, in: header, schema: {type: string}}
      - {name: page, in: query, schema: {type: string}}
      - {name: Authorization, in: header, required: true, schema: {type: string}}
    post:
      parameters: [{name: AccountId, in: header, required: true, schema: {type: string, format: uuid}}]
      responses: {default: {description: d}}
`);
    expect(issue(contract).parameters).toMatchObject([
      {
        name: 'AccountId',
        in: 'header',
        required: true,
        schema: { type: 'string', format: 'uuid' },
        pointer: '/paths/~1issue/post/parameters/0',
      },
      { name: 'trace', in: 'header', required: false, pointer: '/paths/~1issue/parameters/1' },
      { name: 'page', in: 'query', required: false, pointer: '/paths/~1issue/parameters/2' },
    ]);
  });

  test('have parameters judged by what their text stands for', () => {
    const judge = (schema: string, ...values: string[]): string[] => {
      const contract = issuing(
        `parameters: [{name: n, in: header, ${schema}}]`,
        'responses: {default: {description: d}}',
      );
      const [header] = issue(contract).parameters;
      if (!header) throw new Error('no header');
      return contract.parameterErrors(header, ...values).map(({ expected }) => expected);
    };
    expect(judge('schema: {type: integer, minimum: 5}', '7')).toEqual([]);
    expect(judge('schema: {type: integer, minimum: 5}', '4')).toEqual(['must be at least 5']);
    expect(judge('schema: {type: integer}', '007x')).toEqual(['must be integer']);
    expect(judge('schema: {type: boolean}', 'true')).toEqual([]);
    expect(judge('schema: {type: boolean}', 'yes')).toEqual(['must be boolean']);
    expect(judge('schema: {type: [string, integer], minLength: 2}', '7')).toEqual([
      'must have at least 2 characters',
    ]);
    expect(judge('content: {text/plain: {}}', 'anything')).toEqual([]);
  });

  test('ask for a bearer token by their own security, else by that of the document', () => {
    const bearer = (security: string, own: string) =>
      loaded(`openapi: 3.1.0
info: {title: t, version: v}
security: ${security}
components:
  securitySchemes:
    token: {type: http, scheme: Bearer}
    oauth: {$ref: "#/components/securitySchemes/realOauth"}
    realOauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: "https://example.com", scopes: {}}}}
    key: {type: apiKey, name: k, in: header}
    basic: {type: http, scheme: basic}
paths: {/issue: {post: {responses: {default: {description: d}} ${own}}}}
`).operations.map((operation) => operation.bearer);
    expect(bearer('[{token: []}]', '')).toEqual([true]);
    expect(bearer('[{token: []}]', ', security: []')).toEqual([false]);
    expect(bearer('[]', ', security: [{token: []}]')).toEqual([true]);
    expect(bearer('[{oauth: []}]', '')).toEqual([true]);
    expect(bearer('[{key: []}, {basic: []}]', '')).toEqual([false]);
    expect(bearer('[{key: [], token: []}]', '')).toEqual([true]);
    expect(bearer('[{token: []}, {}]', '')).toEqual([false]);
  });

  test('document statuses exactly, by class, and by default; extensions are none', () => {
    const contract = issuing(
      'responses:',
      '  "200": {description: a}',
      '  4XX: {description: b}',
      '  default: {description: c}',
      '  x-note: {description: d}',
    );
    const status = (code: number) => contract.response(issue(contract), code)?.status;
    expect([200, 404, 500, 201].map(status)).toEqual(['200', '4XX', 'default', 'default']);
    expect(issue(contract).responses.map((response) => response.status)).toEqual(['200', '4XX', 'default']);
  });

  test('take JSON before other media types, and judge nothing where a schema is missing', () => {
    const contract = issuing(
      'requestBody: {content: {text/plain: {}, application/vnd.a+json: {schema: {type: object}}, application/json: {}}}',
      'responses: {"200": {description: a, content: {Application/JSON: {}}}, "204": {description: b}}',
    );
    const { body, responses } = issue(contract);
    expect(body).toMatchObject({ mediaType: 'application/vnd.a+json', required: false });
    expect(responses.map(({ contents }) => contents)).toEqual([
      [{ mediaType: 'application/json', schemaPointer: undefined }],
      [],
    ]);
    const content = responses[0]?.contents[0];
    expect(content && contract.responseErrors(content, 5)).toEqual([]);
  });
});

test('servers are listed with the variables of their URLs at their defaults', () => {
  const contract = loaded(`openapi: 3.1.0
info: {title: t, version: v}
servers:
  - {url: "https://{env}.example.com/{base}", description: d, variables: {env: {default: sandbox}, base: {default: v1}}}
  - {url: "/{unknown}"}
paths: {/issue: {post: {responses: {default: {description: d}}}}}
`);
  expect(contract.servers).toEqual([
    { url: 'https://sandbox.example.com/v1', description: 'd' },
    { url: '/{unknown}', description: '' },
  ]);
});

test('the shipped contract has the shipped overlay by whatever path it is named; another has none', () => {
  const overlayOf = (options: { contract?: string; overlay?: string }) =>
    Contract.load(options).overlay?.file;
  const shipped = 'schemas/nomba-authentication.overlay.yaml';
  expect(overlayOf({})).toBe(shipped);
  expect(overlayOf({ contract: join(__dirname, '../nomba-authentication.openapi.yaml') })).toBe(shipped);
  expect(overlayOf({ overlay: 'none' })).toBeUndefined();
  const copy = join(folder, 'copy.yaml');
  writeFileSync(copy, published);
  expect(overlayOf({ contract: copy })).toBeUndefined();
  expect(
    overlayOf({ contract: copy, overlay: join(__dirname, '../nomba-authentication.overlay.yaml') }),
  ).toBe(shipped);
  expect(() => overlayOf({ overlay: join(folder, 'absent.yaml') })).toThrow(UserError);
});
