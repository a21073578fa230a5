import type { ConformanceReport, Outcome } from '../../schemas/report/report.ts';
import { untoldErrors } from '../judge/findings.ts';
import { command } from './command.ts';
import { html, type View } from './html.ts';
import { sign, verdictName, verdictNames } from './signs.ts';
import type { Standing, Standings } from './standing.ts';
import { count, counted, duration, moment, shown } from './text.ts';

const tallies: { standing: Standing; outcome: Outcome; words: string; href: string }[] = [
  { standing: 'broken', outcome: 'failed', words: 'failed', href: '#deviations' },
  { standing: 'advice', outcome: 'failed', words: 'should deviation', href: '#advice' },
  { standing: 'known', outcome: 'known', words: 'known', href: '#known' },
  { standing: 'inconclusive', outcome: 'inconclusive', words: 'inconclusive', href: '#inconclusive' },
  { standing: 'not-tested', outcome: 'not-tested', words: 'not tested', href: '#not-tested' },
  { standing: 'passed', outcome: 'passed', words: 'passed', href: '#passed' },
];

/** The top of the page: the verdict, its sentence, how many requirements ended how, and what was run. */
export function banner(report: ConformanceReport, standings: Standings): View {
  const name = verdictName(report);
  const { sign: verdictSign } = verdictNames[report.verdict];
  return html`<div class=${`banner is-${verdictSign}`}>
    <div class="verdict">
      <span class="seal">${sign(verdictSign)}</span>
      <div>
        <h1>${name}</h1>
        <p class="lead">${withoutVerdict(report.sentence, name)}</p>
      </div>
    </div>
    ${tally(report, standings)}
    ${facts(report)}
  </div>`;
}

/** The sentence without the verdict at its head, which the heading already says. */
function withoutVerdict(sentence: string, name: string): View {
  const rest = sentence.replace(new RegExp(`^${name}:\\s*`, 'i'), '');
  const startsWithAddress = /^\w+:\/\//.test(rest);
  return shown(startsWithAddress ? rest : rest.charAt(0).toUpperCase() + rest.slice(1));
}

function tally({ requirements }: ConformanceReport, standings: Standings): View {
  const present = tallies.filter(({ standing }) => standings[standing].length > 0);
  let from = 0;
  const parts = present.map(({ standing }, at) => {
    const width = (standings[standing].length / requirements.length) * 100;
    const x = from;
    from += width;
    const gap = at < present.length - 1 ? 0.25 : 0;
    return html`<rect class=${`part-${standing}`} x=${x} y="0" width=${Math.max(width - gap, 0.1)} height="1" />`;
  });
  return html`<div class="tally">
    <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>
    <ul>
      ${present.map(({ standing, outcome, words, href }) => {
        const number = standings[standing].length;
        const label = standing === 'advice' && number !== 1 ? `${words}s` : words;
        return html`<li class=${`part-${standing}`}><a href=${href}>${sign(outcome)} <b>${count(number)}</b> ${label}</a></li>`;
      })}
    </ul>
  </div>`;
}

function facts(report: ConformanceReport): View {
  const { target, contract, overlay, suite, startedAt, durationMs, requests, rules, exitCode, partial } =
    report;
  const { warnings = [] } = report;
  return html`<dl class="facts">
    <div><dt>Target</dt><dd>${shown(target.name)}<br /><span class="quiet">${shown(target.baseUrl)}</span></dd></div>
    ${warnings.map((warning) => html`<div><dt>Warning</dt><dd>${shown(warning)}</dd></div>`)}
    <div><dt>Contract</dt><dd>${shown(contract.title)} ${shown(contract.version)}<br />
      <span class="quiet" title=${`SHA-256 ${contract.sha256}`}>${shown(contract.path)}</span>
      ${overlay && html`<br /><span class="quiet" title=${`SHA-256 ${overlay.sha256}`}>with ${shown(overlay.path)}</span>`}</dd></div>
    <div><dt>Run</dt><dd><time datetime=${startedAt}>${moment(startedAt)}</time><br />
      <span class="quiet">${duration(durationMs)}, ${counted(requests, 'request')}</span></dd></div>
    <div><dt>Suite</dt><dd>${shown(suite.version)}<br /><span class="quiet">commit ${shown(suite.commit.slice(0, 12))}</span></dd></div>
    <div><dt>Rules</dt><dd>${rules}${partial && ', a part only'}<br /><span class="quiet">exit code ${exitCode}</span></dd></div>
    ${guarantees(report)}
  </dl>`;
}

