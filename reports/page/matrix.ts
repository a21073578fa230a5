import type { ConformanceReport, RequirementResult } from '../../schemas/report/report.ts';
import { groupOf } from '../judge/findings.ts';
import { columnHeads } from './column-heads.ts';
import { html, type View } from './html.ts';
import { type OperationColumns, operationColumns } from './operations.ts';
import { outcomeNames, outcomes, sign } from './signs.ts';
import { shown, shownPlain } from './text.ts';

/** One line of the matrix: requirements of the same name, at most one for each operation. */
interface MatrixRow {
  name: string;
  requirements: Map<string | null, RequirementResult>;
}

/** Requirements against operations and documented statuses; each cell leads to its requirement. */
export function matrix(report: ConformanceReport): View {
  const columns = operationColumns(report);
  const rows = rowsOf(report.requirements);
  const perOperation = rows.filter(({ requirements }) => !requirements.has(null));
  const across = rows.filter(({ requirements }) => requirements.has(null));
  const groups = [...new Set(across.map(({ name }) => groupOf(name)))];
  return html`<section class="matrix panel" id="matrix" aria-labelledby="matrix-title">
    <h2 id="matrix-title">Matrix</h2>
    <p class="legend" aria-label="Signs">
      ${outcomes.map((outcome) => html`<span>${sign(outcome)} ${outcomeNames[outcome]}</span>`)}
      <span><i class="swatch level-must"></i> must</span>
      <span><i class="swatch level-should"></i> should</span>
    </p>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="matrix-title">
      <table>
        <caption class="unseen">Outcome of each requirement for each operation and documented status. Arrow keys move between cells.</caption>
        ${columnHeads(columns, 'Requirement')}
        <tbody>${perOperation.map((row) => rowView(row, columns))}</tbody>
        ${groups.map((group) => html`<tbody>${across.filter(({ name }) => groupOf(name) === group).map((row) => rowView(row, columns))}</tbody>`)}
      </table>
    </div>
  </section>`;
}

function rowsOf(requirements: RequirementResult[]): MatrixRow[] {
  const rows = new Map<string, MatrixRow>();
  for (const requirement of requirements) {
    const { id, operation } = requirement;
    const name = operation !== null && id.startsWith(`${operation}.`) ? id.slice(operation.length + 1) : id;
    const row = rows.get(name) ?? { name, requirements: new Map() };
    row.requirements.set(operation, requirement);
    rows.set(name, row);
  }
  return [...rows.values()];
}

function rowView({ name, requirements }: MatrixRow, columns: OperationColumns[]): View {
  const all = requirements.get(null);
  const width = columns.reduce((sum, { statuses }) => sum + statuses.length, 0);
  return html`<tr>
    <th scope="row">${shown(name)}</th>
    ${
      all
        ? html`<td colspan=${width} class="first">${cell(all)}</td>`
        : columns.map(({ operation, statuses }) => cells(requirements.get(operation), statuses))
    }
  </tr>`;
}

/** The cells of one operation: the requirement spans the statuses it is about, a broken one those with which it broke. */
function cells(requirement: RequirementResult | undefined, statuses: string[]): View {
  if (!requirement) return html`<td colspan=${statuses.length} class="first"></td>`;
  const broke = statuses.filter((status) =>
    requirement.deviations.some(({ exchange }) => String(exchange?.response?.status) === status),
  );
  const about = broke.length > 0 ? broke : statusesOf(requirement, statuses);
  const from = statuses.findIndex((status) => about.includes(status));
  const to = statuses.findLastIndex((status) => about.includes(status));
  const empty = (length: number, first: boolean) =>
    length > 0 && html`<td colspan=${length} class=${first ? 'first' : null}></td>`;
  return [
    empty(from, true),
    html`<td colspan=${to - from + 1} class=${from === 0 ? 'first' : null}>${cell(requirement)}</td>`,
    empty(statuses.length - 1 - to, false),
  ];
}

/**
 * The documented statuses a requirement is about: the one whose description it quotes, else those that its
 * title names (`Answers 400 when …`), else all.
 */
function statusesOf({ source, title }: RequirementResult, statuses: string[]): string[] {
  const quoted = 'pointer' in source && /\/responses\/([^/]+)(?:\/description)?$/.exec(source.pointer)?.[1];
  if (quoted && statuses.includes(quoted)) return [quoted];
  const titled = statuses.filter((status) => status !== '' && title.split(/\W+/).includes(status));
  return titled.length > 0 ? titled : statuses;
}

function cell({ id, title, outcome, level }: RequirementResult): View {
  return html`<a class=${`cell is-${outcome} level-${level}`} href=${`#${encodeURIComponent(id)}`} data-for=${id} title=${shownPlain(`${id}: ${title}`)}>
    ${sign(outcome)}<span class="unseen">${shown(id)} (${level}): ${outcomeNames[outcome]}</span>
  </a>`;
}
