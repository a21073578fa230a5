import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { freshCopy, runScript } from '../../fixtures/lab/fresh-copy.ts';

test('what a run needs is installed in silence without the packages for development, and every command works', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nomba-installation-'));
  try {
    freshCopy(directory);
    const run = async (script: string, environment: Record<string, string> = {}) => {
      const { exitCode, output } = await runScript(directory, script, environment);
      return { exitCode, output };
    };
    const installed = await run('npm ci --omit=dev --prefer-offline --no-audit --no-fund');
    expect(installed).toEqual({
      exitCode: 0,
      output: expect.stringMatching(/^\s*added \d+ packages in \d+m?s\s*$/),
    });
    const { packages } = JSON.parse(
      readFileSync(join(directory, 'node_modules', '.package-lock.json'), 'utf8'),
    );
    expect(Object.keys(packages).length).toBeLessThan(100);

    const report = 'reports/latest/conformance.json';
    for (const [script, told] of [
      ['npm run --silent conformance', 'Conforming'],
      ['NOMBA_TARGET=mock npm run --silent gate', 'Conforming'],
      ['npm run --silent mock -- --list', 'Faults ('],
      [`npm run --silent report -- ${report}`, 'index.html'],
      [`npm run --silent compare -- ${report} ${report}`, 'No regression'],
      ['npm run --silent requirements', 'issue.success'],
    ] as const) {
      expect(await run(script), script).toEqual({ exitCode: 0, output: expect.stringContaining(told) });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
