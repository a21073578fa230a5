// @ts-check
/**
 * Says what a run came to, as outputs of a workflow's step, and ends as the run did:
 *
 *   node .github/verdict.js EXIT_CODE >> "$GITHUB_OUTPUT"
 *
 * `verdict` (conforming, nonconforming, inconclusive or none), `sentence`, `exit-code`, `changed`: whether there is
 * news beside the last run in NOMBA_HISTORY that had a verdict, and `news`: which. Another verdict is news, so are
 * other breaches under the same verdict, and so is a third run in a row without one. An exit code that the report does
 * not bear out is no verdict: a crash must not pass for a breach, nor a missing report for conformance.
 *
 * The sentence may hold what the target says. In it nothing acts as a mention, a link or markup of GitHub's.
 */

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/** So many runs in a row without a verdict are news: one is an outage. */
const silentRuns = 3;

const given = process.argv[2] ?? '';
const exitCode = /^\d+$/.test(given) ? Number(given) : undefined;
const reports = process.env.NOMBA_REPORTS_DIR || join(__dirname, '..', 'reports', 'latest');
const outcome = outcomeOf(read(join(reports, 'conformance.json')));

for (const [name, value] of Object.entries(outcome)) {
  console.log(`${name}=${defused(String(value).replace(/\s+/g, ' '))}`);
}
process.exitCode = outcome['exit-code'];

/**
 * @typedef {{ id: string, level: string, outcome: string }} Requirement
 * @typedef {{ verdict: string, startedAt: string, outcomes?: Record<string, string> }} Run
 * @typedef {Run & { exitCode: number, sentence: string, requirements?: Requirement[] }} Report
 */

/** @param {Report | undefined} report */
function outcomeOf(report) {
  if (exitCode === 2) {
    const sentence = 'No verdict: the configuration does not work; the log says what to mend.';
    return { verdict: 'none', sentence, 'exit-code': 2, changed: false, news: '' };
  }
  if (!report || exitCode === undefined || report.exitCode !== exitCode) {
    const sentence = `Inconclusive: the run ended with ${given || 'no exit code'} and left no report that says so; its log says why.`;
    return { verdict: 'inconclusive', sentence, 'exit-code': 3, ...newsOf(undefined) };
  }
  const { verdict, sentence } = report;
  return { verdict, sentence, 'exit-code': exitCode, ...newsOf(report) };
}

/**
 * What is news of a run; without a report it had no verdict. An outage in between changes nothing. Before the first
 * run a target is taken to be conforming, so that a breach is told of at once.
 * @param {Report | undefined} report
 */
function newsOf(report) {
  const earlier = history().filter(({ startedAt }) => startedAt !== report?.startedAt);
  const before = earlier.findLast(({ verdict }) => verdict !== 'inconclusive');
  const silent = before ? earlier.length - 1 - earlier.lastIndexOf(before) : earlier.length;
  const parts = [];
  if (!report || report.verdict === 'inconclusive') {
    if (silent + 1 === silentRuns) parts.push(`no verdict in ${silentRuns} runs in a row`);
  } else {
    const { verdict, requirements = [] } = report;
    const was = before?.verdict ?? 'conforming';
    if (verdict !== was) parts.push(`${verdict} after ${was}`);
    const musts = requirements.filter(({ level }) => level === 'must');
    /** @param {(now: string, then: string | undefined) => boolean} picks */
    const ids = (picks) =>
      musts.filter(({ id, outcome }) => picks(outcome, before?.outcomes?.[id])).map(({ id }) => id);
    // A history that keeps verdicts alone says nothing of which requirement it was.
    const comparable = !before || before.outcomes !== undefined;
    const broken = ids((now, then) => comparable && now === 'failed' && then !== 'failed');
    const mended = ids((now, then) => now === 'passed' && then === 'failed');
    if (broken.length > 0) parts.push(`new: ${listed(broken)}`);
    if (mended.length > 0) parts.push(`mended: ${listed(mended)}`);
  }
  return { changed: parts.length > 0, news: parts.join('; ') };
}

/** @param {string[]} ids */
function listed(ids) {
  const rest = ids.length - 10;
  return rest > 0 ? `${ids.slice(0, 10).join(', ')} and ${rest} more` : ids.join(', ');
}

/**
 * The runs on record. A line that is torn, as by a machine that was switched off, is passed over.
 * @returns {Run[]}
 */
function history() {
  const file = process.env.NOMBA_HISTORY;
  const text = file ? readText(file) : undefined;
  return (text ?? '').split('\n').flatMap((line) => {
    const run = parsed(line);
    return typeof run?.verdict === 'string' && typeof run.startedAt === 'string' ? [run] : [];
  });
}

/**
 * A text in which nothing acts in an issue of GitHub's, and which reads the same: a character without width stands
 * after what begins a mention, a reference or markup.
 * @param {string} text
 */
function defused(text) {
  return text.replace(/@(?=\w)|#(?=\d)|[<`[]|\*(?=\S)|www(?=\.)/gi, (sign) => `${sign}\u2060`);
}

/** @param {string} file */
function read(file) {
  const text = readText(file);
  return text === undefined ? undefined : parsed(text);
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
