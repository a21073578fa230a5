import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parseYaml } from './parsed-yaml.ts';
import { remembered } from './yaml-cache.ts';

const folder = join(__dirname, '..', 'node_modules', '.cache', 'nomba-auth-conformance');
const text = 'a:\n  - 1\n  - {b: "é", __proto__: {c: 2}}\n';

/** Parses as if no process had before; counts how often it came to that. */
function session(file: string): { parses: number; of: (text: string) => unknown; entry: string } {
  const counted = {
    parses: 0,
    of: (given: string) =>
      remembered(file, given, () => {
        counted.parses += 1;
        return parseYaml(given, file);
      }),
    entry: join(folder, `${file}.json`),
  };
  return counted;
}

// One after the other: each tidies up what all of them leave.
test.describe.configure({ mode: 'default' });

test.afterEach(() => {
  for (const name of readdirSync(folder)) if (name.startsWith('of-a-test-')) rmSync(join(folder, name));
});

test('what was parsed once is the same when it is remembered, keys and places alike', () => {
  const files = session('of-a-test-1.yaml');
  const first = files.of(text);
  expect(files.of(text)).toEqual(first);
  expect(first).toEqual(parseYaml(text, 'x'));
  expect(files.parses).toBe(1);
});

test('another text is never taken for it', () => {
  const files = session('of-a-test-2.yaml');
  files.of(text);
  expect(files.of('a: 2')).toEqual(parseYaml('a: 2', 'x'));
  expect(files.of(text)).toEqual(parseYaml(text, 'x'));
  expect(files.parses).toBe(3);
});

for (const [what, damage] of [
  ['cut off', (entry: string) => entry.slice(0, -10)],
  ['emptied', () => ''],
  ['of another key', (entry: string) => entry.replace(/"key":"./, '"key":"x')],
] as const) {
  test(`an entry that is ${what} is made again`, () => {
    const files = session(`of-a-test-${what.replaceAll(' ', '-')}.yaml`);
    files.of(text);
    writeFileSync(files.entry, damage(readFileSync(files.entry, 'utf8')));
    expect(files.of(text)).toEqual(parseYaml(text, 'x'));
    expect(files.of(text)).toEqual(parseYaml(text, 'x'));
    expect(files.parses).toBe(2);
  });
}

test('numbers that JSON has not are parsed each time', () => {
  const files = session('of-a-test-3.yaml');
  expect(files.of('a: .inf\nb: .nan')).toMatchObject({
    root: { a: Number.POSITIVE_INFINITY, b: Number.NaN },
  });
  files.of('a: .inf\nb: .nan');
  expect(files.parses).toBe(2);
});

test('a file outside the repository leaves nothing behind', () => {
  remembered('/tmp/of-a-test-4.yaml', text, () => parseYaml(text, 'x'));
  expect(readdirSync(folder).filter((name) => name.includes('of-a-test-4'))).toEqual([]);
});
