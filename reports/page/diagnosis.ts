import type { Cause, ConformanceReport, Diagnosis } from '../../schemas/report/report.ts';
import { driftFile } from '../formats/drift-overlay.ts';
import { differencesIn } from '../judge/findings.ts';
import { stepsView } from './deviation.ts';
import { html, type View } from './html.ts';
import { counted, shown } from './text.ts';

/** What was found of the requirements of a cause: in what a request, or an answer, differs. Its title is told already. */
export function diagnosisOfCause(
  { diagnosis = [] }: Partial<Pick<ConformanceReport, 'diagnosis'>>,
  { requirements, title }: Pick<Cause, 'requirements' | 'title'>,
): View {
  const found = diagnosis.filter((one) => one.requirements.some((id) => requirements.includes(id)));
  return (
    found.length > 0 &&
    html`<div class="diagnosis">${differencesIn(found).map((one) => entry(one, { named: !title.startsWith(one.title) }))}</div>`
  );
}

/** What differs and fails nothing, and the file that holds all that differs. */
export function diagnosisView({ diagnosis = [] }: ConformanceReport): View {
  const others = diagnosis.filter(({ requirements }) => requirements.length === 0);
  const hasFile = diagnosis.some(({ actions }) => actions.length > 0);
  return (
    diagnosis.length > 0 &&
    html`<section id="diagnosis" class="panel" aria-labelledby="diagnosis-title">
      <h2 id="diagnosis-title">Diagnosis</h2>
      <p class="quiet">In what the target differs from the contract, as far as the run could find out${others.length < diagnosis.length && '; what fails by it stands under its cause'}.</p>
      ${differencesIn(others).map((one) => entry(one, { named: true }))}
      ${hasFile && html`<p>All of it as corrections to fill in: <a href=${driftFile}><code>${driftFile}</code></a>. Kept elsewhere and named in <code>NOMBA_CORRECTIONS</code>, it has the target tested in all else.</p>`}
    </section>`
  );
}

function entry(
  { title, differences, remedies, probes, proof }: Diagnosis,
  { named }: { named: boolean },
): View {
  const head = [
    named && html`<strong>${shown(title.charAt(0).toUpperCase() + title.slice(1))}.</strong> `,
    probes > 0 && html`<span class="quiet">Found in ${counted(probes, 'request')}.</span>`,
  ].filter((part) => part !== false);
  return html`<div class="finding">
    ${head.length > 0 && html`<p>${head}</p>`}
    <ul>
      <li>${remedies.contract === undefined ? (differences.length > 0 ? 'No correction of the contract can say it' : 'There is no correction for it') : ['The contract can ', shown(remedies.contract)]}.</li>
      <li>The server can ${shown(remedies.target)}.</li>
    </ul>
    ${
      proof.length > 0 &&
      html`<details class="fold"><summary>What shows it</summary>
        ${stepsView(proof)}
      </details>`
    }
  </div>`;
}
