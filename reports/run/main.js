// @ts-check
/**
 * `npm run conformance` and `npm run gate`: starts Playwright's command line with the conformance project in a
 * process of its own, hands signals on to it, and ends with the exit code of the verdict. Plain JavaScript: loading
 * a TypeScript loader first would cost every run a quarter of a second.
 *
 * It is the one that must tell the truth when all else fails: it ends with 0 only when the reporter has said so and
 * the report is there and says so too, and it waits for nothing without end.
 */

const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const module_ = require('node:module');
const { tmpdir } = require('node:os');
const { join, sep } = require('node:path');
const { parseArgs } = require('node:util');

/** How a run ends that judged nothing since it could not be started as asked, and how one without a verdict does. */
const usage = 2;
const noVerdict = 3;

// Node itself finds no package below a folder of such a name, and ends with a code that reads as a verdict.
if (sep === '/' && __dirname.includes('\\')) {
  console.error(
    `The folder of the suite has a backslash in its path, in which Node finds no packages; move it.`,
  );
  process.exit(usage);
}
try {
  require.resolve('@playwright/test/package.json');
  require.resolve('dotenv');
} catch {
  console.error('The packages of the suite are not installed; run npm ci in its folder first.');
  process.exit(usage);
}

const {
  openRunFolder,
  removeRunFolder,
  reportsFolder,
  setting,
  tokensLeft,
  tooFewDescriptors,
  usableTemporaryFolder,
} = require('./run-folder.js');
const { runFolderVariable, terminalVariable } = require('../../fixtures/settings/own-variables.js');

const ownFlags = `Flags of the suite's own; README.md says more. All others are Playwright's, which follow.
  --gate            judge by the pre-release rules
  --baseline FILE   fail only on what the earlier report FILE had not failed
  --fuzz            also send generated requests
`;

/** The reporter gives a sign of life every two seconds; before there is one, a cold machine loads and compiles. */
const silence = { starting: 90_000, running: 60_000 };
/** From an interruption to the end of the run: tokens are revoked and the report is written in this time. */
const timeToTidy = 25_000;
/** The workers of a run that was killed notice it, and revoke what they can. */
const timeForOrphans = 10_000;

const given = process.argv.slice(2);
const { values, tokens } = parseArgs({
  args: given,
  options: {
    gate: { type: 'boolean' },
    fuzz: { type: 'boolean' },
    baseline: { type: 'string' },
    reporter: { type: 'string' },
    list: { type: 'boolean' },
    ui: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
  strict: false,
  tokens: true,
});

/** What is not ours, as it was written: Playwright's. */
const others = new Set(given.keys());
for (const token of tokens) {
  if (token.kind !== 'option' || !['gate', 'fuzz', 'baseline', 'reporter'].includes(token.name)) continue;
  others.delete(token.index);
  if (token.value !== undefined && !token.inlineValue) others.delete(token.index + 1);
}
const playwrights = [...others].map((index) => given[index] ?? '');

// Whoever reads the output may stop, or have no room: the verdict is in the reports and in the exit code too.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/** The folder of this run; none before there is one, and where nothing is judged. @type {string | undefined} */
let own;

// A mistake in here is no verdict either: Node would end with 1, which reads as one.
process.on('uncaughtException', (error) => conclude(`the command itself failed (${error.message})`));

if (values.help) console.log(ownFlags);
for (const name of /** @type {const} */ (['baseline', 'reporter'])) {
  const value = values[name];
  if (value === undefined || (typeof value === 'string' && value !== '')) continue;
  const what = { baseline: 'the conformance.json of an earlier run', reporter: 'the name of a reporter' }[
    name
  ];
  refuse(`--${name} needs ${what}; write --${name} ${name === 'baseline' ? 'FILE' : 'NAME'}.`);
}
if (values.reporter) playwrights.push(`--reporter=${withOurs(String(values.reporter))}`);

/** Whether nothing is to be judged: what is listed or shown leaves the last verdict where it is. */
const judgesNothing = Boolean(values.help || values.list || values.ui);
const reports = reportsFolder();
if (!judgesNothing) own = openOrRefuse();

/** @type {number | undefined} */
const descriptors = tooFewDescriptors();
if (descriptors !== undefined) {
  conclude(
    `this machine lets a process open only ${descriptors} files more, which is too few for a run; raise the limit (ulimit -n 1024)`,
  );
}

/** What the run says of itself: that its reporter is there, that it is alive, with which code it ended. */
let begun = false;
let lastSign = performance.now();
/** @type {number | undefined} */
let concluded;
/** Why it was brought to an end, in words that follow "since the run". @type {string | undefined} */
let ended;
let interrupted = false;
/** What it wrote to stderr, to its last part: why it could not start, or what it ended of. */
let told = '';

const child = start();
const startedBy = process.ppid;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => interrupt(`was interrupted (${signal})`));
}
const watch = setInterval(() => {
  // npm, or the shell, was killed and cannot hand on what it was told: nobody waits for the end of this run.
  if (process.ppid !== startedBy && !interrupted)
    interrupt('was interrupted (the process that started it is gone)');
  const limit = begun ? silence.running : silence.starting;
  if (!judgesNothing && performance.now() - lastSign > limit)
    kill(`gave no sign of life for ${limit / 1000} s`);
}, 1000);
const budget = Number(setting('NOMBA_MAX_TIME'));
if (budget > 0 && !judgesNothing) {
  setTimeout(() => kill('was not over in the time of NOMBA_MAX_TIME'), budget * 1000 + timeToTidy).unref();
}

