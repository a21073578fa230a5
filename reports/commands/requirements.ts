/**
 * `npm run requirements`: what would run, without running it; `--markdown` prints the page specs/README.md,
 * `--corrections FILE` what the file changes in the list, and `--contract OLD --against NEW` what another edition does.
 */

import { loadEnvironment } from '../../fixtures/settings/env-file.ts';
import { contractFrom } from '../../fixtures/settings/files.ts';
import { contractOfRun } from '../../fixtures/settings/loaded-contract.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import { asDifference, asMarkdown, asText, listRequirements } from '../../specs/catalogue/listing.ts';
import { allScenarios } from '../../specs/scenarios/index.ts';
import { runCommand } from './command-line.ts';

void runCommand(
  'npm run requirements knows these flags: --markdown, which prints the page specs/README.md, --corrections FILE, which prints what the file changes, and --contract OLD --against NEW, which prints what a new edition of the document changes.',
  {
    options: {
      markdown: { type: 'boolean' },
      corrections: { type: 'string' },
      contract: { type: 'string' },
      against: { type: 'string' },
    },
    files: 0,
  },
  async (_files, { markdown, corrections, contract: named, against }) => {
    loadEnvironment();
    const env = named === undefined ? process.env : { ...process.env, NOMBA_CONTRACT: named };
    if (against !== undefined) {
      const [old, edition] = [env, { ...env, NOMBA_CONTRACT: against }].map(contractFrom) as [
        Contract,
        Contract,
      ];
      process.stdout.write(`${asDifference(old, edition, allScenarios)}\n`);
      return 0;
    }
    if (corrections !== undefined) {
      const published = contractFrom({ ...env, NOMBA_CORRECTIONS: undefined });
      const corrected = contractFrom({ ...env, NOMBA_CORRECTIONS: corrections });
      const { problems = [], warnings = [] } = corrected.corrections ?? {};
      for (const sentence of [...problems, ...warnings]) console.error(`Warning: ${sentence}`);
      process.stdout.write(`${asDifference(published, corrected, allScenarios)}\n`);
      return problems.length > 0 ? 1 : 0;
    }
    const contract = named === undefined ? contractOfRun() : contractFrom(env);
    const scenarios = allScenarios(contract);
    const rows = listRequirements(scenarios, contract);
    process.stdout.write(markdown ? asMarkdown(rows, contract) : `${asText(rows, scenarios)}\n`);
    return 0;
  },
);
