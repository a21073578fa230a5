import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@playwright/test';
import { fromBufferPromise } from 'yauzl';
import { runSuite } from '../../fixtures/lab/front-door.ts';
import { startMock } from '../../fixtures/mock/server.ts';

/** What is read of Playwright's HTML report, from the zip that its page holds. */
interface ShownStep {
  title: string;
  steps: ShownStep[];
  attachments: number[];
  location?: { file: string };
}
interface ShownTest {
  title: string;
  outcome: string;
  tags: string[];
  annotations: { type: string; description: string }[];
  location: { file: string; line: number };
  results: { steps: ShownStep[]; attachments: { name: string; body?: string }[] }[];
}

async function testsIn(page: string): Promise<ShownTest[]> {
  const [, base64 = ''] = /data:application\/zip;base64,([A-Za-z0-9+/=]+)/.exec(page) ?? [];
  const zip = await fromBufferPromise(Buffer.from(base64, 'base64'), { lazyEntries: true });
  const tests: ShownTest[] = [];
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName === 'report.json') continue;
    const file = JSON.parse((await buffer(await zip.openReadStreamPromise(entry))).toString());
    tests.push(...(file as { tests: ShownTest[] }).tests);
  }
  return tests;
}

const allSteps = (steps: ShownStep[]): ShownStep[] =>
  steps.flatMap((step) => [step, ...allSteps(step.steps)]);

test("Playwright's own report tells what was asked, what came, and what is wrong with it", async () => {
  const mock = await startMock({ fault: 'no-bearer-needed' });
  const directory = test.info().outputPath('run');
  try {
    const run = await runSuite({
      directory,
      flags: ['--grep', 'valid bearer token|prove its identity|documented success'],
      environment: {
        NOMBA_BASE_URL: mock.baseUrl,
        NOMBA_CLIENT_ID: mock.client.id,
        NOMBA_CLIENT_SECRET: mock.client.secret,
        GITHUB_SERVER_URL: 'https://github.example',
        GITHUB_REPOSITORY: 'team/suite',
        GITHUB_SHA: '1234',
      },
    });
    expect(run.exitCode, run.output).toBe(1);
  } finally {
    await mock.close();
  }
  const page = await readFile(join(directory, 'reports', 'playwright', 'index.html'), 'utf8');
  expect(page, 'the conformance page is a click away').toContain('<a href="../index.html"');
  const shown = await testsIn(page);

  const broken = shown.find(({ title }) => title === 'revoke refuses a request without a valid bearer token');
  expect(broken).toMatchObject({
    outcome: 'unexpected',
    tags: ['@revoke.unauthenticated', '@revoke.bearer-in-query'],
    location: { file: 'specs/wrong-credentials.spec.ts' },
  });
  expect(broken?.annotations.map(({ type, description }) => `${type} ${description}`)).toContainEqual(
    expect.stringMatching(
      /^must revoke\.unauthenticated: .* \(https:\/\/github\.example\/team\/suite\/blob\/1234\/schemas\/nomba-authentication\.openapi\.yaml#L\d+\)$/,
    ),
  );
  const { steps = [], attachments = [] } = broken?.results[0] ?? {};
  const attachedTo = (title: string) =>
    allSteps(steps)
      .find((step) => step.title === title)
      ?.attachments.map((index) => attachments[index]);
  const exchange = /^POST http:.*\/revoke\n[\s\S]*\n200 OK\n[\s\S]*"code":"00"/;
  expect(attachedTo('no Authorization'), 'while it runs, a request is a name').toEqual([]);
  expect(attachedTo('Attach "no Authorization: 200 OK"'), 'at its end, all of it').toEqual([
    expect.objectContaining({ name: 'no Authorization: 200 OK', body: expect.stringMatching(exchange) }),
  ]);
  const proof = allSteps(steps).find(({ title }) =>
    /^revoke\.unauthenticated: expected 401, got 200 OK/.test(title),
  );
  const [decisive] = allSteps(proof ? [proof] : []).filter(({ title }) => title.endsWith(': shows it'));
  expect(decisive?.attachments.map((index) => attachments[index])).toEqual([
    expect.objectContaining({ name: 'exchange', body: expect.stringMatching(exchange) }),
  ]);
  expect(attachments.map(({ name }) => name)).not.toContain('conformance-record');

  const clientError = shown.find(
    ({ title }) => title === 'issue refuses a client that does not prove its identity',
  );
  expect(clientError?.annotations).toContainEqual(
    expect.objectContaining({
      type: 'should',
      description: expect.stringContaining('(https://www.rfc-editor.org/rfc/rfc6749#section-5.2)'),
    }),
  );
  const calls = shown.flatMap(({ results }) => results.flatMap((result) => allSteps(result.steps)));
  expect(
    calls.filter(({ title }) => /^(POST|GET) /.test(title)),
    'requests are our steps alone: those of Playwright keep every header',
  ).toEqual([]);
  expect(
    calls.filter(({ location }) => location?.file.startsWith('specs/')).length,
    'a step leads to its scenario',
  ).toBeGreaterThan(20);
});
