import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { historyBefore, nonconformingReport } from '../../fixtures/lab/reports/report-builder.ts';

const tsx = require.resolve('tsx/cli');

/** Runs the command in a process of its own: exit code and what it printed. */
function render(args: string[], environment: NodeJS.ProcessEnv = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, NOMBA_HISTORY: '', ...environment };
    execFile(
      process.execPath,
      [tsx, join(__dirname, 'render.ts'), ...args],
      { env },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

function reportFile(): string {
  const file = test.info().outputPath('conformance.json');
  writeFileSync(file, JSON.stringify(nonconformingReport()));
  return file;
}

test('writes the page beside the report and prints its path', async () => {
  const file = reportFile();
  const { code, stdout } = await render([file]);
  const page = test.info().outputPath('index.html');
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${page}\n` });
  expect(readFileSync(page, 'utf8')).toMatch(
    /^<!doctype html>\n<html lang="en">[\s\S]*Nonconforming[\s\S]*<\/html>\n$/,
  );
});

test('writes the page into another folder, which it makes, with the past runs', async () => {
  const file = reportFile();
  const history = test.info().outputPath('history.jsonl');
  const runs = historyBefore(nonconformingReport(), 5);
  writeFileSync(history, runs.map((run) => `${JSON.stringify(run)}\n`).join(''));
  const out = test.info().outputPath('some', 'where');
  const { code, stdout } = await render([file, '--out', out], { NOMBA_HISTORY: history });
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(out, 'index.html')}\n` });
  expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain('The last 6 runs on this target');
});

test('one sentence and exit code 2 for what is no report, and nothing is written', async () => {
  const folder = test.info().outputPath();
  const other = join(folder, 'other.json');
  writeFileSync(other, '{"schemaVersion":2}');
  const text = join(folder, 'text.json');
  writeFileSync(text, '<html>');
  for (const args of [[], ['a', 'b'], ['--no-such', 'a'], [join(folder, 'none.json')], [other], [text]]) {
    const { code, stdout, stderr } = await render(args);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    const [name] = args;
    if (args.length === 1) expect(stderr).toContain(name);
  }
  expect(existsSync(join(folder, 'index.html'))).toBe(false);
});
