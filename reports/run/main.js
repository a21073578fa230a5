// @ts-check
/**
 * `npm run conformance` and `npm run gate`: starts Playwright's command line with the conformance project in a
 * process of its own, hands signals on to it, and ends with the exit code of the verdict. Plain JavaScript: loading
 * a TypeScript loader first would cost every run a quarter of a second.
 */

const { spawn } = require('node:child_process');
const module_ = require('node:module');
const { join } = require('node:path');
const { parseArgs } = require('node:util');

const ownFlags = `Flags of the suite's own; README.md says more. All others are Playwright's, which follow.
  --gate            judge by the pre-release rules
  --baseline FILE   fail only on what the earlier report FILE had not failed
  --fuzz            also send generated requests
`;

/** How a run ends that judged nothing since it could not be started as asked, and how one without a verdict does. */
const usage = 2;
const noVerdict = 3;

const given = process.argv.slice(2);
const { values, tokens } = parseArgs({
  args: given,
  options: {
    gate: { type: 'boolean' },
    fuzz: { type: 'boolean' },
    baseline: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
  strict: false,
  tokens: true,
});

/** What is not ours, as it was written: Playwright's. */
const others = new Set(given.keys());
for (const token of tokens) {
  if (token.kind !== 'option' || !['gate', 'fuzz', 'baseline'].includes(token.name)) continue;
  others.delete(token.index);
  if (token.value !== undefined && !token.inlineValue) others.delete(token.index + 1);
}
const playwrights = [...others].map((index) => given[index] ?? '');

if (values.help) console.log(ownFlags);
if (values.baseline !== undefined && (typeof values.baseline !== 'string' || values.baseline === '')) {
  console.error('--baseline needs the conformance.json of an earlier run; write --baseline FILE.');
  process.exit(usage);
}

const cache = module_.enableCompileCache?.();
const child = spawn(
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
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...(cache?.directory && { NODE_COMPILE_CACHE: cache.directory }),
      ...process.env,
      ...(values.gate && { NOMBA_RULES: 'gate' }),
      ...(values.fuzz && { NOMBA_FUZZ: '1' }),
      ...(values.baseline && { NOMBA_BASELINE: String(values.baseline) }),
    },
  },
);

/** The exit code of the verdict, once the reporter has written the report and said so. @type {number | undefined} */
let concluded;
child.on('message', (message) => {
  concluded = Number(message);
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => child.kill('SIGINT'));
}
child.on('error', (error) => {
  console.error(`Inconclusive: no verdict, since Playwright could not be started (${error.message}).`);
  process.exitCode = noVerdict;
});
child.on('close', (code) => {
  if (concluded !== undefined) process.exitCode = concluded;
  else if (values.help || playwrights.includes('--list')) process.exitCode = code ?? noVerdict;
  // Playwright ends with 1 when the suite itself cannot be loaded; 1 without a verdict would read as one.
  else process.exitCode = code === 1 ? usage : noVerdict;
});
