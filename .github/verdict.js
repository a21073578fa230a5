// @ts-check
/**
 * Says what a run came to, as outputs of a workflow's step, and ends as the run did:
 *
 *   node .github/verdict.js EXIT_CODE >> "$GITHUB_OUTPUT"
 *
 * `verdict` (conforming, nonconforming, inconclusive or none), `sentence`, `exit-code`, and `changed`: whether the
 * verdict is another than that of the last run in NOMBA_HISTORY that had one. An exit code that the report does
 * not bear out is no verdict: a crash must not pass for a breach, nor a missing report for conformance.
 */

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const given = process.argv[2] ?? '';
const exitCode = /^\d+$/.test(given) ? Number(given) : undefined;
const reports = process.env.NOMBA_REPORTS_DIR || join(__dirname, '..', 'reports', 'latest');
const outcome = outcomeOf(read(join(reports, 'conformance.json')));

for (const [name, value] of Object.entries(outcome)) {
  console.log(`${name}=${String(value).replace(/\s+/g, ' ')}`);
}
process.exitCode = outcome['exit-code'];

/** @param {{ exitCode: number, verdict: string, sentence: string, startedAt: string } | undefined} report */
function outcomeOf(report) {
  if (exitCode === 2) {
    const sentence = 'No verdict: the configuration does not work; the log says what to mend.';
    return { verdict: 'none', sentence, 'exit-code': 2, changed: false };
  }
  if (!report || exitCode === undefined || report.exitCode !== exitCode) {
    const sentence = `Inconclusive: the run ended with ${given || 'no exit code'} and left no report that says so; its log says why.`;
    return { verdict: 'inconclusive', sentence, 'exit-code': 3, changed: false };
  }
  const { verdict, sentence } = report;
  return { verdict, sentence, 'exit-code': exitCode, changed: hasChanged(report) };
}

/**
 * An outage in between changes nothing. Before the first run a target is taken to be conforming, so that a breach
 * is told of at once.
 * @param {{ verdict: string, startedAt: string }} report
 */
function hasChanged({ verdict, startedAt }) {
  if (verdict === 'inconclusive') return false;
  const before = history().filter((run) => run.verdict !== 'inconclusive' && run.startedAt !== startedAt);
  return verdict !== (before.at(-1)?.verdict ?? 'conforming');
}

/** @returns {{ verdict: string, startedAt: string }[]} */
function history() {
  const file = process.env.NOMBA_HISTORY;
  const text = file ? readText(file) : undefined;
  return (text ?? '').split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

/** @param {string} file */
function read(file) {
  const text = readText(file);
  return text === undefined ? undefined : JSON.parse(text);
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
