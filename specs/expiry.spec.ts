import { contractOfRun } from '../fixtures/settings/loaded-contract.ts';
import { details, runs, test } from './playwright/test.ts';
import { expiry } from './scenarios/expiry.ts';

for (const scenario of expiry(contractOfRun())) test(scenario.title, details(scenario), runs(scenario));
