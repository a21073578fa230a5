import { contractOfRun } from '../fixtures/settings/loaded-contract.ts';
import { details, runs, test } from './playwright/test.ts';
import { invalidRequests } from './scenarios/invalid-requests.ts';

for (const scenario of invalidRequests(contractOfRun()))
  test(scenario.title, details(scenario), runs(scenario));
