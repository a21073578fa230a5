import { expect, test } from '@playwright/test';
import { markedLines } from './json-lines.ts';

const markedText = (body: string, pointer: string | undefined) =>
  markedLines(body, pointer)
    .lines.filter(({ marked }) => marked)
    .map(({ text }) => text);

test('JSON is indented and its tokens stay as they came', () => {
  const body = '{"n":123456789012345678901234567890,"a":1.0,"a":"\\u0041","__proto__":{}}';
  expect(markedLines(body, undefined).lines.map(({ text }) => text)).toEqual([
    '{',
    '  "n": 123456789012345678901234567890,',
    '  "a": 1.0,',
    '  "a": "\\u0041",',
    '  "__proto__": {}',
    '}',
  ]);
});

const body = '{"data":{"list":[{"x":1},{"x":2}],"a/b":{"~":true}},"code":"00"}';

for (const { pointer, marked, at } of [
  { pointer: '/code', marked: ['  "code": "00"'], at: { pointer: '/code', missing: false } },
  {
    pointer: '/data/list/1/x',
    marked: ['        "x": 2'],
    at: { pointer: '/data/list/1/x', missing: false },
  },
  {
    pointer: '/data/a~1b/~0',
    marked: ['      "~": true'],
    at: { pointer: '/data/a~1b/~0', missing: false },
  },
  {
    pointer: '/data/list/0/y',
    marked: ['      {', '        "x": 1', '      },'],
    at: { pointer: '/data/list/0', missing: true },
  },
  { pointer: '/data/list/7', marked: 8, at: { pointer: '/data/list', missing: true } },
  { pointer: '/code/deeper', marked: ['  "code": "00"'], at: { pointer: '/code', missing: true } },
  { pointer: '/nothing', marked: 16, at: { pointer: '', missing: true } },
  { pointer: '', marked: 16, at: { pointer: '', missing: false } },
]) {
  test(`the pointer "${pointer}" marks ${at.missing ? 'the nearest parent' : 'its value'}`, () => {
    const lines = markedText(body, pointer);
    if (typeof marked === 'number') expect(lines).toHaveLength(marked);
    else expect(lines).toEqual(marked);
    expect(markedLines(body, pointer).at).toEqual(at);
  });
}

test('of two equal keys the last is marked, which parsers keep', () => {
  expect(markedText('{"a":1,"a":2}', '/a')).toEqual(['  "a": 2']);
});

for (const text of [
  '',
  '<html>\n</html>',
  '{"a":1',
  '["cut…',
  'null',
  '3',
  `${'['.repeat(50)}${']'.repeat(50)}`,
]) {
  test(`the body ${JSON.stringify(text.slice(0, 20))} keeps its own lines`, () => {
    expect(
      markedLines(text, undefined)
        .lines.map((line) => line.text)
        .join('\n'),
    ).toBe(text);
  });
}

test('a body that is no JSON is marked whole where the deviation is about the body', () => {
  expect(markedText('<html>\n</html>', '')).toEqual(['<html>', '</html>']);
  expect(markedText('<html>\n</html>', undefined)).toEqual([]);
});
