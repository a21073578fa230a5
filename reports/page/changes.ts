import type { ConformanceReport } from '../../schemas/report/report.ts';
import { type Cell, comparisonSections, comparisonSentence } from '../formats/comparison.ts';
import { compare } from '../judge/comparison.ts';
import { html, type View } from './html.ts';
import { verdictNames } from './signs.ts';
import { moment, shown } from './text.ts';

/** What has changed since an earlier report: what came to fail first, each with a link to its requirement. */
export function changesView(report: ConformanceReport, since: ConformanceReport): View {
  const comparison = compare(since, report);
  const here = new Set(report.requirements.map(({ id }) => id));
  return html`<section id="changes" class="panel changes" aria-labelledby="changes-title">
    <h2 id="changes-title">Changes since ${moment(since.startedAt)}</h2>
    <p class="quiet">${shown(comparisonSentence(comparison))} That run was ${verdictNames[since.verdict].name.toLowerCase()}, of ${shown(since.target.name)} at ${shown(since.target.baseUrl)}, by suite ${shown(since.suite.version)}.</p>
    ${comparisonSections(comparison).map(
      (
        { title, head, rows },
        at,
      ) => html`<h3 id=${`changes-${at}`}>${title} <span class="quiet">${rows.length}</span></h3>
        <div class="scroll" tabindex="0" role="group" aria-labelledby=${`changes-${at}`}>
          <table class="plain">
            <thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
            <tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cellView(cell, here)}</td>`)}</tr>`)}</tbody>
          </table>
        </div>`,
    )}
  </section>`;
}

function cellView({ text, as }: Cell, here: Set<string>): View {
  if (as === 'requirement' && here.has(text))
    return html`<a href=${`#${text}`}><code>${shown(text)}</code></a>`;
  return as === 'code' || as === 'requirement' ? html`<code>${shown(text)}</code>` : shown(text);
}
