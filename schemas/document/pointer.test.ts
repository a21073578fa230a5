import { expect, test } from '@playwright/test';
import { escapeToken, parentOf, pointerTo, referenceTo, tokensOf, valueAt } from './pointer.ts';

/** The example of RFC 6901 section 5, and what its pointers name. */
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

test('pointers name what RFC 6901 says', () => {
  const named: [string, unknown][] = [
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ];
  for (const [pointer, value] of named) {
    expect(valueAt(document, pointer)).toEqual(value);
    expect(pointerTo('', ...tokensOf(pointer))).toBe(pointer);
  }
});

test('references within a document are pointers, percent-encoded', () => {
  const named = ['/c%25d', '/e%5Ef', '/g%7Ch', '/i%5Cj', '/k%22l', '/%20', '/m~0n', '/a~1b'];
  expect(['/c%d', '/e^f', '/g|h', '/i\\j', '/k"l', '/ ', '/m~0n', '/a~1b'].map(referenceTo)).toEqual(
    named.map((pointer) => `#${pointer}`),
  );
  expect(referenceTo('')).toBe('#');
});

test('a pointer names only what is there itself', () => {
  for (const pointer of ['/toString', '/foo/length', '/foo/2', '/foo/-', '/foo/0/0', '/a/b', '/__proto__']) {
    expect(valueAt(document, pointer)).toBeUndefined();
  }
});

test('the tilde is unescaped last', () => {
  expect(tokensOf('/~01')).toEqual(['~1']);
  expect(escapeToken('~1')).toBe('~01');
});

test('the parent of a pointer is one step up, and of the whole document itself', () => {
  expect([parentOf('/a/b~1c'), parentOf('/a'), parentOf('')]).toEqual(['/a', '', '']);
});

test('what does not begin with a slash is no pointer', () => {
  expect(() => tokensOf('a/b')).toThrow('"a/b" is not a JSON pointer');
});
