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

/** Access tokens obtained, revoked again, and left alive. */
export function tokensView({ tokens: { issued, revoked, left } }: ConformanceReport): View {
  return html`<section id="tokens" class="panel" aria-labelledby="tokens-title">
    <h2 id="tokens-title">Tokens</h2>
    <dl class="numbers">
      <div><dt>issued</dt><dd>${count(issued)}</dd></div>
      <div><dt>revoked</dt><dd>${count(revoked)}</dd></div>
      <div class=${left > 0 ? 'is-known' : null}><dt>left</dt><dd>${count(left)}</dd></div>
    </dl>
    <p class="quiet">${left === 0 ? 'Every access token the run obtained is dead.' : 'Those left could not be revoked and live until they expire.'}</p>
  </section>`;
}
