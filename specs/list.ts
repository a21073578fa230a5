/** `npm run requirements`: what would run, without running it; `--markdown` prints the page specs/README.md. */

import { contract } from '../fixtures/loaded-contract.ts';
import { allScenarios } from '../fixtures/scenario.ts';
import { loadEnvironment } from '../fixtures/settings.ts';
import { UserError } from '../schemas/user-error.ts';
import { asMarkdown, asText, listRequirements } from './listing.ts';

loadEnvironment();
try {
  const scenarios = allScenarios();
  const rows = listRequirements(scenarios, contract());
  const markdown = process.argv.includes('--markdown');
  process.stdout.write(markdown ? asMarkdown(rows, contract()) : `${asText(rows, scenarios)}\n`);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
