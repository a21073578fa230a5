/**
 * `npm run requirements`: what would run, without running it; `--markdown` prints the page specs/README.md, and
 * `--corrections FILE` what the file changes in the list.
 */

import { loadEnvironment } from '../../fixtures/settings/env-file.ts';
import { contractFrom } from '../../fixtures/settings/files.ts';
import { contractOfRun } from '../../fixtures/settings/loaded-contract.ts';
import { asDifference, asMarkdown, asText, listRequirements } from '../../specs/catalogue/listing.ts';
import { allScenarios } from '../../specs/scenarios/index.ts';
import { runCommand } from './command-line.ts';

void runCommand(
  'npm run requirements knows two flags: --markdown, which prints the page specs/README.md, and --corrections FILE, which prints what the file changes.',
  { options: { markdown: { type: 'boolean' }, corrections: { type: 'string' } }, files: 0 },
  async (_files, { markdown, corrections }) => {
    loadEnvironment();
    if (corrections !== undefined) {
      const published = contractFrom({ ...process.env, NOMBA_CORRECTIONS: undefined });
      const corrected = contractFrom({ ...process.env, NOMBA_CORRECTIONS: corrections });
      const { problems = [], warnings = [] } = corrected.corrections ?? {};
      for (const sentence of [...problems, ...warnings]) console.error(`Warning: ${sentence}`);
      process.stdout.write(`${asDifference(published, corrected, allScenarios)}\n`);
      return problems.length > 0 ? 1 : 0;
    }
    const contract = contractOfRun();
    const scenarios = allScenarios(contract);
    const rows = listRequirements(scenarios, contract);
    process.stdout.write(markdown ? asMarkdown(rows, contract) : `${asText(rows, scenarios)}\n`);
    return 0;
  },
);
