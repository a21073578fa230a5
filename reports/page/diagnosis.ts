import type { ConformanceReport, Diagnosis } from '../../schemas/report/report.ts';
import { driftFile } from '../formats/drift-overlay.ts';
import { stepsView } from './deviation.ts';
import { html, type View } from './html.ts';
import { shown } from './text.ts';

/** What was found of the requirements of a cause: in what a request, or an answer, differs. */
export function diagnosisOfCause(
  { diagnosis = [] }: Partial<Pick<ConformanceReport, 'diagnosis'>>,
  requirements: readonly string[],
): View {
  const found = diagnosis.filter((one) => one.requirements.some((id) => requirements.includes(id)));
  return found.length > 0 && html`<div class="diagnosis">${found.map(entry)}</div>`;
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
      ${others.map(entry)}
      ${hasFile && html`<p>All of it as corrections to fill in: <a href=${driftFile}><code>${driftFile}</code></a>. Kept elsewhere and named in <code>NOMBA_CORRECTIONS</code>, it has the target tested in all else.</p>`}
    </section>`
  );
}

function entry({ title, remedies, probes, proof }: Diagnosis): View {
  return html`<div class="finding">
    <p><strong>${shown(title.charAt(0).toUpperCase() + title.slice(1))}.</strong>${probes > 0 && html` <span class="quiet">Found in ${probes} requests.</span>`}</p>
    <ul>
      ${remedies.contract !== undefined && html`<li>The contract can ${shown(remedies.contract)}.</li>`}
      <li>Or the server: ${shown(remedies.target)}.</li>
    </ul>
    ${
      proof.length > 0 &&
      html`<details class="fold"><summary>What shows it</summary>
        ${stepsView(proof)}
      </details>`
    }
  </div>`;
}
