import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { UserError } from '../document/user-error.ts';
import { Contract, shippedContract } from './contract.ts';

const day = '2026-04-14';
const refresh = "$.paths['/v1/auth/token/refresh'].post";
const rest = 'description: why, x-owner: me, x-expires: 2026-05-01, x-side: contract';

let folder = '';
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'corrections-'));
});
test.afterAll(() => rmSync(folder, { recursive: true }));

function loaded(...actions: string[]): Contract {
  const head = ['overlay: 1.0.0', 'info: {title: t, version: "1"}', 'actions:'];
  return fromText([...head, ...actions.map((action) => `  - {${action}}`), ''].join('\n'));
}

function fromText(text: string): Contract {
  const corrections = join(folder, 'FILE');
  writeFileSync(corrections, text);
  const contract = Contract.load({ contract: shippedContract, corrections, day });
  contract.compileAll();
  return contract;
}

function sentence(load: () => Contract): string {
  try {
    load();
  } catch (error) {
    if (error instanceof UserError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  return 'none';
}

function bearing(...actions: string[]) {
  const { problems = [], warnings = [] } = loaded(...actions).corrections ?? {};
  return [...problems, ...warnings].map((text) => text.replaceAll(`${folder}/`, ''));
}

test('requests, security and statuses follow the corrections', () => {
  const contract = loaded(
    `target: "${refresh}", ${rest}, update: {security: [{bearerAuth: []}]}`,
    `target: "${refresh}.responses['400']", ${rest}, remove: true`,
    `target: "${refresh}.responses", ${rest}, update: {'422': {description: Invalid}}`,
  );
  const operation = contract.operation('refresh');
  if (!operation) throw new Error('the contract has no refresh');
  expect(operation.bearer).toBe(true);
  expect(contract.refusalOf(operation, 'invalid').words).toBe('422');
  const { applied = [], problems, warnings } = contract.corrections ?? {};
  expect([problems, warnings]).toEqual([[], []]);
  const [security, gone, added] = applied.map(({ changes: [change] }) => change);
  expect([security?.was, security?.is]).toEqual([null, '[{"bearerAuth":[]}]']);
  expect(gone?.is).toBeNull();
  expect(added).toMatchObject({ was: null, is: '{"description":"Invalid"}' });
  expect(gone?.source).toEqual({ ...Contract.load().place(gone?.pointer ?? ''), column: undefined });
  expect(contract.place(added?.pointer ?? '')).toMatchObject({ file: join(folder, 'FILE'), line: 6 });
  expect(contract.place('/info/title').file).toBe(Contract.load().document.file);
});

test('what only the overlay asks for can be corrected too', () => {
  const required = '$.components.schemas.TokenResponse.required[0]';
  const contract = loaded(`target: "${required}", ${rest}, remove: true`);
  expect(contract.corrections?.problems).toEqual([]);
  const content = contract.operation('refresh')?.responses[0]?.contents[0];
  if (!content) throw new Error('refresh has no documented response');
  // The code is asked for in a second place, which is left as it is.
  const body = { code: '00', description: 'Success', data: { access_token: 'x' } };
  expect(contract.envelopeErrors(content, body)).toEqual([]);
});

test('a malformed action is refused with its line and what to write', () => {
  const whole = `target: $.info, ${rest}, update: {title: T}`;
  const refused = (from: string, to: string) => sentence(() => loaded(whole.replace(from, to)));
  expect(sentence(() => loaded(whole))).toBe('none');
  expect(refused('x-owner: me', 'x-ower: me')).toBe(
    'FILE:4 has "x-ower", which means nothing here; write x-owner, which is the nearest name, or delete it.',
  );
  expect(refused('x-owner: me, ', '')).toBe('FILE:4 has no x-owner; write x-owner, who sees to it.');
  expect(refused('why', '" "')).toBe(
    'FILE:4 gives " " as description; write description, the reason in one sentence.',
  );
  expect(refused('contract', 'both')).toBe(
    'FILE:4 gives "both" as x-side; write x-side: contract or x-side: target, which of the two is to change.',
  );
  expect(refused('2026-05-01', '2026-02-31')).toBe(
    'FILE:4 gives "2026-02-31" as x-expires; write x-expires, the last day on which it counts, as 2026-04-14, at most 90 days ahead.',
  );
  expect(refused('2026-05-01', '2026-07-14')).toBe(
    'FILE:4 expires on 2026-07-14, more than 90 days ahead; write 2026-07-13 or an earlier day.',
  );
  expect(refused('update: {title: T}', 'remove: false')).toBe(
    'FILE:4 gives false as remove; write remove: true, or an update.',
  );
  expect(refused('$.info', 'info')).toBe(
    'The file of corrections FILE:4 cannot be applied: "info" is not a JSONPath.',
  );
  expect(sentence(() => fromText('openapi: 3.1.0\n'))).toBe(
    'FILE:1 is no OpenAPI Overlay; write overlay: 1.0.0.',
  );
});

test('an action that is expired, selects nothing or changes nothing is told, and not applied', () => {
  expect(
    bearing(
      `target: $.info, ${rest.replace('05-01', '04-13')}, update: {title: T}`,
      `target: $.gone, ${rest}, update: {title: T}`,
      `target: $.info, ${rest}, update: {title: Nomba Authentication API}`,
    ),
  ).toEqual([
    'FILE:4 corrected "$.info" until 2026-04-13; mend the contract, or decide anew and write a later date.',
    'FILE:5 has the target "$.gone", which selects nothing in the contract; correct the path, or delete the action.',
    'FILE:6 says of "$.info" what the contract says already; delete the action.',
  ]);
});

test('an action that loosens more than it names is warned of', () => {
  const revoke = "$.paths['/v1/auth/token/revoke'].post";
  expect(bearing(`target: "${revoke}.security", ${rest}, remove: true`)).toEqual([
    'FILE lets everybody ask POST /v1/auth/token/revoke, for which the contract wants proof.',
  ]);
  expect(bearing(`target: "${revoke}", ${rest}, update: {security: [{}]}`)).toEqual([
    'FILE lets everybody ask POST /v1/auth/token/revoke, for which the contract wants proof.',
  ]);
  expect(bearing(`target: $.components.schemas.ErrorResponse.properties, ${rest}, remove: true`)).toEqual([
    'FILE:4 takes properties out whole, with all that it asks for.',
  ]);
  expect(
    bearing(`target: $.components.schemas.ErrorResponse.properties.code.type, ${rest}, remove: true`),
  ).toEqual(['FILE:4 leaves the schema code without anything that it asks for.']);
});
