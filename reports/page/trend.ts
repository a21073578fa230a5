import type { ConformanceReport, HistoryEntry, Outcome } from '../../schemas/report/report.ts';
import { flaky, historyEntry } from '../judge/history.ts';
import { html, type View } from './html.ts';
import { outcomeNames, sign, verdictNames } from './signs.ts';
import { counted, duration, moment, shown, shownPlain } from './text.ts';

/** Most runs that are shown, the newest; older ones are in the history file. */
const mostRuns = 30;

/** The past runs on the same target, oldest first, and this one as the last. */
export function runsWith(report: ConformanceReport, history: HistoryEntry[]): HistoryEntry[] {
  const past = history.filter(
    ({ target, startedAt }) =>
      target === report.target.name && Date.parse(startedAt) < Date.parse(report.startedAt),
  );
  return [...past, historyEntry(report)];
}

/** How often each flaky requirement changed its outcome over these runs, by id. */
export function flakyChanges(runs: HistoryEntry[]): Map<string, number> {
  return new Map(flaky(runs).map(({ id, changes }) => [id, changes]));
}

/** Verdicts, changed outcomes and medians over the past runs. */
export function trendView(runs: HistoryEntry[], changes: ReadonlyMap<string, number>): View {
  const recent = runs.slice(-mostRuns);
  return html`<section id="trend" class="panel" aria-labelledby="trend-title">
    <h2 id="trend-title">Trend</h2>
    ${
      runs.length < 2
        ? html`<p class="quiet">No past run on this target is on record. Set <code>NOMBA_HISTORY</code> to a file to keep one.</p>`
        : html`<p class="quiet">The last ${counted(recent.length, 'run')} on this target, oldest first; the last column is this run. A requirement is flaky when it passed and failed under the same contract and suite.</p>
          ${sinceLast(recent)}
          ${outcomesOver(recent, changes)}
          <div class="plots">${operationsOf(recent).map((operation) => medians(operation, recent))}</div>`
    }
  </section>`;
}

/** What this run says otherwise than the run before it. */
function sinceLast(runs: HistoryEntry[]): View {
  const before = runs.at(-2)?.outcomes ?? {};
  const now = Object.entries(runs.at(-1)?.outcomes ?? {});
  const changed = (holds: boolean) =>
    now.filter(
      ([id, outcome]) =>
        isJudged(outcome) &&
        isJudged(before[id]) &&
        (outcome === 'passed') === holds &&
        (before[id] === 'passed') !== holds,
    );
  const links = (entries: [string, Outcome][]) =>
    entries.length === 0
      ? 'none'
      : entries.map(
          ([id], at) => html`${at > 0 && ', '}<a href=${`#${encodeURIComponent(id)}`}>${shown(id)}</a>`,
        );
  return html`<p class="since">Since the run before, newly failing: ${links(changed(false))}. Newly passing: ${links(changed(true))}.</p>`;
}

function isJudged(outcome: Outcome | undefined): boolean {
  return outcome === 'passed' || outcome === 'failed' || outcome === 'known';
}

function outcomesOver(runs: HistoryEntry[], changes: ReadonlyMap<string, number>): View {
  const ids = [...new Set(runs.flatMap(({ outcomes }) => Object.keys(outcomes)))];
  const changed = ids.filter((id) => new Set(runs.map(({ outcomes }) => outcomes[id])).size > 1);
  const isFlaky = (id: string) => changes.get(id) ?? 0;
  changed.sort((a, b) => isFlaky(b) - isFlaky(a) || a.localeCompare(b));
  return html`<div class="scroll" tabindex="0" role="group" aria-labelledby="trend-title">
    <table class="runs">
      <thead><tr><th scope="col" class="corner">Verdict</th>${runs.map(
        ({ verdict, startedAt, suiteVersion, commit }) => {
          const { name, sign: verdictSign } = verdictNames[verdict];
          const when = moment(startedAt);
          return html`<th scope="col" title=${shownPlain(`${when}: ${name}. Suite ${suiteVersion}, commit ${commit}`)}>
          <span class=${`cell is-${verdictSign}`}>${sign(verdictSign)}<span class="unseen">${when}: ${name}</span></span></th>`;
        },
      )}</tr></thead>
      <tbody>${changed.map(
        (
          id,
        ) => html`<tr><th scope="row"><a href=${`#${encodeURIComponent(id)}`}>${shown(id)}</a>${isFlaky(id) > 0 && html` <span class="tag flaky">flaky: ${counted(isFlaky(id), 'change')}</span>`}</th>
          ${runs.map(({ outcomes }) => outcomeCell(outcomes[id]))}</tr>`,
      )}</tbody>
    </table>
  </div>
  <p class="quiet">${counted(ids.length - changed.length, 'other requirement')} kept one outcome throughout.</p>`;
}

function outcomeCell(outcome: Outcome | undefined): View {
  return html`<td>${
    outcome === undefined
      ? html`<span class="unseen">absent</span>`
      : html`<span class=${`cell is-${outcome}`}>${sign(outcome)}<span class="unseen">${outcomeNames[outcome]}</span></span>`
  }</td>`;
}

function operationsOf(runs: HistoryEntry[]): string[] {
  return [...new Set(runs.flatMap(({ medianMs }) => Object.keys(medianMs)))];
}

/** The medians of one operation as a line, one point a run; runs that did not time it leave a gap. */
function medians(operation: string, runs: HistoryEntry[]): View {
  const values = runs.map(({ medianMs }) => medianMs[operation]);
  const known = values.filter((ms) => ms !== undefined);
  const slowest = Math.max(...known, 1);
  const last = known.at(-1) ?? 0;
  const x = (at: number) => 4 + (at * 352) / Math.max(runs.length - 1, 1);
  const y = (ms: number) => 56 - (ms / slowest) * 48;
  let joined = false;
  let path = '';
  for (const [at, ms] of values.entries()) {
    if (ms !== undefined) path += `${joined ? 'L' : 'M'}${x(at).toFixed(1)} ${y(ms).toFixed(1)}`;
    joined = ms !== undefined;
  }
  const dots = values
    .map((ms, at) => (ms === undefined ? '' : `M${x(at).toFixed(1)} ${y(ms).toFixed(1)}h0`))
    .join('');
  const range = `${duration(Math.min(...known))} to ${duration(slowest)}`;
  return html`<figure class="plot">
    <figcaption><b>${shown(operation)}</b> <span>median ${duration(last)}</span> <span class="quiet">${range} over ${counted(known.length, 'run')}</span></figcaption>
    <svg viewBox="0 0 360 60" role="img" aria-label=${`Median of ${shownPlain(operation)} over ${counted(known.length, 'run')}: ${range}, now ${duration(last)}`}>
      <path class="grid" d="M0 56H360" /><path class="median" d=${path} /><path class="points" d=${dots} />
    </svg>
  </figure>`;
}
