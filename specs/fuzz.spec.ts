import { contractOfRun } from '../fixtures/settings/loaded-contract.ts';
import { details, runs, test } from './playwright/test.ts';
import { generatedBodies } from './scenarios/index.ts';

for (const scenario of generatedBodies(contractOfRun()))
  test(scenario.title, details(scenario), runs(scenario));
