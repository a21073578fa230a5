/** The conformance page: a report as one HTML document that needs nothing but itself. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { ConformanceReport, HistoryEntry, RequirementResult } from '../../schemas/report/report.ts';
import { leadsWithSecurity } from '../judge/findings.ts';
import { banner, runTroubles, suggestions } from './banner.ts';
import { causesView } from './cause.ts';
import { changesView } from './changes.ts';
import { linesAround } from './contract-lines.ts';
import { correctionsView } from './corrections.ts';
import { coverageView } from './coverage.ts';
import { diagnosisView } from './diagnosis.ts';
import { driftView } from './drift.ts';
import { filters } from './filters.ts';
import { html, type View } from './html.ts';
import { latencyView } from './latency.ts';
import { matrix } from './matrix.ts';
import { type RequirementContext, requirementCard, requirementRow } from './requirement.ts';
import { favicon, signSprite, verdictName } from './signs.ts';
import { type Standings, standingsOf } from './standing.ts';
import { counted, shown, shownPlain } from './text.ts';
import { flakyChanges, runsWith, trendView } from './trend.ts';

/** In the order of the cascade. */
const styles = [
  'base',
  'signs',
  'code',
  'banner',
  'filters',
  'causes',
  'requirements',
  'rows',
  'panels',
  'matrix',
  'figures',
  'layout',
  'print',
];

/** What a page may tell of earlier runs. */
export interface Past {
  history?: HistoryEntry[] | undefined;
  since?: ConformanceReport | undefined;
}

/**
 * The report as a whole HTML document: style and script inside, nothing fetched, works from a file. The lines of
 * the contract are read from the files that the report names, where they are at hand. `history` has past runs,
 * oldest first; with `since`, an earlier report, the page tells what has changed. About 60 ms for a usual run,
 * 300 ms for one with 500 deviations.
 */
