import { contractOfRun } from '../fixtures/settings/loaded-contract.ts';
import { details, runs, test } from './playwright/test.ts';
import { repetition } from './scenarios/repetition.ts';

for (const scenario of repetition(contractOfRun())) test(scenario.title, details(scenario), runs(scenario));
