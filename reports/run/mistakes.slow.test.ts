import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { commands, frontDoor, runSuite } from '../../fixtures/lab/front-door.ts';

test.describe.configure({ mode: 'parallel' });

const small = ['--grep', 'issue answers a valid request'];

let directory = '';
test.beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nomba-mistakes-'));
});
test.afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs the suite from a shell, below limits that the shell sets. */
function fromShell(limits: string, reports = join(directory, 'reports')) {
  const shell = `const { status } = require('child_process').spawnSync('bash', ['-c', ${JSON.stringify(`${limits}; exec "$0" reports/run/main.js --gate`)}, process.execPath], { stdio: 'inherit' }); process.exit(status)`;
  return frontDoor(['-e', shell], { NOMBA_REPORTS_DIR: reports, NOMBA_TARGET: 'mock' });
}

for (const [what, limits, why] of [
  ['open files', 'ulimit -n 24', /this machine lets a process open only \d+ files more/],
  ['memory', 'export NODE_OPTIONS=--max-old-space-size=12', /ended for want of memory/],
] as const) {
  test(`too few ${what} are no verdict, told in one sentence, and the last verdict is gone`, async () => {
    const reports = join(directory, 'reports');
    mkdirSync(reports);
    writeFileSync(join(reports, 'conformance.json'), '{"verdict":"conforming","exitCode":0}');
    writeFileSync(join(reports, 'of-the-user.txt'), '');
    const run = await fromShell(limits, reports);
    expect([run.exitCode, run.stdout, run.stderr]).toEqual([
      3,
      expect.stringMatching(/^Inconclusive: no verdict, since [^\n]*\.\n$/),
      '',
    ]);
    expect(run.stdout).toMatch(why);
    expect(readdirSync(reports)).toEqual(['of-the-user.txt']);
  });
}

for (const command of ['conformance', 'playwright'] as const) {
  test(`${command} refuses reports where no folder is or can be, before anything is sent`, async () => {
    const file = join(directory, 'file');
    const link = join(directory, 'link');
    writeFileSync(file, '');
    symlinkSync('nowhere', link);
    for (const reports of [file, link, join(file, 'below')]) {
      const run = await frontDoor([...commands[command]], { NOMBA_REPORTS_DIR: reports });
      expect([run.exitCode, run.stdout, run.stderr]).toEqual([
        2,
        '',
        expect.stringMatching(
          /^The folder that NOMBA_REPORTS_DIR names cannot be [^\n]*\(\w+\); name another[^\n]*\.\n$/,
        ),
      ]);
    }
  });
}

test('output without room costs no verdict, and says where it is', async () => {
  const full = `const { status } = require('child_process').spawnSync(process.execPath, ${JSON.stringify(['reports/run/main.js', ...small])}, { stdio: ['ignore', require('fs').openSync('/dev/full', 'w'), 'inherit'] }); process.exit(status)`;
  const run = await frontDoor(['-e', full], { NOMBA_REPORTS_DIR: directory });
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toMatch(/The output cannot be written \(ENOSPC\); .*summary\.md has the verdict\.\n$/);
  expect(readFileSync(join(directory, 'summary.md'), 'utf8')).toContain('Conforming');
});

test('a reporter of the user comes after ours, and the verdict is the last line all the same', async () => {
  const run = await runSuite({ flags: [...small, '--reporter=json'], directory });
  expect([run.exitCode, run.report?.verdict], run.output).toEqual([0, 'conforming']);
  expect(run.stdout).toContain('"suites"');
  expect(run.stdout.trimEnd().split('\n').at(-1)).toBe(run.report?.sentence);
});

test('two runs at once in one checkout leave each other alone, and nothing behind', async () => {
  const runs = await Promise.all(
    [1, 2].map((at) => runSuite({ flags: small, directory: join(directory, `${at}`) })),
  );
  for (const [at, run] of runs.entries()) {
    expect(run.exitCode, run.output).toBe(0);
    expect(
      readdirSync(join(directory, `${at + 1}`, 'reports')).filter((name) => name.startsWith('.')),
    ).toEqual([]);
  }
});

test('packages that are missing, and a backslash in the path of the suite, are one sentence', () => {
  for (const [name, sentence] of [
    ['suite', /^The packages of the suite are not installed; run npm ci in its folder first\.\n$/],
    [
      'a\\suite',
      /^The folder of the suite has a backslash in its path, in which Node finds no packages; move it\.\n$/,
    ],
  ] as const) {
    const folder = join(directory, name, 'reports', 'run');
    mkdirSync(folder, { recursive: true });
    for (const file of ['main.js', 'run-folder.js']) {
      writeFileSync(join(folder, file), readFileSync(join(__dirname, file)));
    }
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'main.js')], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringMatching(sentence)]);
  }
});
