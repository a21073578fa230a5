import { expect, test } from '@playwright/test';
import { deviationOf, exchangeWith } from '../../fixtures/lab/reports/report-builder.ts';
import { differingPart } from './differing-part.ts';

const part = (expected: string, actual: string, headers: [string, string][] = []) => {
  const {
    status,
    headers: marked,
    absentHeaders,
  } = differingPart(deviationOf({ expected, actual, exchange: exchangeWith({}, { headers }) }));
  return { status, marked: [...marked], absent: absentHeaders };
};

test('a deviation about a place in the body marks that place and nothing else', () => {
  const { pointer, status, headers } = differingPart(
    deviationOf({ instancePointer: '/code', expected: '"00" in a success', actual: '"01" with 200' }),
  );
  expect({ pointer, status, headers: [...headers] }).toEqual({
    pointer: '/code',
    status: false,
    headers: [],
  });
});

test('a deviation about a header marks the header that came', () => {
  expect(part('no Set-Cookie', 'Set-Cookie: sid', [['set-cookie', 'sid=1']])).toEqual({
    status: false,
    marked: ['set-cookie'],
    absent: [],
  });
});

test('a header that was expected and did not come is named once', () => {
  expect(part('Cache-Control: no-store, as Cache-Control says', 'no Cache-Control')).toEqual({
    status: false,
    marked: [],
    absent: ['Cache-Control'],
  });
});

test('any other deviation marks the status, hyphenated prose included', () => {
  expect(part('401 for Client-Credentials', '200 OK')).toEqual({
    status: true,
    marked: [],
    absent: [],
  });
});
