import type { ConformanceReport } from '../../schemas/report/report.ts';
import { html, type View } from './html.ts';
import { count, shown } from './text.ts';

/** What was seen and the contract does not mention: worth a look, never a failure. */
export function driftView({ coverage: { undocumented } }: ConformanceReport): View {
  return html`<section id="drift" class="panel" aria-labelledby="drift-title">
    <h2 id="drift-title">Drift</h2>
    ${
      undocumented.length === 0
        ? html`<p class="quiet">Nothing was seen that the contract does not mention.</p>`
        : html`<p class="quiet">Seen in answers, and not in the contract. Drift is no deviation.</p>
          <div class="scroll" tabindex="0" role="group" aria-labelledby="drift-title">
            <table class="plain">
              <thead><tr><th scope="col">What</th><th scope="col">Kind</th><th scope="col">Operation</th><th scope="col">Where</th><th scope="col" class="numeric">Seen</th></tr></thead>
              <tbody>${undocumented.map(
                ({ kind, operation, where, what, seen }) => html`<tr>
                  <td><code>${shown(what)}</code></td><td>${kind}</td><td>${shown(operation)}</td><td>${shown(where)}</td><td class="numeric">${count(seen)}</td>
                </tr>`,
              )}</tbody>
            </table>
          </div>`
    }
  </section>`;
}
