import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { list, object } from '../document/json.ts';
import { pointerTo } from '../document/pointer.ts';
import { YamlDocument } from '../document/yaml-document.ts';
import { Contract, sha256, shippedContract, shippedOverlay } from './contract.ts';

const text = readFileSync(shippedContract, 'utf8');
const lines = text.split('\n');

test.describe('the shipped contract', () => {
  test('holds the given text word for word', () => {
    const collapsed = (yaml: string) => yaml.trim().replace(/\s+/g, ' ');
    // SHA-256 of the given text, collapsed likewise: a clone on its own does not have that file.
    expect(sha256(collapsed(text))).toBe('6bfa6e14588adb8c746666d580481f013c1aadd9dca79f88d6022fdddcb67b6a');
    const given = join(__dirname, '../../../shared/contract/nomba-authentication.openapi.txt');
    if (existsSync(given)) expect(collapsed(text)).toBe(collapsed(readFileSync(given, 'utf8')));
  });

  test('holds no comment and no tab, and its lines end in no blanks', () => {
    expect(lines.filter((line) => /(^|\s)#/.test(line))).toEqual([]);
    expect(lines.filter((line) => /\t|\s$/.test(line))).toEqual([]);
  });

  test('is valid under the official schema of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(shippedContract);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  test('is enumerated as it is written: operations, statuses, media types, security', () => {
    const { operations, title, version, servers, sha256: digest } = Contract.load();
    const schema = (name: string) => ({ 'application/json': `#/components/schemas/${name}` });
    const statuses = (success: string) => ({
      200: schema(success),
      400: schema('ErrorResponse'),
      401: schema('ErrorResponse'),
    });
    const contract = Contract.load();
    const found = operations.map((operation) => ({
      role: operation.role,
      id: operation.id,
      request: `${operation.method} ${operation.path}`,
      bearer: operation.bearer,
      parameters: operation.parameters,
      takes: operation.body && [
        operation.body.mediaType,
        operation.body.required,
        operation.body.schema.required,
      ],
      responses: Object.fromEntries(
        operation.responses.map(({ status, contents }) => [
          status,
          Object.fromEntries(
            contents.map(({ mediaType, schemaPointer }) => [
              mediaType,
              object(contract.valueAt(schemaPointer ?? ''))?.$ref,
            ]),
          ),
        ]),
      ),
    }));
    expect(found).toEqual([
      {
        role: 'issue',
        id: 'obtainAccessToken',
        request: 'POST /v1/auth/token/issue',
        bearer: false,
        parameters: [],
        takes: ['application/json', true, ['grant_type', 'client_id', 'client_secret']],
        responses: statuses('TokenResponse'),
      },
      {
        role: 'refresh',
        id: 'refreshAccessToken',
        request: 'POST /v1/auth/token/refresh',
        bearer: false,
        parameters: [],
        takes: ['application/json', true, ['grant_type', 'refresh_token']],
        responses: statuses('TokenResponse'),
      },
      {
        role: 'revoke',
        id: 'revokeAccessToken',
        request: 'POST /v1/auth/token/revoke',
        bearer: true,
        parameters: [],
        takes: ['application/json', true, ['token']],
        responses: statuses('SuccessResponse'),
      },
    ]);
    expect({ title, version, digest, servers }).toEqual({
      title: 'Nomba Authentication API',
      version: '1.0.0',
      digest: sha256(text),
      servers: [
        { url: 'https://api.nomba.com', description: 'Production Server' },
        { url: 'https://sandbox.nomba.com', description: 'Sandbox Server' },
      ],
    });
  });

  test('places every pointer on the line that an independent reading finds for it', () => {
    const contract = Contract.load();
    const read = placesByIndentation();
    expect(pointersOf(contract.document.root, '').sort()).toEqual([...read.keys()].sort());
    const placed = [...read.keys()].map((pointer) => {
      const { line, column, file } = contract.place(pointer);
      return [pointer, `${file}:${line}:${column}`];
    });
    const file = 'schemas/nomba-authentication.openapi.yaml';
    expect(placed).toEqual([...read].map(([pointer, at]) => [pointer, `${file}:${at}`]));
  });

  test('places what is not there at its nearest ancestor', () => {
    const contract = Contract.load();
    const there = '/components/schemas/TokenResponse';
    const { line, column } = contract.place(there);
    expect(contract.place(`${there}/minProperties`)).toMatchObject({ line, column });
    expect(contract.place(`${there}/properties/data/nowhere/at/all`)).toMatchObject(
      at(contract.place(`${there}/properties/data`)),
    );
    expect(contract.place('/tags/7/name')).toMatchObject(at(contract.place('/tags')));
    expect(contract.nearest(`${there}/minProperties`)).toBe(there);
    expect(contract.nearest('/nowhere')).toBe('');
  });

  test('compiles, with its overlay', () => {
    Contract.load().compileAll();
  });
});

test.describe('the shipped overlay', () => {
  const overlay = YamlDocument.load(shippedOverlay, 'overlay', 'restore it');
  const actions = list(object(overlay.root)?.actions).map((action) => object(action) ?? {});

  test('quotes for each action the sentences that justify it, and no other', () => {
    const contract = Contract.load();
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) {
      const because = list(action['x-because']).map((pointer) => contract.valueAt(String(pointer)));
      const quoted = [...String(action.description).matchAll(/"([^"]+)"/g)].map(([, sentence]) => sentence);
      expect(quoted.length).toBeGreaterThan(0);
      // A sentence that is left optional is quoted too; it must be the contract's all the same.
      for (const sentence of because) expect(quoted).toContain(sentence);
      for (const sentence of quoted) expect(text.replace(/\s+/g, ' ')).toContain(sentence);
    }
  });

  test('makes {} a breach where the contract alone has nothing to say', () => {
    const contract = Contract.load();
    for (const { responses } of contract.operations) {
      for (const content of responses.flatMap(({ contents }) => contents)) {
        expect(contract.responseErrors(content, {})).toEqual([]);
        expect(contract.envelopeErrors(content, {}).map(({ place }) => place.file)).toContain(overlay.file);
      }
    }
  });

  test('has its errors placed on its own lines', () => {
    const contract = Contract.load();
    const overlayLines = overlay.text.split('\n');
    const content = contract.operation('issue')?.responses[0]?.contents[0];
    if (!content) throw new Error('issue has no documented response');
    const errors = contract.envelopeErrors(content, {
      code: '00',
      description: '',
      data: { access_token: '' },
    });
    expect(
      errors.map(({ instancePointer, expected, actual }) => [instancePointer, expected, actual]),
    ).toEqual([
      ['/data/access_token', 'must have at least 1 character', '""'],
      ['/data/refresh_token', 'must have property "refresh_token"', 'absent'],
    ]);
    const held = errors.map(({ place }) => overlayLines[place.line - 1]?.trim());
    expect(held).toEqual(['minLength: 1', 'required: [refresh_token]']);
  });
});

