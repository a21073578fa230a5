import { expect, test } from '@playwright/test';
import { rightRefusals } from './refusals.ts';

/** What a document with these statuses has for a request that is not valid, and for one that proves no right. */
const rows: [documented: string, invalid: string, unauthenticated: string][] = [
  ['200 400 401', '400', '401'],
  ['200 400 401 403 422', '400 or 422', '401'],
  ['200 422 401', '422', '401'],
  ['200 400 403', '400', '403'],
  ['200 4XX', '4XX', '4XX'],
  ['200 401 4xx', '4XX', '401'],
  ['200 default', 'a 4xx, as "default"', 'a 4xx, as "default"'],
  ['200 400', '400', '400'],
  ['200 401', '401', '401'],
  ['200 404 409', '404 or 409', '404 or 409'],
  ['200', 'a refusal (4xx)', 'a refusal (4xx)'],
];

for (const [documented, invalid, unauthenticated] of rows) {
  test(`a document with ${documented} has ${invalid} and ${unauthenticated}`, () => {
    const statuses = documented.split(' ');
    const right = [rightRefusals(statuses, 'invalid'), rightRefusals(statuses, 'unauthenticated')];
    expect(right.map(({ words }) => words)).toEqual([invalid, unauthenticated]);
    for (const { first, includes } of right) expect(includes(first)).toBe(true);
    for (const { includes } of right)
      expect([200, 500, undefined].map(includes)).toEqual([false, false, false]);
  });
}

test('a class holds every refusal but those that are named for something else', () => {
  const { includes, first } = rightRefusals(['200', '404', '4XX'], 'invalid');
  expect([400, 401, 404, 409, 422].filter(includes)).toEqual([400, 401, 409, 422]);
  expect(first).toBe(400);
  expect(rightRefusals(['4XX'], 'unauthenticated').first).toBe(401);
});
