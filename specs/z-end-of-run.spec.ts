import { contractOfRun } from '../fixtures/settings/loaded-contract.ts';
import { details, runs, test } from './playwright/test.ts';
import { endOfRun } from './scenarios/end-of-run.ts';

// Named so that Playwright takes it last.
for (const scenario of endOfRun(contractOfRun())) test(scenario.title, details(scenario), runs(scenario));
