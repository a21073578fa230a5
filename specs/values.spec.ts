import { contractOfRun } from '../fixtures/settings/loaded-contract.ts';
import { details, runs, test } from './playwright/test.ts';
import { values } from './scenarios/values.ts';

for (const scenario of values(contractOfRun())) test(scenario.title, details(scenario), runs(scenario));
