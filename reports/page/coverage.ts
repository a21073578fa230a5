import type { ConformanceReport, ConstraintCoverage } from '../../schemas/report/report.ts';
import { describeOutside } from '../judge/findings.ts';
import { columnHeads } from './column-heads.ts';
import { html, type View } from './html.ts';
import { operationColumns, propertyPath } from './operations.ts';
import { count, shown } from './text.ts';

/** What the run saw of the contract, as a picture: operation × status × property, and request constraints. */
export function coverageView(report: ConformanceReport): View {
  const { statuses, properties, constraints } = report.coverage;
  const columns = operationColumns(report);
  const pointers = [...new Set(properties.map(({ pointer }) => pointer))];
  const seen = (entries: { seen: number }[]) => entries.filter((entry) => entry.seen > 0).length;
  const row = (name: View, entries: { operation: string; status: string; seen: number }[]) => html`<tr>
    <th scope="row">${name}</th>
    ${columns.map(({ operation, statuses: codes }) =>
      codes.map((code, at) => {
        const entry = entries.find((one) => one.operation === operation && one.status === code);
        return html`<td class=${at === 0 ? 'first' : null}>${entry && seenCell(entry.seen)}</td>`;
      }),
    )}
  </tr>`;
  return html`<section id="coverage" class="panel" aria-labelledby="coverage-title">
    <h2 id="coverage-title">Coverage of the contract</h2>
    <p class="quiet">A number says how often; a hatched cell says never.</p>
    <div class="halves">
      <div>
        <h3 id="coverage-answers">Answers <span class="quiet">${count(seen(statuses))} of ${count(statuses.length)} documented statuses and ${count(seen(properties))} of ${count(properties.length)} properties seen</span></h3>
        <div class="scroll" tabindex="0" role="group" aria-labelledby="coverage-answers">
          <table class="picture">
            ${columnHeads(columns, 'Property')}
            <tbody>
              ${row('the answer itself', statuses)}
              ${pointers.map((pointer) =>
                row(
                  pointerView(pointer),
                  properties.filter((entry) => entry.pointer === pointer),
                ),
              )}
            </tbody>
          </table>
        </div>
      </div>
      ${constraints.length > 0 && constraintsView(report)}
    </div>
    ${outsideView(report)}
  </section>`;
}

/** The operations of the contract that this suite does not test: never passed over in silence. */
function outsideView(report: ConformanceReport): View | undefined {
  const sentence = describeOutside(report);
  if (sentence === undefined) return undefined;
  return html`<details class="outside">
    <summary>${sentence}.</summary>
    <ul>${(report.outside ?? []).map(
      ({ method, path, operationId }) =>
        html`<li><code>${shown(method)} ${shown(path)}</code>${operationId !== null && html` <span class="quiet">${shown(operationId)}</span>`}</li>`,
    )}</ul>
  </details>`;
}

/** The last token of a pointer, under its parent: shown by indentation, read out whole. */
function pointerView(pointer: string): View {
  const depth = Math.min(pointer.split('/').length - 2, 4);
  return html`<code class=${`depth-${depth}`}>${shown(pointer)}</code>`;
}

function seenCell(seen: number): View {
  return seen > 0
    ? html`<span class="seen">${count(seen)}</span>`
    : html`<span class="never"><span class="unseen">never: </span>0</span>`;
}

/** The request schemas' constraints against the operations: how often a request broke each. */
function constraintsView({ coverage: { constraints } }: ConformanceReport): View {
  const violated = constraints.filter((entry) => entry.violated > 0).length;
  const operations = [...new Set(constraints.map(({ operation }) => operation))];
  const nameOf = ({ pointer, keyword }: ConstraintCoverage) => `${propertyPath(pointer)} ${keyword}`;
  const names = [...new Set(constraints.map(nameOf))].sort();
  return html`<div>
    <h3 id="coverage-requests">Requests <span class="quiet">${count(violated)} of ${count(constraints.length)} constraints violated on purpose</span></h3>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="coverage-requests">
      <table class="picture">
        <thead><tr><th scope="col" class="corner">Constraint</th>${operations.map(
          (operation) => html`<th scope="col">${shown(operation)}</th>`,
        )}</tr></thead>
        <tbody>${names.map(
          (name) => html`<tr>
            <th scope="row"><code>${shown(name)}</code></th>
            ${operations.map((operation) => {
              const entry = constraints.find((one) => one.operation === operation && nameOf(one) === name);
              return html`<td>${entry && seenCell(entry.violated)}</td>`;
            })}
          </tr>`,
        )}</tbody>
      </table>
    </div>
  </div>`;
}
