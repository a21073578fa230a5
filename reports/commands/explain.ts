/** `npm run explain -- ID`: what a requirement asks for, why, and how the suite shows it. */

import { faults } from '../../fixtures/mock/faults/index.ts';
import { loadEnvironment } from '../../fixtures/settings/env-file.ts';
import { contractOfRun } from '../../fixtures/settings/loaded-contract.ts';
import { nearestTo } from '../../schemas/document/nearest.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import { catalogue, type Requirement, sourceOf, textIn } from '../../specs/catalogue/catalogue.ts';
import { listRequirements } from '../../specs/catalogue/listing.ts';
import { allScenarios } from '../../specs/scenarios/index.ts';
import { describeSource } from '../judge/findings.ts';
import { clause } from '../judge/sentence.ts';
import { runCommand } from './command-line.ts';

/** More faults than this are not read: some requirements are broken by a hundred. */
const mostFaults = 12;

/** A requirement as a person reads it, line by line. */
function explained(row: Requirement, contract: Contract): string {
  const scenarios = allScenarios(contract);
  const listed = listRequirements(scenarios, contract).find(({ requirement }) => requirement.id === row.id);
  const source = sourceOf(row, contract);
  const by = scenarios.filter(({ establishes }) => establishes.includes(row.id)).map(({ title }) => title);
  const breaking = faults.filter(({ breaks }) => breaks.includes(row.id));
  const level =
    row.level === 'must' ? 'must: a breach turns the verdict' : 'should: reported, turns no verdict';
  return [
    `${row.id}  (${level})`,
    '',
    `A conforming target: ${row.title}.`,
    `Because: “${textIn(row, contract)}”`,
    `         ${describeSource(source)}${'url' in source ? `, ${source.url}` : ''}`,
    ...(row.broken === undefined ? [] : [`Broken, it reads: ${clause('the target', row.broken)}.`]),
    '',
    listed?.notApplicable === undefined
      ? `Shown by: ${by.length > 0 ? by.join('; ') : 'every exchange of a run'}`
      : `Not shown here: ${listed.notApplicable}`,
    ...(listed?.scenario?.needs?.[row.id] === undefined ? [] : [`Needs: ${listed.scenario.needs[row.id]}`]),
    '',
    breaking.length > 0
      ? 'The mock breaks it with npm run mock -- --fault NAME:'
      : 'No fault of the mock breaks it.',
    ...breaking.slice(0, mostFaults).map(({ name, defect }) => `  ${name}: ${defect}`),
    ...(breaking.length > mostFaults
      ? [`  and ${breaking.length - mostFaults} more, which npm run mock -- --list has.`]
      : []),
  ].join('\n');
}

void runCommand(
  'Usage: npm run explain -- ID, where ID is one that "npm run requirements" lists.',
  { options: {}, files: 1 },
  async ([id = '']) => {
    loadEnvironment();
    const contract = contractOfRun();
    const row = catalogue().find((one) => one.id === id);
    if (!row) {
      const nearest = nearestTo(
        id,
        catalogue().map((one) => one.id),
      );
      throw new UserError(
        `There is no requirement "${id}"; the nearest is ${nearest}, and "npm run requirements" lists them.`,
      );
    }
    console.log(explained(row, contract));
    return 0;
  },
);
