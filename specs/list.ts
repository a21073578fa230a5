/** `npm run requirements`: what would run, without running it; `--markdown` prints the page specs/README.md. */

import { contract } from '../fixtures/loaded-contract.ts';
import { allScenarios } from '../fixtures/scenario.ts';
import { loadEnvironment } from '../fixtures/settings.ts';
import { runCommand } from '../reports/command-line.ts';
import { asMarkdown, asText, listRequirements } from './listing.ts';

void runCommand(
  'npm run requirements knows one flag: --markdown, which prints the page specs/README.md.',
  { options: { markdown: { type: 'boolean' } }, files: 0 },
  async (_files, { markdown }) => {
    loadEnvironment();
    const scenarios = allScenarios();
    const rows = listRequirements(scenarios, contract());
    process.stdout.write(markdown ? asMarkdown(rows, contract()) : `${asText(rows, scenarios)}\n`);
    return 0;
  },
);