/** Playwright with all that it needs to know, or an end where it cannot be started. */
function start() {
  const cache =
    'enableCompileCache' in module_ ? /** @type {any} */ (module_).enableCompileCache() : undefined;
  try {
    const started = spawn(
      process.execPath,
      [
        join(require.resolve('@playwright/test/package.json'), '..', 'cli.js'),
        'test',
        `--config=${join(__dirname, '..', '..', 'playwright.config.ts')}`,
        '--project=conformance',
        ...playwrights,
      ],
      {
        // A group of its own: a terminal's Ctrl+C comes once, from here. Playwright takes a second one for impatience.
        detached: true,
        stdio: ['inherit', 'inherit', 'pipe', 'ipc'],
        env: {
          ...(cache?.directory && { NODE_COMPILE_CACHE: cache.directory }),
          // Its page would be served until Ctrl+C where a user asks for it by --reporter.
          PLAYWRIGHT_HTML_OPEN: 'never',
          ...(values.reporter && { PLAYWRIGHT_HTML_OUTPUT_DIR: join(reports, 'playwright') }),
          ...process.env,
          ...(own && { [runFolderVariable]: own, ...usableTemporaryFolder(tmpdir(), own) }),
          ...(process.stderr.isTTY && { [terminalVariable]: String(process.stderr.columns) }),
          ...(values.gate && { NOMBA_RULES: 'gate' }),
          ...(values.fuzz && { NOMBA_FUZZ: '1' }),
          ...(values.baseline && { NOMBA_BASELINE: String(values.baseline) }),
        },
      },
    );
    started.on('message', (message) => {
      lastSign = performance.now();
      const { begins, code } = /** @type {{ begins?: boolean, code?: number }} */ (message);
      if (begins) begun = true;
      // It ends by itself now; where it does not, all has been said.
      if (code === undefined) return;
      concluded = code;
      setTimeout(() => kill('did not end'), timeForOrphans).unref();
    });
    started.stderr?.on('data', (/** @type {Buffer} */ chunk) => passOn(chunk.toString()));
    started.on('error', (error) => conclude(`Playwright could not be started (${codeOf(error)})`));
    started.on('exit', (code, signal) => void end(code, signal));
    return started;
  } catch (error) {
    return conclude(`Playwright could not be started (${codeOf(error)})`);
  }
}

/** Has the run end as after Ctrl+C: with a report, and tidied. @param {string} why */
function interrupt(why) {
  if (!interrupted) setTimeout(() => kill(why), timeToTidy).unref();
  interrupted = true;
  ended ??= why;
  child.kill('SIGINT');
}

/** @param {string} why */
function kill(why) {
  ended ??= why;
  child.kill('SIGKILL');
  // A process that waits for a disk does not even end then.
  setTimeout(() => void end(null, 'SIGKILL'), timeForOrphans);
}

