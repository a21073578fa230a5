import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { UserError } from '../document/user-error.ts';
import { YamlDocument } from '../document/yaml-document.ts';
import { Contract, shippedContract } from './contract.ts';
import { applyOverlay } from './overlay.ts';

let folder: string;
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'overlay-'));
});
test.afterAll(() => rmSync(folder, { recursive: true }));

/** A file with an overlay of these actions (YAML, each a line), which begin on line 3. */
function overlayFile(...actions: string[]): string {
  const file = join(folder, 'overlay.yaml');
  writeFileSync(file, `overlay: 1.0.0\nactions:\n${actions.map((action) => `  - ${action}\n`).join('')}`);
  return file;
}

function applied(root: Record<string, unknown>, ...actions: string[]): ReturnType<typeof applyOverlay> {
  return applyOverlay(root, YamlDocument.load(overlayFile(...actions), 'overlay', ''));
}

test('objects merge, lists grow, anything else is replaced', () => {
  const root = { a: { b: { c: 1, list: ['x'] }, kept: true }, list: [1] };
  const { root: after } = applied(
    root,
    '{target: $.a, update: {b: {c: 2, d: 3, list: [x, y]}, list: [new]}}',
  );
  expect(after).toEqual({ a: { b: { c: 2, d: 3, list: ['x', 'y'] }, kept: true, list: ['new'] }, list: [1] });
  expect(root).toEqual({ a: { b: { c: 1, list: ['x'] }, kept: true }, list: [1] });
});

test('every selected object is changed, a selected list gets an item, later actions see earlier ones', () => {
  const { root } = applied(
    { items: [{ n: 1 }, { n: 2 }] },
    '{target: "$.items[*]", update: {seen: true}}',
    '{target: $.items, update: {n: 3}}',
    '{target: "$.items[?@.n == 3]", update: {last: true}}',
  );
  expect(root).toEqual({
    items: [
      { n: 1, seen: true },
      { n: 2, seen: true },
      { n: 3, last: true },
    ],
  });
});

test('what is removed is what was selected, in whatever order', () => {
  const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
  expect(applied({ items }, '{target: "$.items[10,0,2]", remove: true}').root).toEqual({
    items: ['b', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'l'],
  });
  expect(applied({ items }, '{target: "$.items[*]", remove: true}').root).toEqual({ items: [] });
  expect(applied({ a: { b: 1, c: 2 } }, '{target: $.a.b, remove: true}').root).toEqual({ a: { c: 2 } });
});

test('what the overlay wrote is known by its place there', () => {
  const { written } = applied(
    { a: { list: ['x'] } },
    '{target: $.a, update: {list: [x, y, z], new: {deep: 1}}}',
  );
  expect(Object.fromEntries(written)).toEqual({
    '/a/list': '/actions/0/update/list',
    '/a/list/1': '/actions/0/update/list/1',
    '/a/list/2': '/actions/0/update/list/2',
    '/a/new': '/actions/0/update/new',
    '/a/new/deep': '/actions/0/update/new/deep',
  });
});

test('a key __proto__ is a key', () => {
  const { root } = applied({ a: {} }, '{target: $.a, update: {__proto__: {polluted: true}}}');
  expect(JSON.stringify(root)).toBe('{"a":{"__proto__":{"polluted":true}}}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test.describe('what cannot be applied is refused with its line', () => {
  const refusal = (file: string): string => {
    try {
      Contract.load({ contract: shippedContract, overlay: file }).compileAll();
    } catch (error) {
      if (error instanceof UserError) return error.message.replaceAll(file, 'FILE');
      throw error;
    }
    return 'none';
  };
  const cannot = (line: number, why: string) => `The overlay FILE:${line} cannot be applied: ${why}.`;

  test('no overlay, no actions, an action of nothing', () => {
    const file = join(folder, 'other.yaml');
    writeFileSync(file, 'openapi: 3.1.0\n');
    expect(refusal(file)).toBe(cannot(1, 'it has no "overlay: 1.0.0", so it is not an OpenAPI Overlay'));
    writeFileSync(file, 'overlay: 2.0.0\n');
    expect(refusal(file)).toBe(cannot(1, 'it has no "overlay: 1.0.0", so it is not an OpenAPI Overlay'));
    writeFileSync(file, 'overlay: 1.0.0\nactions: []\n');
    expect(refusal(file)).toBe(cannot(2, 'it has no actions'));
    expect(refusal(overlayFile('{target: $.info}'))).toBe(cannot(3, 'an action needs "target" and "update"'));
    expect(refusal(overlayFile('{target: $.info, update: {}}', 'text'))).toBe(
      cannot(4, 'an action needs "target" and "update"'),
    );
  });

  test('a target that is no path, selects nothing, a text, or everything', () => {
    expect(refusal(overlayFile('{target: info, update: {}}'))).toBe(cannot(3, '"info" is not a JSONPath'));
    expect(refusal(overlayFile('{target: $.gone, update: {}}'))).toBe(
      cannot(3, '"$.gone" selects nothing in the contract'),
    );
    expect(refusal(overlayFile('{target: $.openapi, update: {}}'))).toBe(
      cannot(3, '"$.openapi" is neither an object nor a list'),
    );
    expect(refusal(overlayFile('{target: $, remove: true}'))).toBe(
      cannot(3, '"$" selects the whole contract, which cannot be removed'),
    );
  });

  test('a schema or a reference that it makes unsound', () => {
    const token = '$.components.schemas.TokenResponse';
    expect(refusal(overlayFile(`{target: ${token}, update: {minLenght: 1}}`))).toBe(
      'FILE:3 has a schema that cannot be used: unknown keyword "minLenght"; mend the schema.',
    );
    expect(refusal(overlayFile(`{target: ${token}, update: {required: code}}`))).toBe(
      'FILE:3 has a schema that cannot be used: "required" must be array, and is "code"; mend the schema.',
    );
    expect(refusal(overlayFile(`{target: ${token}, update: {allOf: [{$ref: '#/gone'}]}}`))).toBe(
      'FILE:3 refers to "#/gone", which is not in the document.',
    );
    expect(refusal(overlayFile(`{target: ${token}, update: {allOf: [{required: [a]}]}}`))).toBe('none');
  });
});

test('errors are placed in the overlay for what it replaces or adds, in the contract for the rest', () => {
  const file = overlayFile(
    '{target: $.components.schemas.TokenResponse.properties.code, update: {type: integer}}',
    '{target: $.components.schemas.TokenResponse, update: {required: [data]}}',
  );
  const contract = Contract.load({ contract: shippedContract, overlay: file });
  const content = contract.operation('issue')?.responses[0]?.contents[0];
  if (!content) throw new Error('issue has no documented response');
  const places = (body: unknown) =>
    contract.envelopeErrors(content, body).map(({ expected, place }) => [expected, place.file, place.line]);
  expect(places({ code: '00' })).toEqual([
    ['must have property "data"', file, 4],
    ['must be integer', file, 3],
  ]);
  expect(contract.place('/components/schemas/TokenResponse/properties/code/type').file).toBe(
    'schemas/nomba-authentication.openapi.yaml',
  );
});

test('an overlay that does not exist is an error that says which variable names it', () => {
  expect(() => Contract.load({ overlay: '/nowhere/overlay.yaml' })).toThrow(
    /^The overlay \/nowhere\/overlay\.yaml does not exist; set NOMBA_OVERLAY/,
  );
});
