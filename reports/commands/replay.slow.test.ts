import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { frontDoor } from '../../fixtures/lab/front-door.ts';
import { conformingReport, deviationOf, withRequirement } from '../../fixtures/lab/reports/report-builder.ts';

const tsx = join(__dirname, '..', '..', 'node_modules', 'tsx', 'dist', 'cli.mjs');

/** Runs one of the commands beside this file. */
function run(command: string, ...given: string[]) {
  return frontDoor([tsx, join(__dirname, `${command}.ts`), ...given]);
}

/** A report in which deviations of one requirement have these scripts, or none. */
function reportWith(...scripts: (string | undefined)[]): string {
  const folder = test.info().outputDir;
  const report = withRequirement(conformingReport(), 'token.revoked-unusable', {
    outcome: 'failed',
    deviations: scripts.map((script) =>
      deviationOf(script === undefined ? {} : { script: script.replace('FOLDER', folder) }),
    ),
  });
  const file = test.info().outputPath('conformance.json');
  writeFileSync(file, JSON.stringify(report));
  return file;
}

for (const { what, script, code, told } of [
  {
    what: 'that shows each time',
    script: 'exit 1',
    code: 1,
    told: /^token\.revoked-unusable: 1 shown again\.$/m,
  },
  { what: 'that shows no more', script: 'exit 0', code: 0, told: /^token\.revoked-unusable: 1 gone\.$/m },
  {
    what: 'that shows now and then',
    script: 'f=FOLDER/replayed; [ -e $f ] && exit 0; touch $f; exit 1',
    code: 3,
    told: /^token\.revoked-unusable: 1 came and went\.$/m,
  },
  {
    what: 'for which something is missing',
    script: 'echo set X >&2; exit 2',
    code: 2,
    told: /what it needs stands above/,
  },
  {
    what: 'without a script',
    script: undefined,
    code: 2,
    told: /cannot be told by a script; run its scenario again/,
  },
]) {
  test(`a deviation ${what} is replayed`, async () => {
    const { exitCode, output } = await run('replay', reportWith(script), 'token.revoked-unusable');
    expect(output).toMatch(told);
    expect(exitCode).toBe(code);
  });
}

test('a requirement is gone when all of its deviations are', async () => {
  const { exitCode, output } = await run(
    'replay',
    reportWith('exit 0', 'exit 1', undefined),
    'token.revoked-unusable',
  );
  expect(output).toContain('token.revoked-unusable: 1 shown again, 1 gone, 1 not to be told by a script.');
  expect(exitCode).toBe(1);
});

test('a requirement that did not fail cannot be replayed', async () => {
  const { exitCode, stderr } = await run('replay', reportWith('exit 1'), 'issue.success');
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/has no deviation of "issue\.success"/)]);
});

test('a requirement is explained, and a misspelt one named', async () => {
  const { exitCode, stdout } = await run('explain', 'token.revoked-unusable');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('A conforming target: A revoked token authorises nothing.');
  expect(stdout).toContain('  revocation-does-nothing: Revoke succeeds and does nothing.');
  const misspelt = await run('explain', 'token.revoked-unuseable');
  expect([misspelt.exitCode, misspelt.stderr]).toEqual([
    2,
    expect.stringContaining('the nearest is token.revoked-unusable'),
  ]);
});
