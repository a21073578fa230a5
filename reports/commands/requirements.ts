/** `npm run requirements`: what would run, without running it; `--markdown` prints the page specs/README.md. */

import { loadEnvironment } from '../../fixtures/settings/env-file.ts';
import { contractOfRun } from '../../fixtures/settings/loaded-contract.ts';
import { asMarkdown, asText, listRequirements } from '../../specs/catalogue/listing.ts';
import { allScenarios } from '../../specs/scenarios/index.ts';
import { runCommand } from './command-line.ts';

void runCommand(
  'npm run requirements knows one flag: --markdown, which prints the page specs/README.md.',
  { options: { markdown: { type: 'boolean' } }, files: 0 },
  async (_files, { markdown }) => {
    loadEnvironment();
    const contract = contractOfRun();
    const scenarios = allScenarios(contract);
    const rows = listRequirements(scenarios, contract);
    process.stdout.write(markdown ? asMarkdown(rows, contract) : `${asText(rows, scenarios)}\n`);
    return 0;
  },
);