export function renderPage(report: ConformanceReport, { history = [], since }: Past = {}): string {
  const style = styles.map((name) => asset(`style/${name}.css`)).join('\n');
  const script = asset('page.js');
  const runs = runsWith(report, history);
  const context = {
    linesAround: linesAround(report),
    startedAt: report.startedAt,
    flaky: flakyChanges(runs),
  };
  const name = verdictName(report);
  const document = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content=${contentSecurityPolicy(style, script)} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="referrer" content="no-referrer" />
      <title>${shownPlain(`${name}: ${report.target.name}, ${report.contract.title}`)}</title>
      <link rel="icon" href=${favicon(report.verdict)} />
      <style dangerouslySetInnerHTML=${{ __html: style }} />
    </head>
    <body>
      ${signSprite()}
      ${body(report, context, trendView(runs, context.flaky), since)}
      <script dangerouslySetInnerHTML=${{ __html: script }} />
    </body>
  </html>`;
  return `<!doctype html>\n${renderToString(document as VNode)}\n`;
}

function body(
  report: ConformanceReport,
  context: RequirementContext,
  trend: View,
  since: ConformanceReport | undefined,
): View {
  const standings = standingsOf(report);
  const isGrave = leadsWithSecurity(report);
  const digests = [report.contract, ...(report.overlay ? [report.overlay] : [])];
  return html`
    <a class="skip" href="#deviations">Skip to the deviations</a>
    <header class="top">
      <p class="product">Nomba Auth Conformance</p>
      <nav class="sections" aria-label="Sections">
        ${[
          'deviations',
          'matrix',
          ...(since ? ['changes'] : []),
          'coverage',
          'drift',
          'latency',
          'trend',
        ].map((id) => html`<a href=${`#${id}`}>${id.charAt(0).toUpperCase()}${id.slice(1)}</a>`)}
      </nav>
    </header>
    <main>
      ${banner(report, standings)}
      ${runTroubles(report)}
      ${correctionsView(report)}
      ${!isGrave && diagnosisView(report)}
      ${filters(report)}
      <div class="split">
        <div class="list">${list(report, standings, context)}</div>
        ${matrix(report)}
      </div>
      ${isGrave && diagnosisView(report)}
      ${since && changesView(report, since)}
      ${coverageView(report)}
      ${driftView(report)}
      ${latencyView(report)}
      ${trend}
    </main>
    <footer>
      <p>Made from <code>conformance.json</code>, which says the same to machines. Playwright's own report is <code>playwright/index.html</code> beside it.</p>
      ${digests.map(({ path, sha256 }) => html`<p>SHA-256 of ${shown(path)}: <code>${shown(sha256)}</code></p>`)}
    </footer>
  `;
}

function list(report: ConformanceReport, standings: Standings, context: RequirementContext): View {
  const { broken, advice, known, inconclusive, 'not-tested': notTested, passed } = standings;
  return html`
    ${group('deviations', 'Unexpected deviations', broken, '', [
      broken.length === 0 && html`<p class="empty">${noneBroken(report)}</p>`,
      causesView(report, context),
      suggestions(report),
    ])}
    ${advice.length > 0 && group('advice', 'Should deviations', advice, 'From standards that the contract names. Reported; they never turn the verdict.', foldedCards(advice, context))}
    ${known.length > 0 && group('known', 'Known deviations', known, 'Accepted for a while, each with owner, reason and expiry.', foldedCards(known, context))}
    ${inconclusive.length > 0 && group('inconclusive', 'Inconclusive', inconclusive, 'No answer could be had, or the control failed.', byReason(inconclusive, context))}
    ${notTested.length > 0 && group('not-tested', 'Not tested', notTested, 'A prerequisite is missing.', byReason(notTested, context))}
    ${passed.length > 0 && group('passed', 'Passed', passed, '', folded('Each with its sentence', passed, context))}
    ${report.notApplicable.length > 0 && notApplicable(report)}
    <p class="empty nothing" hidden>No requirement matches the filters.</p>
  `;
}

/** So many rows stand open: more are read one fold at a time. */
const openRows = 3;

/** Requirements that came to nothing, those of one reason together: it is said once. */
function byReason(requirements: RequirementResult[], context: RequirementContext): View {
  const reasons = [...new Set(requirements.map(({ reason }) => reason))];
  return reasons.map((reason) =>
    folded(
      reason,
      requirements.filter((one) => one.reason === reason),
      context,
    ),
  );
}

/** Rows behind the line that they have in common, open where they are few. */
function folded(line: string, requirements: RequirementResult[], context: RequirementContext): View {
  return html`<details class="fold rows" open=${requirements.length <= openRows && requirements[0]?.outcome !== 'passed'}>
    <summary><span class="reason">${shown(line)}</span> <span class="size">${requirements.length}</span></summary>
    ${requirements.map((requirement) => requirementRow(requirement, context))}
  </details>`;
}

/** Each card behind its title. */
function foldedCards(requirements: RequirementResult[], context: RequirementContext): View {
  return requirements.map(
    (requirement) => html`<details class="fold rows">
      <summary><h3>${shown(requirement.title)}</h3> <code>${shown(requirement.id)}</code></summary>
      ${requirementCard(requirement, context, { open: false, named: false })}
    </details>`,
  );
}

function noneBroken({ verdict }: ConformanceReport): string {
  return verdict === 'inconclusive'
    ? 'None was found. The run was not able to look everywhere.'
    : 'None. Every must requirement that was tested holds, or is a known deviation.';
}

function group(id: string, title: string, members: RequirementResult[], note: string, content: View): View {
  return html`<section class="group" aria-labelledby=${id}>
    <h2 id=${id} tabindex="-1">${title} <span class="size">${members.length}</span></h2>
    ${note && html`<p class="quiet">${note}</p>`}
    ${content}
  </section>`;
}

function notApplicable({ notApplicable: entries }: ConformanceReport): View {
  return html`<details class="fold">
    <summary>${counted(entries.length, 'requirement')} for which this contract gives no occasion</summary>
    <dl class="reasons">${entries.map(({ id, reason }) => html`<div><dt><code>${shown(id)}</code></dt><dd>${shown(reason)}</dd></div>`)}</dl>
  </details>`;
}

/** The page may run its own script and wear its own style, and may do nothing else: not even load an image. */
function contentSecurityPolicy(style: string, script: string): string {
  return [
    "default-src 'none'",
    `style-src '${digest(style)}'`,
    `script-src '${digest(script)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function asset(name: string): string {
  return readFileSync(join(__dirname, name), 'utf8');
}
