import { contractOfRun } from '../fixtures/settings/loaded-contract.ts';
import { details, runs, test } from './playwright/test.ts';
import { success } from './scenarios/success.ts';

for (const scenario of success(contractOfRun())) test(scenario.title, details(scenario), runs(scenario));
