/** `npm run requirements`: what would run, without running it; `--markdown` prints the page specs/README.md. */

import { parseArgs } from 'node:util';
import { contract } from '../fixtures/loaded-contract.ts';
import { allScenarios } from '../fixtures/scenario.ts';
import { loadEnvironment } from '../fixtures/settings.ts';
import { UserError } from '../schemas/user-error.ts';
import { asMarkdown, asText, listRequirements } from './listing.ts';

try {
  const { markdown } = flags();
  loadEnvironment();
  const scenarios = allScenarios();
  const rows = listRequirements(scenarios, contract());
  process.stdout.write(markdown ? asMarkdown(rows, contract()) : `${asText(rows, scenarios)}\n`);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

/** Throws a UserError for a flag that there is none of. */
function flags(): { markdown: boolean } {
  try {
    return { markdown: false, ...parseArgs({ options: { markdown: { type: 'boolean' } } }).values };
  } catch {
    throw new UserError(
      'npm run requirements knows one flag: --markdown, which prints the page specs/README.md.',
    );
  }
}
