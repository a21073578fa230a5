import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { stringify } from 'yaml';
import {
  commands,
  frontDoor,
  runSuite,
  type SuiteRun,
  type SuiteRunOptions,
} from '../../fixtures/lab/front-door.ts';
import { type Handler, listenHttp, listenTcp } from '../../fixtures/lab/hostile/listener.ts';
import { newCredentials } from '../../fixtures/lab/hostile/running-target.ts';
import { createTinyAuth } from '../../fixtures/lab/hostile/tiny-auth.ts';
import {
  conformingReport,
  deviationOf,
  inconclusiveReport,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import { type MockOptions, startMock } from '../../fixtures/mock/server.ts';
import { daysAfter } from '../../schemas/document/day.ts';
import { repositoryRoot } from '../../schemas/document/repository.ts';

test.describe.configure({ mode: 'parallel' });

const today = new Date().toISOString().slice(0, 10);
const issueSucceeds = 'issue answers a valid request with the documented success';
/** A fault, the one requirement that it breaks, and the scenario that finds it. */
const fault = 'refreshed-token-dead';
const broken = 'token.refreshed-usable';
const finding = 'refresh answers a valid request with the documented success';

/** Writes a file of this test, and returns its path. */
function fileOf(name: string, content: string): string {
  const path = test.info().outputPath(name);
  writeFileSync(path, content);
  return path;
}

/** A file with one known deviation: what the fault breaks, by default. */
function knownFile(changes: Record<string, unknown> = {}): string {
  const entry = {
    requirement: broken,
    reason: 'Mended in the next release.',
    category: 'target-bug',
    owner: 'payments-platform',
    expires: daysAfter(today, 7),
    ...changes,
  };
  return fileOf('known-deviations.yaml', stringify({ known: [entry] }));
}

/** The suite against a mock of its own, started apart, as `NOMBA_BASE_URL` and credentials name it. */
async function runAgainstMock(
  mockOptions: MockOptions,
  { environment, ...options }: SuiteRunOptions = {},
): Promise<SuiteRun> {
  const mock = await startMock(mockOptions);
  try {
    const target = {
      NOMBA_BASE_URL: mock.baseUrl,
      NOMBA_CLIENT_ID: mock.client.id,
      NOMBA_CLIENT_SECRET: mock.client.secret,
    };
    return await runSuite({ ...options, environment: { ...target, ...environment } });
  } finally {
    await mock.close();
  }
}

/** The suite against a server that answers every request in one way. */
async function runAgainst(
  handler: Handler,
  { environment, ...options }: SuiteRunOptions = {},
): Promise<SuiteRun> {
  const listener = await listenHttp(handler);
  try {
    return await runSuite({ ...options, environment: { ...someTarget(listener.port), ...environment } });
  } finally {
    await listener.close();
  }
}

function someTarget(port: number): Record<string, string> {
  const { clientId, clientSecret } = newCredentials();
  return {
    NOMBA_BASE_URL: `http://127.0.0.1:${port}`,
    NOMBA_CLIENT_ID: clientId,
    NOMBA_CLIENT_SECRET: clientSecret,
  };
}

/** The sources of the suite in a folder of this test, with the packages of this checkout and no settings. */
function copyOfCheckout(): string {
  const to = test.info().outputPath('checkout');
  for (const name of [
    'fixtures',
    'reports',
    'schemas',
    'specs',
    'package.json',
    'playwright.config.ts',
    'tsconfig.json',
  ]) {
    const latest = join(repositoryRoot, 'reports', 'latest');
    cpSync(join(repositoryRoot, name), join(to, name), {
      recursive: true,
      filter: (from) => from !== latest,
    });
  }
  symlinkSync(join(repositoryRoot, 'node_modules'), join(to, 'node_modules'));
  return to;
}

/** Frames of a JavaScript stack, or of an error as Node shows it: no reader of a verdict is helped by one. */
const stackTrace = /^\s+at .*:\d+:\d+\)?$|node:internal/m;

