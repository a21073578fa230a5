// @ts-check
/**
 * The folder of reports as a run finds it and leaves it. Plain JavaScript: the command that starts a run asks before
 * any TypeScript is loaded, and must be able to when none can be.
 */

const {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
} = require('node:fs');
const { devNull } = require('node:os');
const { dirname, join, resolve } = require('node:path');
const { parse } = require('dotenv');

const root = join(__dirname, '..', '..');

/** All that a run writes where reports go: a reader must not take what an earlier run left for its verdict. */
const written = [
  'conformance.json',
  'index.html',
  'junit.xml',
  'ctrf-report.json',
  'conformance.sarif',
  'summary.md',
  'badge.svg',
  'badge.json',
  'drift.overlay.yaml',
  join('playwright', 'index.html'),
];

/** The descriptors that a run needs at once: 60 were seen with the mock in the same process. */
const descriptors = 128;

/**
 * A setting of the shell, or of `.env` where the shell has none. A file that cannot be read is the matter of the
 * settings, which say so.
 * @param {string} name
 * @returns {string | undefined}
 */
function setting(name) {
  if (process.env[name] !== undefined) return process.env[name];
  try {
    return parse(readFileSync(join(root, '.env')))[name];
  } catch {
    return undefined;
  }
}

/** Where reports go, as an absolute path. */
function reportsFolder() {
  return resolve(root, setting('NOMBA_REPORTS_DIR')?.trim() || join('reports', 'latest'));
}

/**
 * Makes the folder of reports where it is missing, takes the verdict of an earlier run out of it, and makes a folder
 * in it that is this run's own, of the name that is given or a new one. Throws an error whose message is a sentence
 * when one of these cannot be done.
 * @param {string} reports
 * @param {string} [name]
 * @returns {string}
 */
function openRunFolder(reports, name) {
  const named = setting('NOMBA_REPORTS_DIR')?.trim() ? 'that NOMBA_REPORTS_DIR names' : 'reports/latest';
  attempt(() => makeFolder(reports), `The folder ${named} cannot be made`);
  const make = () => {
    if (name === undefined) return mkdtempSync(join(reports, '.run-'));
    mkdirSync(name);
    return name;
  };
  const own = attempt(make, `The folder ${named} cannot be written to`);
  try {
    const what = `The reports of an earlier run in the folder ${named} cannot be removed`;
    const corrections = resolve(root, setting('NOMBA_CORRECTIONS')?.trim() ?? '');
    // The drift of an earlier run, filled in, may be what this one is to go by.
    const stale = written.map((file) => join(reports, file)).filter((file) => file !== corrections);
    attempt(() => {
      for (const file of stale) rmSync(file, { force: true });
    }, what);
  } catch (error) {
    removeRunFolder(own);
    throw error;
  }
  return own;
}

/**
 * @template T
 * @param {() => T} act
 * @param {string} what
 * @returns {T}
 */
function attempt(act, what) {
  try {
    return act();
  } catch (error) {
    const { code = 'unknown' } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new Error(`${what} (${code}); name another in NOMBA_REPORTS_DIR.`);
  }
}

/**
 * Makes a folder, and those above it, where they are missing. One at a time: told to make all of them where none can be made, as below /proc, Node tries for ever.
 * @param {string} folder
 */
function makeFolder(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ENOENT' && dirname(folder) !== folder) {
      makeFolder(dirname(folder));
      mkdirSync(folder);
    } else if (code !== 'EEXIST') throw error;
    // Something of that name is there: a folder, a file, or a link, which may lead to neither.
    else if (!statSync(folder).isDirectory())
      throw Object.assign(new Error(`${folder} is no folder`), { code: 'ENOTDIR' });
  }
}

/** What cannot be removed is no matter of the verdict. @param {string} folder */
function removeRunFolder(folder) {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {}
}

/**
 * What has Playwright and Node keep their caches in the run's own folder where the machine's cannot be written to.
 * @param {string} folder
 * @param {string} own
 * @returns {Record<string, string>}
 */
function usableTemporaryFolder(folder, own) {
  try {
    rmdirSync(mkdtempSync(join(folder, 'nomba-')));
    return {};
  } catch {
    const temporary = join(own, 'temporary');
    mkdirSync(temporary);
    return { TMPDIR: temporary };
  }
}

/** How many files this process may have open, where those are fewer than a run needs; undefined where they do. */
function tooFewDescriptors() {
  /** @type {number[]} */
  const open = [];
  try {
    while (open.length < descriptors) open.push(openSync(devNull, 'r'));
    return undefined;
  } catch {
    return open.length;
  } finally {
    for (const descriptor of open) closeSync(descriptor);
  }
}

/**
 * How many access tokens a run has left alive by what its workers noted: of each scenario the last note counts.
 * @param {string} folder
 */
function tokensLeft(folder) {
  /** @type {Map<string, number>} */
  const left = new Map();
  for (const { scenario, tokens } of notesIn(folder)) if (scenario) left.set(scenario, tokens?.left ?? 0);
  return [...left.values()].reduce((all, each) => all + each, 0);
}

/**
 * All that the workers of a run have noted, worker by worker.
 * @param {string} folder
 * @returns {{ scenario?: string, tokens?: { left: number } }[]}
 */
function notesIn(folder) {
  try {
    const journals = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    return journals.flatMap((name) => linesIn(readFileSync(join(folder, name), 'utf8')));
  } catch {
    return [];
  }
}

/** The whole lines of a journal; the last may be torn. @param {string} text */
function linesIn(text) {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

module.exports = {
  written,
  linesIn,
  makeFolder,
  openRunFolder,
  removeRunFolder,
  reportsFolder,
  setting,
  tokensLeft,
  tooFewDescriptors,
  usableTemporaryFolder,
};
