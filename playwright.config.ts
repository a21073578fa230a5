import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { loadEnvironment } from './fixtures/settings/env-file.ts';
import { reportsDirFrom } from './fixtures/settings/files.ts';
import { runFolderVariable } from './fixtures/settings/own-variables.js';

try {
  loadEnvironment();
} catch {
  // The setup loads it again and says in one sentence what is wrong; here it would be told with a stack.
}

const reports = reportsDirFrom(process.env);
// Playwright empties its output folder, so each run has one of its own: two in one checkout leave each other alone.
process.env[runFolderVariable] ??= join(reports, `.run-${process.pid}`);
// Listing establishes nothing: our reporter would put that in place of the last report.
const listing = process.argv.includes('--list');

export default defineConfig({
  testDir: '.',
  globalSetup: './reports/run/global-setup.ts',
  // Listing and the tests of the suite have no such budget; the settings say what is wrong with one.
  ...(Number(process.env.NOMBA_MAX_TIME) > 0 && {
    globalTimeout: Math.max(1, (Number(process.env.NOMBA_MAX_TIME) - process.uptime()) * 1000),
  }),
  // A retry would hide what comes and goes; a flaky target is a finding.
  retries: 0,
  forbidOnly: !!process.env.CI,
  // Ours comes first: it takes secrets out of steps and errors before the others see them.
  // No snippets: the code of a scenario explains no exchange, and 400 of them take 40 ms.
  reporter: listing
    ? 'list'
    : [
        ['./reports/run/reporter.ts'],
        ['html', { outputFolder: join(reports, 'playwright'), open: 'never', noSnippets: true }],
      ],
  // Traces hold whole bodies, tokens included.
  use: { trace: 'off' },
  projects: [
    {
      name: 'conformance',
      outputDir: join(process.env[runFolderVariable] ?? '', 'output'),
      testDir: './specs',
      testMatch: '*.spec.ts',
      // Each request has its own time-out, and a target that is gone is given up: no test hangs.
      timeout: 0,
      // A second worker's issue may end the session of the first.
      workers: 1,
    },
    // Whole runs in child processes, on machines that do other things besides: time bounds get a second try in CI.
    {
      name: 'self',
      testMatch: '**/*.test.ts',
      fullyParallel: true,
      timeout: 180_000,
      retries: process.env.CI ? 1 : 0,
    },
  ],
  // On two cores: half of what the tests take is waiting for targets that hang, go away or restart.
  workers: 4,
});
