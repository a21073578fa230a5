import { expect, test } from '@playwright/test';
import { recordOf } from '../../fixtures/lab/reports/record-builder.ts';
import { Contract } from '../../schemas/openapi/contract.ts';
import type { Observations } from '../../schemas/report/record.ts';
import { coverageOf, latencyOf } from './coverage.ts';

const contract = Contract.load();
const nothing: Observations = { statuses: {}, properties: {}, violations: {}, drift: [] };
const saw = (...seen: Partial<Observations>[]) =>
  coverageOf(
    seen.map((observations, at) =>
      recordOf(`scenario ${at}`, [], { observations: { ...nothing, ...observations } }),
    ),
    contract,
  );

test('every documented status is there, and counts the exchanges of every scenario', () => {
  const { statuses } = saw(
    { statuses: { 'issue 200': 2, 'refresh 200': 5 } },
    { statuses: { 'issue 200': 3 } },
  );
  expect(statuses).toHaveLength(9);
  expect(statuses).toContainEqual({ operation: 'issue', status: '200', seen: 5 });
  expect(statuses).toContainEqual({ operation: 'refresh', status: '200', seen: 5 });
  expect(statuses).toContainEqual({ operation: 'issue', status: '401', seen: 0 });
});

test('every documented property of an answer is there, each counted for its own status', () => {
  const { properties } = saw({ properties: { 'issue 200 /data/access_token': 4, 'issue 400 /code': 1 } });
  const seen = properties
    .filter((row) => row.seen > 0)
    .map(({ seen: _, ...row }) => Object.values(row).join(' '));
  expect(seen).toEqual(['issue 200 /data/access_token', 'issue 400 /code']);
  expect(properties.length).toBeGreaterThan(30);
});

test('every constraint of a request is there, and counts the requests that violated it', () => {
  const [first] = saw().constraints;
  if (!first) throw new Error('The contract constrains nothing.');
  const { constraints } = saw({ violations: { [`${first.operation} ${first.pointer}`]: 3 } });
  expect(constraints.filter(({ violated }) => violated > 0)).toEqual([{ ...first, violated: 3 }]);
});

test('what the contract does not mention is told once, with the sum of what was seen', () => {
  const drift = { kind: 'property', operation: 'issue', where: '200', what: '/data/scope' } as const;
  const other = { ...drift, where: '400' };
  const { undocumented } = saw(
    { drift: [{ ...drift, seen: 2 }] },
    {
      drift: [
        { ...drift, seen: 3 },
        { ...other, seen: 1 },
      ],
    },
  );
  expect(undocumented).toEqual([
    { ...drift, seen: 5 },
    { ...other, seen: 1 },
  ]);
});

test('of the times of an operation the middle one and the 95th of a hundred are told, and all in order', () => {
  const times = Array.from({ length: 100 }, (_, at) => 100 - at);
  const [issue, refresh] = latencyOf([
    recordOf('one', [], { latency: times.map((ms) => ({ operation: 'issue', ms })) }),
    recordOf('two', [], { latency: [{ operation: 'refresh', ms: 7.26 }] }),
  ]);
  expect(issue).toEqual({ operation: 'issue', count: 100, medianMs: 51, p95Ms: 96, points: times });
  expect(refresh).toEqual({ operation: 'refresh', count: 1, medianMs: 7.3, p95Ms: 7.3, points: [7.3] });
});
