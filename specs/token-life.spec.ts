import { contractOfRun } from '../fixtures/settings/loaded-contract.ts';
import { details, runs, test } from './playwright/test.ts';
import { tokenLife } from './scenarios/token-life.ts';

for (const scenario of tokenLife(contractOfRun())) test(scenario.title, details(scenario), runs(scenario));
