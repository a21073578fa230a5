import { expect, test } from '@playwright/test';
import { detectionCases } from '../../fixtures/lab/detection/cases.ts';
import { detectionLimits } from '../../fixtures/lab/detection/detect.ts';
import { editedContract } from '../../fixtures/lab/documents/edited-document.ts';
import { dialectTargets } from '../../fixtures/lab/first-contact/targets.ts';
import { runSuite } from '../../fixtures/lab/front-door.ts';
import { type Asked, type Handler, listenHttp } from '../../fixtures/lab/hostile/listener.ts';
import { newCredentials } from '../../fixtures/lab/hostile/running-target.ts';
import { createTinyAuth } from '../../fixtures/lab/hostile/tiny-auth.ts';
import { judgedRun, targetAt } from '../../fixtures/lab/judged-run.ts';
import { startMock } from '../../fixtures/mock/server.ts';
import { Contract } from '../../schemas/openapi/contract.ts';
import { preflight } from './preflight.ts';

test.describe.configure({ mode: 'parallel' });

/** The suite against a server, with credentials that nobody knows unless others are given; and what was asked. */
async function runAgainst(handler: Handler, environment: Record<string, string> = {}, flags: string[] = []) {
  const asked: Asked[] = [];
  const listener = await listenHttp((request, response, socket) => {
    asked.push(request);
    handler(request, response, socket);
  });
  try {
    const { clientId, clientSecret } = newCredentials();
    const run = await runSuite({
      flags,
      environment: {
        NOMBA_BASE_URL: `http://127.0.0.1:${listener.port}`,
        NOMBA_CLIENT_ID: clientId,
        NOMBA_CLIENT_SECRET: clientSecret,
        ...environment,
      },
    });
    return { ...run, asked };
  } finally {
    await listener.close();
  }
}

/** A server that keeps the contract, and the client that it knows. */
function soundServer(): { handler: Handler; environment: Record<string, string> } {
  const auth = createTinyAuth();
  return {
    handler: (asked, response) => {
      const { status, headers, body } = auth.answer(asked);
      response.writeHead(status, headers).end(JSON.stringify(body));
    },
    environment: { NOMBA_CLIENT_ID: auth.clientId, NOMBA_CLIENT_SECRET: auth.clientSecret },
  };
}

/** No verdict on a server, since it is not to blame: one cause, few requests, nothing failed. */
async function expectNoVerdict(handler: Handler, requests: number, cause: RegExp) {
  let asked = 0;
  const listener = await listenHttp((request, response, socket) => {
    asked += 1;
    handler(request, response, socket);
  });
  const baseUrl = `http://127.0.0.1:${listener.port}`;
  const report = await judgedRun(targetAt({ baseUrl, ...newCredentials() }));
  await listener.close();
  expect({ exitCode: report.exitCode, verdict: report.verdict, asked }).toEqual({
    exitCode: 3,
    verdict: 'inconclusive',
    asked: requests,
  });
  expect(report.sentence).toMatch(cause);
  expect(new Set(report.requirements.map(({ outcome }) => outcome))).toEqual(new Set(['inconclusive']));
}

test('a target that refuses the credentials ends the command without a verdict', async () => {
  const run = await runAgainst((_asked, response) => response.writeHead(401).end());
  expect([run.exitCode, run.report?.verdict, run.asked.length], run.output).toEqual([3, 'inconclusive', 2]);
  expect(run.stdout.trimEnd().split('\n').at(-1)).toMatch(/^Inconclusive: .*refuses the credentials/);
  expect(run.output).not.toContain('target-bug');
});