/** A run with a verdict: its code, and its sentence as the last line, the same in the report. */
function expectVerdict({ exitCode, stdout, output, report }: SuiteRun, code: 0 | 1 | 3, sentence: RegExp) {
  const verdict = { 0: 'conforming', 1: 'nonconforming', 3: 'inconclusive' }[code];
  const last = stdout.trimEnd().split('\n').at(-1);
  expect({ exitCode, verdict: report?.verdict, last }, output).toEqual({
    exitCode: code,
    verdict,
    last: expect.stringMatching(sentence),
  });
  expect(last).toBe(report?.sentence);
  expect(last).toMatch(/^[A-Z].*\.$/);
  expect(output).not.toMatch(stackTrace);
}

/** A run that was refused: nothing but one sentence, and nothing sent or written. */
function expectRefused({ exitCode, stdout, stderr, files }: SuiteRun, sentence: RegExp) {
  expect({ exitCode, stderr, stdout }).toEqual({
    exitCode: 2,
    stderr: expect.stringMatching(/^[^\n]+\.\n$/),
    stdout: '',
  });
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(stackTrace);
  expect(files).not.toContain('conformance.json');
}

test.describe('0, conforming', () => {
  test('the gate on the embedded mock', async () => {
    const run = await runSuite({ command: commands.gate, environment: { NOMBA_TARGET: 'mock' } });
    expectVerdict(run, 0, /^Conforming: the mock keeps (\d+) of \1 must requirements/);
    expect(run.report?.partial).toBe(false);
  });

  test('a mock started apart, with every report', async () => {
    const run = await runAgainstMock({}, { flags: ['--grep', issueSucceeds] });
    expectVerdict(run, 0, /^Conforming: http:\S+ keeps the \d+ must requirements of this partial run/);
    const reports = ['conformance.json', 'index.html', 'junit.xml', 'playwright/index.html', 'summary.md'];
    expect(run.files).toEqual(expect.arrayContaining(reports));
  });

  test('a run whose output nobody reads to its end', async () => {
    const directory = test.info().outputPath('unread');
    const suite = ['reports/run/main.js', '--grep', issueSucceeds, `--output=${directory}`];
    const reader = `const suite = require('node:child_process').spawn(process.execPath, ${JSON.stringify(suite)}, { stdio: ['ignore', 'pipe', 'inherit'] });
      suite.stdout.destroy();
      suite.on('exit', (code) => process.exit(code));`;
    const run = await frontDoor(['-e', reader], { NOMBA_REPORTS_DIR: directory });
    expect([run.exitCode, run.output]).toEqual([0, '']);
    expect(readFileSync(join(directory, 'summary.md'), 'utf8')).toContain('Conforming');
  });

  test('plain Playwright, for a part of the scenarios', async () => {
    const run = await runSuite({ command: commands.playwright, flags: ['--grep', issueSucceeds] });
    expectVerdict(run, 0, /of this partial run/);
  });

  test('a part of the spec files, which is told as a part', async () => {
    const run = await runSuite({ flags: ['specs/success.spec.ts'] });
    expectVerdict(run, 0, /of this partial run/);
  });

  test('a failure that is known', async () => {
    const run = await runAgainstMock(
      { fault },
      { flags: ['--grep', finding], environment: { NOMBA_KNOWN_DEVIATIONS: knownFile() } },
    );
    expectVerdict(run, 0, /1 known deviation accepted/);
    expect(run.stdout).toContain(`= known  ${broken}  Mended in the next release.`);
  });

  test('a failure that the baseline has', async () => {
    const failed = { outcome: 'failed' as const, deviations: [deviationOf()] };
    const baseline = JSON.stringify(withRequirement(conformingReport(), broken, failed));
    const run = await runAgainstMock(
      { fault },
      { flags: ['--grep', finding, '--baseline', fileOf('baseline.json', baseline)] },
    );
    expectVerdict(
      run,
      0,
      /^No regression since the baseline of 2026-01-15 on the mock: http:\S+ keeps .*1 must requirement failed already/,
    );
  });
});

