import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { commands, runSuite, type SuiteRunOptions } from '../../fixtures/lab/front-door.ts';
import { listenHttp } from '../../fixtures/lab/hostile/listener.ts';
import { createTinyAuth } from '../../fixtures/lab/hostile/tiny-auth.ts';
import { processesBelow } from '../../fixtures/lab/processes.ts';

test.describe.configure({ mode: 'parallel' });

/** Many valid requests in a row, each with a token of its own. */
const busy = ['--grep', 'ten valid requests in sequence all succeed'];

let directory = '';
test.beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nomba-interruption-'));
});
test.afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs the suite against a sound server, and does something to the run when that was asked so often. */
async function interrupting(act: (pid: number) => void, options: SuiteRunOptions = {}) {
  const auth = createTinyAuth();
  let pid = 0;
  let asked = 0;
  const listener = await listenHttp((request, response) => {
    asked += 1;
    if (asked === 10) act(pid);
    const { status, headers, body } = auth.answer(request);
    // Slow enough that a request is on its way when the run is told to end.
    setTimeout(() => response.writeHead(status, headers).end(JSON.stringify(body)), 30);
  });
  try {
    const run = await runSuite({
      flags: busy,
      directory,
      ...options,
      environment: {
        NOMBA_BASE_URL: `http://127.0.0.1:${listener.port}`,
        NOMBA_CLIENT_ID: auth.clientId,
        NOMBA_CLIENT_SECRET: auth.clientSecret,
        ...options.environment,
      },
      onStart: (_, started) => {
        pid = started;
      },
    });
    const askedInAll = asked;
    await sleep(500);
    expect(asked, 'nothing is left that asks').toBe(askedInAll);
    return { run, auth, askedInAll, last: run.stdout.trimEnd().split('\n').at(-1) };
  } finally {
    await listener.close();
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  for (const command of ['conformance', 'playwright'] as const) {
    test(`${signal} ends ${command} with a report of all that was sent, and no token alive`, async () => {
      const { run, auth, askedInAll, last } = await interrupting((pid) => process.kill(pid, signal), {
        command: commands[command],
      });
      expect([run.exitCode, run.report?.verdict], run.output).toEqual([3, 'inconclusive']);
      expect(last).toMatch(/^Inconclusive: no verdict on http:\S+: the run was interrupted; run again/);
      expect(run.report?.tokens.issued).toBe(auth.tokens().length / 2);
      expect([run.report?.tokens.left, auth.alive()]).toEqual([0, 0]);
      expect(run.report?.requests).toBe(askedInAll);
      expect(readdirSync(join(directory, 'reports')).filter((name) => name.startsWith('.run'))).toEqual([]);
    });
  }
}

test('the end of a run whose command is killed is the same, without the command', async () => {
  const { run, auth } = await interrupting((pid) => process.kill(pid, 'SIGKILL'));
  expect(run.exitCode).toBe(null);
  expect([run.report?.verdict, run.report?.tokens.left, auth.alive()], run.output).toEqual([
    'inconclusive',
    0,
    0,
  ]);
});

test('a run of which the runner is killed says so, and that tokens may be left', async () => {
  const { run, auth, last } = await interrupting((pid) => {
    for (const id of processesBelow(pid, 'cli.js')) process.kill(id, 'SIGKILL');
  });
  expect([run.exitCode, run.report], run.output).toEqual([3, undefined]);
  expect(last).toMatch(
    /^Inconclusive: no verdict, since the run was killed \(SIGKILL\); access tokens may be left alive\.$/,
  );
  expect(auth.alive(), 'the worker has revoked them').toBe(0);
});

test('a run of which the worker is killed counts its requests, and the tokens that it left', async () => {
  const { run, auth, last } = await interrupting((pid) => {
    for (const id of processesBelow(pid, 'workerProcessEntry')) process.kill(id, 'SIGKILL');
  });
  expect([run.exitCode, run.report?.verdict], run.output).toEqual([3, 'inconclusive']);
  expect(last).toMatch(
    /the scenario "ten valid requests in sequence all succeed" was cut off \(.*SIGKILL\)\); (\d+ of its access tokens or more are|access tokens of it may be) left alive/,
  );
  // One may have been issued, or revoked, while its worker was killed.
  expect(Math.abs(auth.alive() - (run.report?.tokens.left ?? 0))).toBeLessThanOrEqual(1);
  expect(run.report?.requests).toBeGreaterThan(5);
});

test('a budget for the whole run ends it with all that was established', async () => {
  const { run, auth, last } = await interrupting(() => {}, {
    flags: [],
    environment: { NOMBA_MAX_TIME: '12', NOMBA_MAX_RPS: '10' },
  });
  expect([run.exitCode, run.report?.verdict], run.output).toEqual([3, 'inconclusive']);
  expect(last).toContain('the time for the whole run, 12 s by NOMBA_MAX_TIME, was over');
  // What is revoked while the run is cut short may be counted as left: never fewer than there are.
  expect(auth.alive()).toBe(0);
  expect(run.seconds).toBeLessThan(40);
});
