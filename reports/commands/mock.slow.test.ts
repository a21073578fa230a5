import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { frontDoor } from '../../fixtures/lab/front-door.ts';
import { issue } from '../../fixtures/mock/ask-mock.ts';
import { type RunningMock, startMock } from '../../fixtures/mock/server.ts';

const root = join(__dirname, '..', '..');
// Without the program of tsx between: it passes SIGHUP on to nobody.
const command = ['--require', 'tsx/cjs', 'reports/commands/mock.ts'];

const started: ChildProcess[] = [];
// A test that fails half-way must not leave a server behind.
test.afterEach(() => {
  for (const child of started.splice(0)) child.kill();
});

/** Starts `npm run mock` and waits for all it prints. */
async function start(...flags: string[]): Promise<{ child: ChildProcess; text: string }> {
  const child = spawn(process.execPath, [...command, ...flags], { cwd: root });
  started.push(child);
  let text = '';
  child.stdout.setEncoding('utf8');
  for await (const part of child.stdout.iterator({ destroyOnReturn: false })) {
    text += part;
    if (text.match(/^curl .*\n/gm)?.length === 2) break;
  }
  child.stdout.resume();
  return { child, text };
}

/** The settings that the printed text exports. */
function exported(text: string): Record<string, string> {
  const lines = [...text.matchAll(/^export (\w+)=(\S+)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
}

test('prints its address and credentials, answers there, and ends when told to', async () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const { child, text } = await start();
    const settings = exported(text);
    expect(Object.keys(settings)).toEqual([
      'NOMBA_BASE_URL',
      'NOMBA_CLIENT_ID',
      'NOMBA_CLIENT_SECRET',
      'NOMBA_SHORT_LIVED_CLIENT_ID',
      'NOMBA_SHORT_LIVED_CLIENT_SECRET',
    ]);
    const mock = { baseUrl: settings.NOMBA_BASE_URL } as RunningMock;
    const client = { id: settings.NOMBA_CLIENT_ID ?? '', secret: settings.NOMBA_CLIENT_SECRET ?? '' };
    expect((await issue(mock, client)).status).toBe(200);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  }
});

test('prints curls that work: one to try it, one to let an hour pass', async () => {
  const { text } = await start('--variant', 'account-header');
  const answers: unknown[] = [];
  for (const curl of text.match(/^curl .*$/gm) ?? []) {
    const shell = spawn('sh', ['-c', curl], { env: { ...process.env, ...exported(text) } });
    let answer = '';
    for await (const part of shell.stdout.setEncoding('utf8')) answer += part;
    answers.push(JSON.parse(answer));
  }
  expect(answers).toMatchObject([{ code: '00' }, { now: expect.any(String) }]);
  const [, later] = answers as [unknown, { now: string }];
  expect(Date.parse(later.now) - Date.now()).toBeGreaterThan(3_590_000);
});

test('starts with the fault that is named, on the port that is given', async () => {
  const free = await startMock();
  const { port } = new URL(free.baseUrl);
  await free.close();
  const { text } = await start('--port', port, '--fault', 'issue-created');
  expect(text).toContain(`The mock answers at http://127.0.0.1:${port} (issue-created)`);
});

test('lists both tables', async () => {
  const { exitCode, stdout } = await frontDoor([...command, '--list']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Faults \(\d+\)/);
  expect(stdout).toMatch(/^revoke\.unauthenticated: .*\n( {2}.*\n)* {2}no-bearer-needed /m);
  const headings = [...stdout.matchAll(/^([a-z.-]+): /gm)].map(([, id]) => id);
  expect(headings).toEqual(headings.toSorted());
  expect(stdout).toContain('  base-path ');
});

const mistakes: [string, string[], string][] = [
  [
    'a fault that is not there',
    ['--fault', 'issue-create'],
    'There is no fault named "issue-create"; the nearest is "issue-created", and npm run mock -- --list shows all.',
  ],
  [
    'a variant that is not there',
    ['--variant', 'base-pat'],
    'There is no variant named "base-pat"; the nearest is "base-path", and npm run mock -- --list shows all.',
  ],
  [
    'a flag that is not there',
    ['--verbose'],
    "Unknown option '--verbose'; the usage is npm run mock -- [--host ADDRESS] [--port NUMBER] [--fault NAME,NAME] [--variant NAME] [--client-id ID] [--client-secret SECRET] [--short-lived-client-id ID] [--short-lived-client-secret SECRET] [--cors] [--openapi] [--list].",
  ],
  [
    'something that is no port',
    ['--port', '70000'],
    '"70000" is not a port; give --port a number from 0 (a free one) to 65535.',
  ],
];
for (const [what, flags, sentence] of mistakes) {
  test(`says in one sentence what is wrong with ${what}`, async () => {
    const { exitCode, stdout, stderr } = await frontDoor([...command, ...flags]);
    expect([exitCode, stdout, stderr]).toEqual([2, '', `${sentence}\n`]);
  });
}

test('says in one sentence that a port is taken', async () => {
  const mock = await startMock();
  const { port } = new URL(mock.baseUrl);
  const { exitCode, stderr } = await frontDoor([...command, '--port', port]);
  expect([exitCode, stderr]).toEqual([2, `Port ${port} is taken; give another one, or 0 for a free one.\n`]);
  await mock.close();
});
