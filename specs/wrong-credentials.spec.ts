import { contractOfRun } from '../fixtures/settings/loaded-contract.ts';
import { details, runs, test } from './playwright/test.ts';
import { wrongCredentials } from './scenarios/wrong-credentials.ts';

for (const scenario of wrongCredentials(contractOfRun()))
  test(scenario.title, details(scenario), runs(scenario));
