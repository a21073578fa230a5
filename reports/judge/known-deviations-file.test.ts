import { writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import Ajv2020 from 'ajv/dist/2020.js';
import { conformingReport, deviationOf, withRequirement } from '../../fixtures/lab/reports/report-builder.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import schema from '../../schemas/known-deviations.schema.json';
import { Contract } from '../../schemas/openapi/contract.ts';
import { schemaOptions } from '../../schemas/report/validate.ts';
import { KnownDeviations } from './known-deviations.ts';
import { loadKnownDeviations } from './known-deviations-file.ts';

const today = '2026-03-01';
const contract = Contract.load();
const scenarios = [
  { title: 'issue refuses parameters', establishes: ['issue.enum'] },
  { title: 'tokens die', establishes: ['token.expired-unusable'] },
];

const good = `known:
- requirement: issue.enum
  scenario: issue refuses parameters
  reason: The gateway does not look.
  category: target-bug
  owner: payments-platform
  link: https://tracker.example/AUTH-118
  expires: 2026-05-30
notTestable:
- requirement: token.expired-unusable
  reason: The sandbox gives no short-lived client.
  owner: payments-platform
  expires: 2026-03-01
`;

function load(text: string): KnownDeviations {
  const path = test.info().outputPath('known.yaml');
  writeFileSync(path, text);
  return loadKnownDeviations(path, { contract, scenarios, today });
}

/** What loading complains of, without the folder of the file. */
function complaint(text: string): string {
  try {
    load(text);
  } catch (error) {
    if (error instanceof UserError) return error.message.replace(/\S*known\.yaml/g, 'known.yaml');
    throw error;
  }
  return '';
}

test('a file with entries of both kinds is read', () => {
  expect(load(good)).toBeInstanceOf(KnownDeviations);
  expect(complaint('known: []\n')).toBe('');
  expect(complaint('')).toBe('');
  expect(complaint('# nothing is accepted\n')).toBe('');
});

test('the schema is valid JSON Schema 2020-12', () => {
  expect(new Ajv2020({ ...schemaOptions, validateSchema: true }).validateSchema(schema)).toBe(true);
});

test('a suggested entry is refused until it is filled in, and accepts the failure then', () => {
  const failing = withRequirement(conformingReport(), 'issue.enum', {
    outcome: 'failed',
    deviations: [deviationOf({ scenario: 'issue refuses parameters' })],
  }).requirements;
  const facts = { records: [], scenarios, complete: true, today };
  const [entry = ''] = new KnownDeviations().apply(failing, facts).suggestedEntries;
  expect(complaint(`known:\n${entry}`)).toBe(
    'known.yaml:3 gives "" as reason; write why it is accepted for now, in one sentence.',
  );
  const filled = entry.replace('reason: ""', 'reason: Next release.').replace('owner: ""', 'owner: gateway');
  const { requirements, suggestedEntries } = load(`known:\n${filled}`).apply(failing, facts);
  expect(requirements.find(({ id }) => id === 'issue.enum')?.outcome).toBe('known');
  expect(suggestedEntries).toEqual([]);
});

const refused: Record<string, { text: string; told: string | RegExp }> = {
  'no YAML': { text: 'known: [', told: /^known\.yaml:1 is not valid YAML/ },
  'a list without its name': {
    text: '- requirement: issue.enum\n',
    told: /^known\.yaml:1 has \[.*\]; write a mapping with the list `known`/,
  },
  'an unknown list': {
    text: 'accepted: []\n',
    told: /^known\.yaml:1 has "accepted", which means nothing here; the nearest is \w+; write a mapping with the list `known`/,
  },
  'a list that is none': {
    text: 'known:\n',
    told: 'known.yaml:1 gives null as known; write a list of failures that are accepted for a while (`[]` for none).',
  },
  'an entry that is none': {
    text: 'known:\n- issue.enum\n',
    told: /^known\.yaml:2 has "issue\.enum"; write a mapping with requirement, reason, category, owner and/,
  },
  'an entry without its owner': {
    text: good.replace('  owner: payments-platform\n', ''),
    told: 'known.yaml:2 has no owner; write who sees to it.',
  },
  'an entry without its reason': {
    text: good.replace('  reason: The sandbox gives no short-lived client.\n', ''),
    told: 'known.yaml:10 has no reason; write why the target cannot give what the test needs, in one sentence.',
  },
  'a blank reason': {
    text: good.replace('The gateway does not look.', '" "'),
    told: 'known.yaml:4 gives " " as reason; write why it is accepted for now, in one sentence.',
  },
  'another category': {
    text: good.replace('target-bug', 'flaky'),
    told: 'known.yaml:5 gives "flaky" as category; write one of target-bug, sandbox-limitation, contract-error and suite-bug.',
  },
  'a link that is none': {
    text: good.replace('https://tracker.example/', ''),
    told: 'known.yaml:7 gives "AUTH-118" as link; write the address where it is tracked, as https://host/path.',
  },
  'a key that means nothing': {
    text: good.replace('  link:', '  url:'),
    told: /^known\.yaml:7 has "url", which means nothing here; the nearest is \w+; write a mapping with requirement, /,
  },
  'a day that does not exist': {
    text: good.replace('2026-05-30', '2026-02-30'),
    told: 'known.yaml:8 gives "2026-02-30" as expires; write the last day on which it counts, as 2026-03-31, at most 90 days ahead.',
  },
  'a day more than 90 days ahead': {
    text: good.replace('2026-05-30', '2026-05-31'),
    told: 'known.yaml:2 expires on 2026-05-31, more than 90 days ahead; write 2026-05-30 or an earlier day.',
  },
  'an unknown requirement': {
    text: good.replace('issue.enum', 'issue.enums'),
    told: 'known.yaml:2 names the requirement "issue.enums", which does not exist; the nearest is issue.enum, and "npm run requirements" lists them.',
  },
  'a requirement that the contract gives no occasion for': {
    text: good.replace('issue.enum', 'issue.unauthenticated'),
    told: 'known.yaml:2 names the requirement issue.unauthenticated, which this contract gives no occasion for; delete the entry.',
  },
  'an unknown scenario': {
    text: good.replace('issue refuses parameters', 'issue refuses'),
    told: 'known.yaml:2 names the scenario "issue refuses", which does not establish issue.enum; write "issue refuses parameters", or leave it out.',
  },
  'a scenario of another requirement': {
    text: good.replace('issue refuses parameters', 'tokens die'),
    told: /^known\.yaml:2 names the scenario "tokens die", which does not establish issue\.enum/,
  },
  'a scenario that there is not, for what every exchange shows': {
    text: good.replace('issue.enum', 'issue.response-schema').replace('issue refuses parameters', 'none'),
    told: 'known.yaml:2 names the scenario "none", which does not establish issue.response-schema; write a title that "npm run requirements" lists, or leave it out.',
  },
  'the same entry twice': {
    text: good.replace(
      'notTestable:',
      `${good.slice('known:\n'.length, good.indexOf('notTestable'))}notTestable:`,
    ),
    told: 'known.yaml:9 says again what known.yaml:2 says of issue.enum; keep one of the two.',
  },
  'an entry for one scenario beside one for all': {
    text: good.replace(
      'notTestable:',
      `${good.slice('known:\n'.length, good.indexOf('notTestable')).replace('  scenario: issue refuses parameters\n', '')}notTestable:`,
    ),
    told: 'known.yaml:9 says again what known.yaml:2 says of issue.enum; keep one of the two.',
  },
  'the same requirement twice among what cannot be tested': {
    text: `${good}${good.slice(good.indexOf('- requirement: token'))}`,
    told: 'known.yaml:14 says again what known.yaml:10 says of token.expired-unusable; keep one of the two.',
  },
  'a failure that cannot be tested': {
    text: good.replace('token.expired-unusable', 'issue.enum'),
    told: 'known.yaml:10 says that issue.enum cannot be tested, and known.yaml:2 that it fails; keep the one that is true.',
  },
};

for (const [what, { text, told }] of Object.entries(refused)) {
  test(`${what} is refused, with the line and what to write`, () => {
    if (typeof told === 'string') expect(complaint(text)).toBe(told);
    else expect(complaint(text)).toMatch(told);
  });
}

test('a folder in place of the file is refused', () => {
  const load = () => loadKnownDeviations(test.info().outputDir, { contract, scenarios, today });
  writeFileSync(test.info().outputPath('known.yaml'), '');
  expect(load).toThrow(/is a directory, not a file; correct NOMBA_KNOWN_DEVIATIONS or unset it\.$/);
});