/**
 * What the run says on stderr goes on to ours, without the stacks of an end that it did not choose: what they mean
 * is in the last sentence. Before its reporter is there it says nothing else.
 * @param {string} text
 */
function passOn(text) {
  told = (told + text).slice(-100_000);
  if (judgesNothing) process.stderr.write(text);
  else if (begun && !crash.test(told)) process.stderr.write(text);
}

/** What Node writes first where it ends of itself: in native code, or by an error that nothing catches. */
const crash =
  /^(?:<--- Last few GCs|FATAL ERROR|#\n# Fatal|node:internal|(?:file:\/\/)?\/.*:\d+\n)|Fatal process out of memory|^node\[\d+\]: /m;

/**
 * Ends as the run did, once its workers have ended too.
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
async function end(code, signal) {
  clearInterval(watch);
  await orphansGone();
  if (judgesNothing) {
    leave(values.ui && code === 0 ? noVerdict : (code ?? noVerdict));
  } else if (concluded !== undefined && (concluded !== 0 || reportSaysSo())) leave(concluded);
  else if (concluded === 0) conclude('the report that it was to write is not there');
  else if (begun || code !== 1 || outOfMeans.test(told) || ended) conclude(whyEnded(code, signal));
  // Playwright ends with 1 when the suite itself cannot be loaded; 1 without a verdict would read as one.
  else refuse(sentenceIn(told));
}

/** What the machine had too little of, by the codes of its errors. */
const outOfMeans = /\b(?:EMFILE|ENFILE|ENOMEM|EAGAIN|ENOSPC|EROFS|EDQUOT|EIO)\b|out of memory/i;

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function whyEnded(code, signal) {
  const [lack] = outOfMeans.exec(told) ?? [];
  // Node ends itself by one of these when it gets no memory.
  const memory = signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGILL' || code === 134;
  const how =
    ended ??
    (memory
      ? `ended for want of memory or processes (${signal ?? `exit code ${code}`})`
      : lack
        ? `could not go on (${lack})`
        : signal
          ? `was killed (${signal})`
          : `ended with exit code ${code} before its report was written`);
  const left = own ? tokensLeft(own) : 0;
  const tokens = !begun
    ? ''
    : left > 0
      ? `; ${left} access tokens or more are left alive`
      : '; access tokens may be left alive';
  return `the run ${how}${tokens}`;
}

/** The last word of a run without a verdict. @param {string} why @returns {never} */
function conclude(why) {
  console.log(`Inconclusive: no verdict, since ${why}.`);
  return leave(noVerdict);
}

/** @param {string} sentence @returns {never} */
function refuse(sentence) {
  console.error(sentence);
  return leave(usage);
}

/** @param {number} code @returns {never} */
function leave(code) {
  if (own) removeRunFolder(own);
  process.exit(code);
}

function openOrRefuse() {
  try {
    return openRunFolder(reports);
  } catch (error) {
    return refuse(/** @type {Error} */ (error).message);
  }
}

/** Whether the report of this run is there and bears out that the target conforms: 0 needs proof. */
function reportSaysSo() {
  try {
    const { exitCode, verdict } = JSON.parse(readFileSync(join(reports, 'conformance.json'), 'utf8'));
    return exitCode === 0 && verdict === 'conforming';
  } catch {
    return false;
  }
}

/** Waits for the workers of a run that has ended, which may be tidying up, and ends them where that takes too long. */
async function orphansGone() {
  const until = performance.now() + timeForOrphans;
  while (performance.now() < until) {
    try {
      process.kill(-(child.pid ?? 0), 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  } catch {}
}

/** The reporters that a user asks for, behind ours: without it there is no verdict, and secrets in their reports. @param {string} asked */
function withOurs(asked) {
  const ours = join(__dirname, 'reporter.ts');
  return asked.includes('reports/run/reporter.ts') ? asked : `${ours},${asked}`;
}

/** What is wrong, out of an error as Node shows it: without its name and its stack. @param {string} text */
function sentenceIn(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at |^node:/.test(line));
  const line = lines.find((each) => /error/i.test(each)) ?? lines[0] ?? 'Playwright could not be started';
  return line.replace(/^\s*(?:\w*Error: )?(?:error: )?/, '').trim();
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code ?? 'unknown';
}
