import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { detectionLimits } from '../../fixtures/lab/detection/detect.ts';
import { runScenarios } from '../../fixtures/lab/detection/run-scenarios.ts';
import { startMock } from '../../fixtures/mock/server.ts';
import { Contract } from '../../schemas/openapi/contract.ts';
import { compileSchema } from '../../schemas/report/validate.ts';
import requirementsSchema from '../../schemas/requirements.schema.json';
import { allScenarios, specFiles } from '../scenarios/index.ts';
import { catalogue, catalogueRows, everyExchange, isOccasional, textIn } from './catalogue.ts';
import { asMarkdown, listRequirements } from './listing.ts';

const contract = Contract.load();

test('the catalogue is valid under its schema', () => {
  expect(compileSchema(requirementsSchema)(catalogueRows())).toBeUndefined();
});

test('a row of several operations says what differs under their names, and the rest once', () => {
  const of = (id: string) => catalogue().find((row) => row.id === id);
  expect(of('revoke.enum')).toMatchObject({
    title: of('issue.enum')?.title,
    text: 'Invalid request parameters',
    source: { pointer: '/paths/~1v1~1auth~1token~1revoke/post/responses/400/description' },
    occasion: 'tried under a document with an enum',
  });
  expect(of('issue.enum')).not.toHaveProperty('occasion');
});

test('one name has one row', () => {
  const names = catalogueRows().map((row) =>
    'name' in row ? row.name : row.id.replace(/^(issue|refresh|revoke)\./, ''),
  );
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test('ids are unique', () => {
  const ids = catalogue().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('catalogue and spec files match exactly: each row names the file that establishes it', () => {
  const established = new Map<string, string[]>();
  for (const [file, scenarios] of Object.entries(specFiles)) {
    for (const { establishes } of scenarios(contract)) {
      for (const id of establishes) established.set(id, [...(established.get(id) ?? []), file]);
    }
  }
  const rows = catalogue().filter(({ scenario, id }) => scenario !== everyExchange && !isOccasional(id));
  const named = rows.flatMap(({ id, scenario }): [string, string][] => (scenario ? [[id, scenario]] : []));
  const found = [...established].map(([id, files]): [string, string] => [id, [...new Set(files)].join(', ')]);
  expect(new Map(found.sort())).toEqual(new Map(named.sort()));
});

test('each scenario sends as many requests to a sound target as it says', async () => {
  const mock = await startMock();
  const target = { name: 'custom', embedded: true, ...mock };
  const records = await runScenarios(allScenarios(contract), contract, target, detectionLimits);
  await mock.close();
  const sent = records.map(({ scenario, requests }) => `${scenario}: ${requests}`);
  expect(sent).toEqual(allScenarios(contract).map(({ title, requests }) => `${title}: ${requests()}`));
  expect(records.reduce((all, { requests }) => all + requests, 0)).toBeLessThan(550);
});

test('every quoted sentence of the contract stands at the place the row points at', () => {
  for (const { id, source, text } of catalogue()) {
    if ('rfc' in source) continue;
    expect(contract.valueAt(source.pointer), `${id}: ${source.pointer} is in the contract`).toBeDefined();
    expect(textIn({ source, text }, contract), id).toContain(text);
  }
});

test('the page of requirements is in step with the catalogue', () => {
  const page = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
  expect(page).toBe(asMarkdown(listRequirements(allScenarios(contract), contract), contract));
});