test.describe('1, nonconforming', () => {
  test('a fault, with an entry that would accept it', async () => {
    const run = await runAgainstMock({ fault }, { flags: ['--grep', finding] });
    expectVerdict(
      run,
      1,
      /^Nonconforming: on http:\S+ a refreshed token does not authorise requests \(contract, line \d+\)\. Do not release/,
    );
    expect(run.stdout).toMatch(
      new RegExp(`^npm run accept -- \\S+/conformance\\.json ${broken} --owner`, 'm'),
    );
  });

  test('a fault that the baseline does not have, by the rules of the gate', async () => {
    const baseline = fileOf('baseline.json', JSON.stringify(conformingReport()));
    const run = await runAgainstMock(
      { fault },
      { command: commands.gate, flags: ['--grep', finding, `--baseline=${baseline}`] },
    );
    expectVerdict(run, 1, /^Nonconforming: .* New since /);
  });

  test('a known deviation that does not fail any more', async () => {
    const run = await runSuite({
      flags: ['--grep', finding],
      environment: { NOMBA_KNOWN_DEVIATIONS: knownFile() },
    });
    expectVerdict(run, 1, /known-deviations\.yaml:2 .*does not any more; delete the entry/);
  });

  test('a known deviation that has expired', async () => {
    const environment = { NOMBA_KNOWN_DEVIATIONS: knownFile({ expires: daysAfter(today, -1) }) };
    const run = await runAgainstMock({ fault }, { flags: ['--grep', finding], environment });
    expectVerdict(run, 1, /^Nonconforming: on .* In the known deviations, .* until .*, and it still does/);
    expect(run.stdout).toMatch(/known-deviations\.yaml:2 .* and it still does; mend the target/);
  });

  test('a known deviation that matches nothing in its scenario', async () => {
    const entry = { requirement: 'issue.response-schema', scenario: issueSucceeds };
    const run = await runSuite({
      flags: ['--grep', issueSucceeds],
      environment: { NOMBA_KNOWN_DEVIATIONS: knownFile(entry) },
    });
    expectVerdict(run, 1, /fails in the scenario "issue answers .*", and it does not/);
  });

  test('a server that answers 200 and {} to everything', async () => {
    const run = await runAgainst(
      (_asked, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
      { flags: ['--grep', 'issue refuses a client'] },
    );
    expectVerdict(
      run,
      1,
      /^Nonconforming: on http:\S+ issue accepts a client that does not prove its identity/,
    );
  });

  test('a server that answers 500 to everything', async () => {
    const run = await runAgainst((_asked, response) => response.writeHead(500).end(), {
      flags: ['--grep', issueSucceeds],
    });
    expectVerdict(
      run,
      1,
      /^Nonconforming: on http:\S+ issue answers 500 Internal Server Error, which is not documented/,
    );
  });
});

test.describe('2, refused before anything is sent', () => {
  const somewhere = { NOMBA_BASE_URL: 'http://127.0.0.1:9', NOMBA_CLIENT_ID: 'a', NOMBA_CLIENT_SECRET: 'b' };
  // One of each kind through the front door; every other sentence is asked of the setup itself, in refusals.test.ts.
  const refused: Record<string, { environment: Record<string, string>; sentence: RegExp }> = {
    'no client id': {
      environment: { ...somewhere, NOMBA_CLIENT_ID: '' },
      sentence: /^NOMBA_CLIENT_ID is blank; set it to the client id/,
    },
    'a folder that cannot be made, in which Node would try for ever': {
      environment: { NOMBA_REPORTS_DIR: '/proc/reports' },
      sentence: /^The folder that NOMBA_REPORTS_DIR names cannot be made \(\w+\); name another/,
    },
    'a contract that does not exist': {
      environment: { NOMBA_CONTRACT: '/nowhere/contract.yaml' },
      sentence: /^The contract \/nowhere\/contract\.yaml does not exist; set NOMBA_CONTRACT/,
    },
  };
  for (const [what, { environment, sentence }] of Object.entries(refused)) {
    test(what, async () => expectRefused(await runSuite({ environment }), sentence));
  }

  test('a part of a run on one machine and a part on another', async () => {
    const run = await runSuite({ flags: ['--shard=1/2'] });
    expectRefused(run, /^A target is asked by one client, in sequence, by one machine, so --shard/);
  });

  test('a URL with credentials, which it does not repeat', async () => {
    const { clientSecret } = newCredentials();
    const url = new URL('http://127.0.0.1:9');
    url.username = 'someone';
    url.password = clientSecret;
    const run = await runSuite({ environment: { ...somewhere, NOMBA_BASE_URL: url.href } });
    expectRefused(run, /^NOMBA_BASE_URL gives a URL with credentials in it/);
    expect(run.output).not.toContain(url.password);
  });

  test('a file of known deviations that is malformed, for a target that listens', async () => {
    let connections = 0;
    const listener = await listenTcp(() => {
      connections += 1;
    });
    const known = knownFile({ owner: '' });
    const environment = { ...someTarget(listener.port), NOMBA_KNOWN_DEVIATIONS: known };
    expectRefused(await runSuite({ environment }), /known-deviations\.yaml:5 gives "" as owner; write who/);
    expect(connections).toBe(0);
    await listener.close();
  });

  test('a baseline of a run that established nothing', async () => {
    const report = inconclusiveReport();
    const open = report.requirements.map((row) => ({ ...row, outcome: 'inconclusive' as const }));
    const baseline = fileOf('baseline.json', JSON.stringify({ ...report, requirements: open }));
    const run = await runSuite({
      command: commands.gate,
      flags: ['--baseline', baseline],
      environment: { NOMBA_TARGET: 'mock' },
    });
    expectRefused(run, /^The baseline .*baseline\.json is of a run that established nothing; name/);
  });

  const settings: Record<string, { content: string; sentence: RegExp }> = {
    'a name that is misspelt in it': {
      content: 'NOMBA_BASEURL=http://127.0.0.1:9\n',
      sentence: /^NOMBA_BASEURL is no variable of the suite; the nearest is NOMBA_BASE_URL/,
    },
    'credentials and no target': {
      content: 'NOMBA_CLIENT_ID=a\nNOMBA_CLIENT_SECRET="b"\nNOMBA_BASE_URL= \n',
      sentence: /^NOMBA_CLIENT_ID is set for a target, and nothing names one/,
    },
  };
  test('a .env that is a folder, unreadable or not meant for the mock', async () => {
    const checkout = copyOfCheckout();
    const run = () =>
      frontDoor([join(checkout, 'reports/run/main.js')], { NOMBA_REPORTS_DIR: join(checkout, 'out') });
    const file = join(checkout, '.env');
    mkdirSync(file);
    const folder = await run();
    expect([folder.exitCode, folder.stdout, folder.stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/^\.env is a folder; make it a file of NAME=value lines/),
    ]);
    rmSync(file, { recursive: true });
    for (const { content, sentence } of Object.values(settings)) {
      writeFileSync(file, content);
      const { exitCode, stdout, stderr } = await run();
      expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringMatching(sentence)]);
    }
    writeFileSync(file, 'NOMBA_TARGET=mock # the embedded one\nNOMBA_CLIENT_SECRET=a#b\n');
    const warned = await frontDoor([join(checkout, 'reports/run/main.js'), '--grep', issueSucceeds], {
      NOMBA_REPORTS_DIR: join(checkout, 'out'),
    });
    expect([warned.exitCode, warned.stderr], warned.output).toEqual([
      0,
      'Warning: .env:2 has a # in the value of NOMBA_CLIENT_SECRET, which ends there; put it in quotes.\n',
    ]);
    expect(warned.stdout).toContain('Warning:      .env:2 has a #');
  });

  test('the gate where no target is named, and a misspelt name in the shell', async () => {
    const unnamed = await runSuite({ command: commands.gate });
    expectRefused(
      unnamed,
      /^The gate needs a target, and nothing names one; set NOMBA_BASE_URL, or NOMBA_TARGET/,
    );
    const misspelt = await runSuite({ environment: { NOMBA_CLIENT_SECERT: 'x' } });
    expectRefused(
      misspelt,
      /^NOMBA_CLIENT_SECERT is no variable of the suite; the nearest is NOMBA_CLIENT_SECRET/,
    );
  });

  test('a baseline of another contract or without a verdict', async () => {
    const report = conformingReport();
    const other = { ...report, contract: { ...report.contract, sha256: 'f'.repeat(64) } };
    const baselines: [name: string, content: object, sentence: RegExp][] = [
      [
        'other.json',
        other,
        /other\.json is of another contract \(.* SHA-256 ffffffffffff…\); name the conformance\.json/,
      ],
      ['open.json', inconclusiveReport(), /open\.json is of a run without a verdict; name/],
    ];
    for (const [name, content, sentence] of baselines) {
      const flags = ['--baseline', fileOf(name, JSON.stringify(content))];
      expectRefused(await runSuite({ flags }), sentence);
    }
  });
});

