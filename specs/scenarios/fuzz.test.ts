import { expect, test } from '@playwright/test';
import { detectionLimits } from '../../fixtures/lab/detection/detect.ts';
import { runScenarios } from '../../fixtures/lab/detection/run-scenarios.ts';
import { startMock } from '../../fixtures/mock/server.ts';
import { Contract } from '../../schemas/openapi/contract.ts';
import { fuzz as fuzzScenarios } from './fuzz.ts';

/** The failed requirements of the generated scenarios against a mock, each with what it said. */
async function fuzz(fault?: string): Promise<Record<string, string>> {
  const contract = Contract.load();
  const scenarios = fuzzScenarios(contract);
  const mock = await startMock(fault === undefined ? {} : { fault });
  try {
    const target = { name: 'custom', embedded: true, ...mock };
    const records = await runScenarios(scenarios, contract, target, detectionLimits);
    expect(records.flatMap(({ defect }) => defect ?? [])).toEqual([]);
    const checks = records.flatMap((record) => record.checks);
    expect(checks.length).toBeGreaterThanOrEqual(scenarios.length);
    return Object.fromEntries(
      checks
        .filter(({ outcome }) => outcome !== 'passed')
        .map(({ requirement, reason, actual }) => [requirement, reason ?? actual ?? '']),
    );
  } finally {
    await mock.close();
  }
}

test('the mock takes generated bodies as the document says', async () => {
  expect(await fuzz()).toEqual({});
});

test('generated bodies find a parameter of another type that is answered with 500', async () => {
  const found = Object.keys(await fuzz('mistyped-500'));
  expect(found.filter((id) => id.endsWith('.generated-body'))).toEqual([
    'issue.generated-body',
    'refresh.generated-body',
    'revoke.generated-body',
  ]);
});
