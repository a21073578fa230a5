import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { FakeClock } from '../../fixtures/lab/fake-clock.ts';
import type { Note } from '../../fixtures/scenario/journal.ts';
import { Progress } from './progress.ts';

/** Progress of a run in a folder of its own, what it wrote, and what its workers note. */
function setUp(columns?: number) {
  const clock = new FakeClock();
  const folder = test.info().outputDir;
  const file = join(test.info().outputPath('.'), '0.jsonl');
  let shown = '';
  const screen = { columns, write: (text: string) => (shown += text) };
  const progress = new Progress(
    folder,
    screen,
    () => 400,
    () => clock.now(),
  );
  return {
    clock,
    progress,
    note: (note: Note) => appendFileSync(file, `${JSON.stringify(note)}\n`),
    tear: (text: string) => appendFileSync(file, text),
    /** What was shown since this was last asked, with the times of day as they stand there taken out. */
    shown: () => {
      const text = shown.replace(/\b\d\d:\d\d:\d\d\b/g, 'T');
      shown = '';
      return text;
    },
  };
}

const at = (requests: number): Note => ({
  scenario: 'one',
  requests,
  tokens: { issued: 2, revoked: 1, left: 1, refreshLeft: 2 },
});

test('a log has a line every ten seconds, and one for each wait, outage and return', () => {
  const { clock, progress, note, shown } = setUp();
  note(at(5));
  progress.look();
  expect(shown()).toBe('');
  clock.pass(10_000);
  note(at(25));
  progress.look();
  expect(shown()).toBe('T 25 of some 400 requests, 2.0 a second: one\n');
  note({ wait: { why: 'the target throttles the run', until: clock.now() + 12_000 } });
  note({ event: 'the target is away: it refuses connections' });
  progress.look();
  expect(shown()).toBe(
    'T waiting 12 s, until T: the target throttles the run\nT the target is away: it refuses connections\n',
  );
  note(at(26));
  note({ wait: { why: 'the target throttles the run', until: clock.now() + 12_000 } });
  progress.look();
  expect(shown(), 'the same wait').toBe('');
  note({ wait: { why: 'a breath', until: clock.now() + 300 } });
  progress.look();
  expect(shown()).toBe('');
});

test('a terminal has one living line, as wide as it is, which is gone at the end', () => {
  const { clock, progress, note, shown } = setUp(60);
  note(at(5));
  progress.look();
  clock.pass(2000);
  note({ wait: { why: 'tokens are to grow old', until: clock.now() + 3000 } });
  progress.look();
  const text = shown();
  expect(text).toContain('\r\u001b[2K5 of some 400 requests: one');
  expect(text).not.toContain('\n');
  for (const line of text.split('\r\u001b[2K')) expect(line.length).toBeLessThan(60);
  progress.end();
  expect(shown()).toBe('\r\u001b[2K');
});

test('silence is counted from the end of a wait that was announced, and a torn note waits for its rest', () => {
  const { clock, progress, note, tear } = setUp();
  note({ wait: { why: 'tokens are to grow old', until: clock.now() + 60_000 } });
  progress.look();
  clock.pass(50_000);
  expect(progress.silentFor).toBeLessThan(0);
  clock.pass(50_000);
  expect(progress.silentFor).toBe(40_000);
  const line = JSON.stringify(at(7));
  tear(line.slice(0, 10));
  expect(progress.lastOf('one')).toBeUndefined();
  tear(`${line.slice(10)}\n`);
  expect(progress.lastOf('one')?.requests).toBe(7);
  expect(progress.silentFor).toBe(0);
});