const refusals: Record<string, { status: number; body: string }> = {
  'a wrong secret, with 401 as the contract has it': {
    status: 401,
    body: '{"code":"01","description":"Invalid client credentials"}',
  },
  'a client that may not, with 403': { status: 403, body: '{"message":"Forbidden"}' },
  'a wrong secret, with 400 as OAuth has it': { status: 400, body: '{"error":"invalid_client"}' },
  'a wrong secret, with 200 and words': {
    status: 200,
    body: '{"description":"The credentials are not valid"}',
  },
};
for (const [what, { status, body }] of Object.entries(refusals)) {
  test(`a target that refuses ${what}, is asked twice and not blamed`, async () => {
    const handler: Handler = (_asked, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    const cause = `the target refuses the credentials in NOMBA_CLIENT_ID and NOMBA_CLIENT_SECRET \\(${status} .*it may want a header: NOMBA_ACCOUNT_ID, or others by NOMBA_HEADERS\\); run again`;
    await expectNoVerdict(handler, 2, new RegExp(cause));
  });
}

test('a second client that is refused is named, asked twice, and done without', async () => {
  const { handler, environment } = soundServer();
  const second = newCredentials();
  const run = await runAgainst(
    handler,
    {
      ...environment,
      NOMBA_SHORT_LIVED_CLIENT_ID: second.clientId,
      NOMBA_SHORT_LIVED_CLIENT_SECRET: second.clientSecret,
      NOMBA_ACCOUNT_ID: 'some-account',
    },
    ['--grep', 'tokens die when they expire|prove its identity'],
  );
  expect([run.exitCode, run.report?.verdict], run.output).toEqual([0, 'conforming']);
  const names = 'NOMBA_SHORT_LIVED_CLIENT_ID and NOMBA_SHORT_LIVED_CLIENT_SECRET';
  expect(run.report?.warnings).toEqual([
    expect.stringMatching(
      new RegExp(`^The target refuses the credentials in ${names} \\(401 [^)]+\\): the run goes on without`),
    ),
  ]);
  const expired = run.report?.requirements.find(({ id }) => id === 'token.expired-unusable');
  expect(expired?.reason).toContain(`the client in ${names} was refused; give them`);
  const ofSecond = run.asked.filter(({ body }) => body.toString().includes(second.clientId));
  expect(ofSecond).toHaveLength(2);
});

test('a target that refuses right credentials at times is judged', async () => {
  const { handler, environment } = soundServer();
  let first = true;
  const run = await runAgainst(
    (asked, response, socket) => {
      if (first) response.writeHead(401, { 'content-type': 'application/json' }).end('{"code":"01"}');
      else handler(asked, response, socket);
      first = false;
    },
    environment,
    ['--grep', 'issue answers a valid request'],
  );
  expect([run.exitCode, run.report?.verdict], run.output).toEqual([0, 'conforming']);
});

const elsewhere: Record<string, { handler: Handler; answer: string; requests?: number }> = {
  'a static site': {
    handler: (_asked, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>'),
    answer: '200 OK \\(text/html\\)',
  },
  'a gateway that knows no such path': {
    handler: (_asked, response) =>
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"no Route matched"}'),
    answer: '404 Not Found \\(application/json\\)',
    // One more at the path with a slash.
    requests: 4,
  },
  'a redirect to a page to log in at': {
    handler: (_asked, response) =>
      response.writeHead(301, { location: 'https://login.example/?next=x' }).end(),
    answer: '301 Moved Permanently to https://login\\.example',
  },
  'a login page in the way': {
    handler: (_asked, response) =>
      response.writeHead(401, { 'content-type': 'text/html' }).end('<html>Log in</html>'),
    answer: '401 Unauthorized \\(text/html\\)',
  },
};
for (const [what, { handler, answer, requests = 3 }] of Object.entries(elsewhere)) {
  test(`${what} is not taken for the API`, async () => {
    const cause = `Inconclusive: no verdict on http:\\S+: this does not look like the API: every request is answered ${answer}; is the base URL right\\? Run again`;
    await expectNoVerdict(handler, requests, new RegExp(cause));
  });
}

for (const what of ['HTTP Basic at issue', 'paths with a slash']) {
  test(`a target that wants ${what} is taken for the API`, async () => {
    // Its first difference alone.
    const [edit = () => {}] = dialectTargets.find((one) => one.what.startsWith(what))?.edits ?? [];
    const contract = editedContract(edit);
    const mock = await startMock({ contract });
    const target = { name: 'custom' as const, embedded: false, ...mock };
    const { why, withoutSecond, asked } = await preflight(Contract.load(), target, detectionLimits, 0);
    await mock.close();
    expect({ why, withoutSecond, few: asked.requests <= 8 }).toEqual({ few: true });
    expect(asked.tokens.left).toBe(0);
  });
}

test('an API whose issue operation alone is gone is judged', async () => {
  const { handler, environment } = soundServer();
  const run = await runAgainst(
    (asked, response, socket) => {
      if (asked.path.endsWith('/issue')) response.writeHead(404).end();
      else handler(asked, response, socket);
    },
    environment,
    ['--grep', 'issue answers a valid request'],
  );
  expect(run.exitCode, run.output).toBe(1);
});

test('a target that is still starting is waited for', async () => {
  const { handler, environment } = soundServer();
  let startsAt: number | undefined;
  const run = await runAgainst(
    (asked, response, socket) => {
      startsAt ??= performance.now() + 3000;
      if (performance.now() < startsAt) response.writeHead(503).end();
      else handler(asked, response, socket);
    },
    { ...environment, NOMBA_WAIT: '60' },
    ['--grep', 'issue answers a valid request'],
  );
  expect([run.exitCode, run.report?.verdict], run.output).toEqual([0, 'conforming']);
  expect(run.stderr).toMatch(
    /^Waiting for the target, up to \d+ s: the target answers 503 Service Unavailable/m,
  );
});

test('no target that breaks its issue operation in one way is taken for one that is away, or for another', async () => {
  const contract = Contract.load();
  const answersOfIssue = /^issue\.(success|documented-|repeatable|envelope|response-)/;
  const broken = detectionCases().filter(
    ({ fails, mute }) => !mute && fails.some((id) => answersOfIssue.test(id)),
  );
  expect(broken.length).toBeGreaterThan(10);
  for (const { name, start } of broken) {
    const { target, close } = await start(contract);
    const { why, withoutSecond, asked } = await preflight(contract, target, detectionLimits, 0);
    await close();
    expect({ why, withoutSecond, few: asked.requests <= 8 }, name).toEqual({ few: true });
  }
});