function at({ line, column }: { line: number; column: number }): { line: number; column: number } {
  return { line, column };
}

function pointersOf(value: unknown, pointer: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const below = pointerTo(pointer, key);
    return [below, ...pointersOf(child, below)];
  });
}

/**
 * Pointer → `line:column` of every key and item, read from the indentation alone: the contract has only block
 * mappings, block lists and folded texts, so no YAML library is needed (nor trusted).
 */
function placesByIndentation(): Map<string, string> {
  const found = new Map<string, string>();
  const open: { indent: number; pointer: string; items: number }[] = [{ indent: -1, pointer: '', items: 0 }];
  let foldedBelow = Number.POSITIVE_INFINITY;
  lines.forEach((line, index) => {
    let rest = line;
    let indent = line.search(/\S/);
    if (indent < 0 || indent > foldedBelow) return;
    foldedBelow = Number.POSITIVE_INFINITY;
    const enter = (key: string | undefined): void => {
      // A list may stand at the indentation of its key; an item is then closed by the next item, not by the key.
      while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
      const parent = open.at(-1);
      if (!parent) throw new Error(`line ${index + 1} is outside of everything`);
      const pointer = pointerTo(parent.pointer, key ?? parent.items++);
      found.set(pointer, `${index + 1}:${indent + 1 + (key === undefined ? 2 : 0)}`);
      open.push({ indent, pointer, items: 0 });
    };
    while (rest.trimStart().startsWith('- ')) {
      enter(undefined);
      rest = `${' '.repeat(indent + 2)}${rest.slice(indent + 2)}`;
      indent += 2;
    }
    const [, key] =
      /^\s*(?:'([^']*)'|([^':#][^':]*)):(?: |$)/.exec(rest)?.filter((group) => group !== undefined) ?? [];
    if (key === undefined) return;
    enter(key);
    if (/: >-$/.test(rest)) foldedBelow = indent;
  });
  return found;
}