test.describe('3, inconclusive', () => {
  test('a target that refuses connections, found out within seconds', async () => {
    const listener = await listenTcp(() => {});
    await listener.close();
    const run = await runSuite({ environment: someTarget(listener.port) });
    expectVerdict(run, 3, /^Inconclusive: no verdict on http:\S+: the target refuses connections/);
    expect(run.report?.durationMs).toBeLessThan(10_000);
  });

  test('a target that never answers', async () => {
    const listener = await listenTcp(() => {});
    const environment = { ...someTarget(listener.port), NOMBA_REQUEST_TIMEOUT: '1' };
    const run = await runSuite({ environment });
    expectVerdict(run, 3, /the target does not finish its answer in time/);
    await listener.close();
  });

  test('a selection that matches nothing', async () => {
    const run = await runSuite({ flags: ['--grep', 'no scenario has this title'] });
    expectVerdict(run, 3, /nothing ran, since no scenario is selected/);
  });

  test('a run that is interrupted', async () => {
    const auth = createTinyAuth();
    let interrupt = () => {};
    let asked = 0;
    const listener = await listenHttp((request, response) => {
      asked += 1;
      if (asked === 20) interrupt();
      const { status, headers, body } = auth.answer(request);
      response.writeHead(status, headers).end(JSON.stringify(body));
    });
    const { clientId, clientSecret } = auth;
    const run = await runSuite({
      environment: {
        NOMBA_BASE_URL: `http://127.0.0.1:${listener.port}`,
        NOMBA_CLIENT_ID: clientId,
        NOMBA_CLIENT_SECRET: clientSecret,
      },
      onStart: (given) => {
        interrupt = given;
      },
    });
    await listener.close();
    expectVerdict(run, 3, /^Inconclusive: .*the run was interrupted/);
  });

  test('a must requirement that was not tested, by the rules of the gate', async () => {
    const run = await runAgainstMock({}, { command: commands.gate });
    expectVerdict(run, 3, /the gate needs every must requirement established, and .*token\.expired-unusable/);
    expect(run.stderr).toMatch(/^Warning: The gate needs .* set NOMBA_SHORT_LIVED_CLIENT_ID/m);
  });

  test('what passed in the baseline and was not tested, by the rules of the gate', async () => {
    const baseline = fileOf('baseline.json', JSON.stringify(conformingReport()));
    const run = await runSuite({
      command: commands.gate,
      flags: ['--baseline', baseline, '--grep', issueSucceeds],
      environment: { NOMBA_TARGET: 'mock' },
    });
    expectVerdict(run, 3, /the gate needs what passed in the baseline of 2026-01-15 on the mock established/);
  });
});