/** What the run did beside asking: tokens, outages, what was cut short, leeway, corrections, baseline. */
function guarantees(report: ConformanceReport): View {
  const { tokens, outages = [], cuts = [], corrections = [], baseline, requirements } = report;
  const away = outages.reduce((all, { durationMs }) => all + (durationMs ?? 0), 0);
  const endless = outages.some(({ durationMs }) => durationMs === null);
  const leeway = requirements.find(({ id }) => id === 'token.leeway')?.outcome;
  const told: [string, string, View?][] = [
    [
      'Tokens left',
      `${count(tokens.left)} of ${count(tokens.issued)}`,
      tokens.left > 0
        ? tokens.leftUntil === undefined
          ? 'they live until they expire'
          : html`the last ends ${moment(tokens.leftUntil)}`
        : tokens.issued > 0
          ? 'every one is dead again'
          : 'none was obtained',
    ],
  ];
  if (tokens.refreshLeft) {
    told.push(['Refresh tokens left', count(tokens.refreshLeft), 'the contract gives no way to revoke them']);
  }
  if (outages.length > 0) {
    told.push([
      'Away',
      counted(outages.length, 'time'),
      endless ? 'and did not return' : `for ${duration(away)} in all`,
    ]);
  }
  for (const { operation, hangs, notSent } of cuts) {
    told.push([
      'Cut short',
      `${operation} hung ${counted(hangs, 'time')}`,
      `${counted(notSent, 'request')} not sent`,
    ]);
  }
  if (leeway === 'failed') told.push(['Leeway', 'seen', 'an expired token is taken for a while']);
  if (corrections.length > 0)
    told.push(['Corrections', counted(corrections.length, 'change'), 'of the contract']);
  if (baseline) {
    told.push(['New since', moment(baseline.startedAt), 'alone turns the verdict']);
  }
  return told.map(
    ([name, value, note]) =>
      html`<div><dt>${name}</dt><dd>${shown(value)}${note && html`<br /><span class="quiet">${note}</span>`}</dd></div>`,
  );
}

/** What is wrong with the run itself, before anything about the contract; nothing when nothing is. */
export function runTroubles(report: ConformanceReport): View {
  const { knownDeviationProblems, correctionProblems = [], partial } = report;
  const errors = untoldErrors(report);
  return [
    errors.length > 0 &&
      html`<section class="trouble" aria-labelledby="errors"><h2 id="errors">Run errors</h2>
        <ul>${errors.map(({ kind, message }) => html`<li><span class="tag">${kind}</span> ${shown(message)}</li>`)}</ul>
      </section>`,
    knownDeviationProblems.length > 0 &&
      html`<section class="trouble" aria-labelledby="known-problems"><h2 id="known-problems">The known-deviations file needs mending</h2>
        <ul>${knownDeviationProblems.map((problem) => html`<li>${shown(problem)}</li>`)}</ul>
      </section>`,
    correctionProblems.length > 0 &&
      html`<section class="trouble" aria-labelledby="correction-problems"><h2 id="correction-problems">The file of corrections needs mending</h2>
        <ul>${correctionProblems.map((problem) => html`<li>${shown(problem)}</li>`)}</ul>
      </section>`,
    partial &&
      html`<p class="trouble">Only a part of the scenarios was selected: this report says nothing of the others.</p>`,
  ];
}

/** The file of known deviations that accepts what broke, but for reasons and owners; nothing when there is none. */
export function suggestions({ suggestedEntries }: ConformanceReport): View {
  return (
    suggestedEntries.length > 0 &&
    html`<details class="suggestions fold">
      <summary>Accept for a while instead: a file of known deviations with ${counted(suggestedEntries.length, 'entry', 'entries')}</summary>
      ${command('known.yaml', `known:\n${suggestedEntries.join('')}`.trimEnd())}
    </details>`
  );
}
