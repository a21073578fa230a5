import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { commands, type Finished, frontDoor, runSuite, type SuiteRun } from '../fixtures/front-door.ts';
import { startMock } from '../fixtures/mock/server.ts';
import type { ConformanceReport } from './report.ts';
import { shardFrom, shardMetadata, shardProblem } from './shards.ts';

/** Whole runs, one after the other, on a machine that does other things besides. */
const maxMs = 300_000;

let directory = '';
test.beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nomba-shards-'));
});
test.afterEach(() => rm(directory, { recursive: true, force: true }));

test('two shards, merged, give the report of one run', async () => {
  test.setTimeout(maxMs);
  const whole = await runSuite();
  expect(whole.exitCode).toBe(0);
  const shards = await runShards({});
  expect(shards.map(({ exitCode, report }) => [exitCode, report])).toEqual([
    [0, undefined],
    [0, undefined],
  ]);
  const merged = await merge([1, 2]);
  expect(merged.exitCode).toBe(0);
  expect(comparable(merged.report)).toEqual(comparable(whole.report));
  expect(merged.report.durationMs, 'the time of the shards, not of the merging').toBeGreaterThan(
    1000 * Math.min(...shards.map(({ seconds }) => seconds / 2)),
  );
  expect(merged.files).toEqual(expect.arrayContaining(whole.files));

  const half = await merge([1]);
  expect(half.exitCode).toBe(3);
  expect(half.report).toMatchObject({ verdict: 'inconclusive', partial: true });
  expect(half.report.sentence).toContain('the blob report of shard 2 of 2 is missing');
  expect(half.stdout.trimEnd().split('\n').at(-1)).toBe(half.report.sentence);
});

test('two shards of a nonconforming target, merged, find the same deviations as one run', async () => {
  test.setTimeout(maxMs);
  const mock = await startMock({ fault: 'invalid-422' });
  const { baseUrl, client } = mock;
  const environment = {
    NOMBA_BASE_URL: baseUrl,
    NOMBA_CLIENT_ID: client.id,
    NOMBA_CLIENT_SECRET: client.secret,
  };
  const flags = ['--grep', 'that the document does not allow'];
  try {
    const whole = await runSuite({ environment, flags });
    const shards = await runShards(environment, flags);
    const merged = await merge([1, 2]);
    expect([whole.exitCode, merged.exitCode]).toEqual([1, 1]);
    expect(merged.files).toContain('playwright/index.html');
    expect(comparable(merged.report)).toEqual(comparable(whole.report));
    expect(
      shards.map(({ exitCode }) => exitCode),
      'a shard judges nothing',
    ).toEqual([0, 0]);
    const ids = merged.report.requirements.flatMap(({ deviations }) =>
      deviations.map(({ exchange }) => exchange?.id),
    );
    expect(
      ids.filter((id) => !/^[12]-/.test(id ?? '')),
      'the shard is in the id of an exchange',
    ).toEqual([]);
  } finally {
    await mock.close();
  }
});

test('shards that found nobody there, merged, say whom they asked and end without a verdict', async () => {
  test.setTimeout(maxMs);
  const baseUrl = `http://127.0.0.1:${await closedPort()}`;
  const shards = await runShards({
    NOMBA_BASE_URL: baseUrl,
    NOMBA_CLIENT_ID: crypto.randomUUID(),
    NOMBA_CLIENT_SECRET: crypto.randomUUID(),
  });
  expect(shards.map(({ exitCode }) => exitCode)).toEqual([3, 3]);
  const merged = await merge([1, 2]);
  expect(merged.exitCode).toBe(3);
  expect(merged.report.sentence).toContain(`no verdict on ${baseUrl}: the target refuses connections`);
});

test('a folder without blob reports is no verdict', async () => {
  const run = await frontDoor([...commands.conformance, '--merge', directory]);
  expect([run.exitCode, run.output]).toEqual([3, expect.stringMatching(/^Inconclusive: .* no blob report/)]);
});

test('a command line names its shard in either spelling', () => {
  expect(shardFrom(['test', '--shard=2/3'])).toEqual({ current: 2, total: 3 });
  expect(shardFrom(['test', '--shard', '2/3', '-x'])).toEqual({ current: 2, total: 3 });
  expect(shardFrom(['test', '--grep', '1/2'])).toBeUndefined();
  expect(shardFrom(['test', '--shard=two'])).toBeUndefined();
});

for (const [shards, problem] of [
  [['1/1'], undefined],
  [['2/2', '1/2'], undefined],
  [['1/3', '3/3'], 'the blob report of shard 2 of 3 is missing'],
  [['2/3'], 'the blob reports of shards 1, 3 of 3 are missing'],
  [['1/2', '2/3'], 'the blob reports are of runs that were cut into different numbers of shards'],
] as const) {
  test(`shards ${shards.join(' and ')} are ${problem === undefined ? 'a whole run' : 'no whole run'}`, () => {
    const metadata = shards.map((shard) => shardMetadata(shardFrom([`--shard=${shard}`])));
    expect(shardProblem(Object.assign({ ci: {} }, ...metadata))).toBe(problem);
  });
}

test('a run that was not sharded has no shards to miss', () => {
  expect(shardProblem(shardMetadata(undefined))).toBeUndefined();
});

/** Runs both shards, one after the other: a target that is not the run's own has one session. */
async function runShards(environment: Record<string, string>, flags: string[] = []): Promise<SuiteRun[]> {
  const runs: SuiteRun[] = [];
  for (const shard of [1, 2]) {
    runs.push(
      await runSuite({
        environment,
        flags: [`--shard=${shard}/2`, ...flags],
        directory: join(directory, `shard-${shard}`),
      }),
    );
  }
  return runs;
}

/** Merges the blob reports of some shards, as a job of its own does: it has no credentials and no target. */
async function merge(shards: number[]): Promise<Finished & { report: ConformanceReport; files: string[] }> {
  const blobs = join(directory, `blobs-${shards.join('-')}`);
  const reports = join(directory, `merged-${shards.join('-')}`);
  await mkdir(blobs);
  for (const shard of shards) {
    const from = join(directory, `shard-${shard}`, 'reports', 'blob');
    for (const name of await readdir(from)) await copyFile(join(from, name), join(blobs, name));
  }
  const finished = await frontDoor([...commands.merge, blobs], { NOMBA_REPORTS_DIR: reports });
  const report = JSON.parse(await readFile(join(reports, 'conformance.json'), 'utf8')) as ConformanceReport;
  return { ...finished, report, files: await readdir(reports, { recursive: true }) };
}

/** What no two runs share: moments, how long things took, ids of exchanges, lengths of tokens, the commit of the day. */
const ofOneRun = /^(startedAt|durationMs|medianMs|p95Ms|points|bodyBytes|commit)$/;

/** A report without what no two runs share. */
function comparable(report: ConformanceReport | undefined): unknown {
  const isExchangeId = (key: string, value: unknown) => key === 'id' && /^[\d-]+$/.test(String(value));
  const text = JSON.stringify(report, (key, value: unknown) =>
    ofOneRun.test(key) || isExchangeId(key, value) ? undefined : value,
  );
  return JSON.parse(
    text
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1')
      .replaceAll(/:[0-9a-f]{6}…/g, ':…')
      .replaceAll(/"content-length","\d+"/g, '"content-length","…"')
      .replaceAll(/\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, 'a date'),
  );
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
