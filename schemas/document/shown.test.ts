import { expect, test } from '@playwright/test';
import { longestShown, shown, visible } from './shown.ts';

test('a small value is shown as its JSON', () => {
  const small = [null, true, -1.5, '', 'ä "x" \\ /', [], {}, [1, [2]], { a: { b: [null] }, 'c d': '' }];
  for (const value of small) expect(shown(value)).toBe(JSON.stringify(value));
  expect(shown(undefined)).toBe('absent');
  expect(shown(Number.POSITIVE_INFINITY)).toBe('Infinity');
});

test('the keys of a value are keys, whatever their names', () => {
  const text = '{"__proto__":{"toJSON":1},"toString":2,"length":3}';
  expect(shown(JSON.parse(text))).toBe(text);
});

test('a long string is cut and its length told', () => {
  expect(shown('x'.repeat(118))).toBe(`"${'x'.repeat(118)}"`);
  const cut = shown('x'.repeat(119));
  expect(cut).toHaveLength(longestShown);
  expect(cut).toMatch(/^"x+…" \(119 characters\)$/);
  expect(shown('y'.repeat(1_000_000))).toMatch(/^"y+…" \(1000000 characters\)$/);
});

test('no short beginning of a word is left where it is cut', () => {
  const word = 'k3_jF-9+a/b.c~d=Qw5ertzu0815';
  for (let lead = 80; lead < 115; lead++) {
    const [, left = ''] = /"([^"]*)…$/.exec(shown({ lead: 'x'.repeat(lead), word })) ?? [];
    expect(left === '' || left.length >= 16 || !word.startsWith(left), left).toBe(true);
  }
});

test('huge and deep values cost no more than small ones', () => {
  let deep: unknown = 'end';
  for (let level = 0; level < 100_000; level++) deep = level % 2 ? [deep] : { a: deep };
  const huge = Array.from({ length: 1_000_000 }, () => 1);
  const values = [deep, huge, [huge, huge, 'x'.repeat(1_000_000)]];
  const began = performance.now();
  for (let again = 0; again < 300; again++) values.map(shown);
  // JSON.stringify takes 10 s for the last two and overflows the stack for the first; this takes 30 ms.
  expect(performance.now() - began).toBeLessThan(3000);
  for (const value of values) expect(shown(value).length).toBeGreaterThan(longestShown - 16);
});

test('what is cut is whole characters', () => {
  for (let length = 50; length < 70; length++) {
    for (const character of ['😀', '\u0007', '"', '\u202e']) {
      for (const lead of ['', 'x']) {
        const text = shown([lead + character.repeat(length)]);
        expect(text.length).toBeLessThanOrEqual(longestShown);
        expect(text).not.toMatch(/\p{Cs}/u);
        expect(text.replace(/\\u[0-9a-f]{4}|\\["\\]/g, '')).not.toContain('\\');
      }
    }
  }
});

test('nothing invisible, and nothing that a terminal obeys, is left', () => {
  const hostile =
    '\u0000\u001b[31m\u007f\u009b\u00ad\u200b\u200f\u2028\u2029\u202e\u2066\ufeff\ud800\u{e0041}';
  for (const text of [shown(hostile), shown({ [hostile]: [hostile] }), visible(hostile)]) {
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  }
  expect(shown('a\u202eb\nc')).toBe('"a\\u202eb\\nc"');
  expect(visible('^\\d\n$')).toBe('^\\d\\u000a$');
  expect(visible('x'.repeat(500))).toBe(`${'x'.repeat(119)}…`);
});
