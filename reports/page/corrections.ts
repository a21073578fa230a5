import type { ConformanceReport } from '../../schemas/report/report.ts';
import { describeSource } from '../judge/findings.ts';
import { html, type View } from './html.ts';
import { shown } from './text.ts';

/** What was changed of the contract before the target was held to it; nothing where nothing was. */
export function correctionsView({ corrections = [] }: ConformanceReport): View {
  return (
    corrections.length > 0 &&
    html`<section id="corrections" class="panel" aria-labelledby="corrections-title">
      <h2 id="corrections-title">Corrections</h2>
      <p class="quiet">The target was held to the contract with these differences, each declared for a while.</p>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="corrections-title">
        <table class="plain">
          <thead><tr><th scope="col">Contract</th><th scope="col">Says</th><th scope="col">Held to</th><th scope="col">Because</th><th scope="col">Owner</th><th scope="col">Until</th><th scope="col">To change</th></tr></thead>
          <tbody>${corrections.flatMap(({ changes, reason, owner, expires, side, at }) =>
            changes.map(
              ({ pointer, source, was, is }) => html`<tr>
                <td title=${pointer}>${shown(describeSource(source))}</td>
                <td>${value(was)}</td>
                <td>${value(is)}</td>
                <td>${shown(reason)}<br /><span class="quiet">${shown(describeSource(at))}</span></td>
                <td>${shown(owner)}</td><td>${expires}</td><td>the ${side}</td>
              </tr>`,
            ),
          )}</tbody>
        </table>
      </div>
    </section>`
  );
}

function value(text: string | null): View {
  return text === null ? 'nothing' : html`<code>${shown(text)}</code>`;
}
