import { html, type View } from './html.ts';
import type { OperationColumns } from './operations.ts';
import { shown } from './text.ts';

/** The two head rows that the matrix and the coverage picture share: operations, and their statuses below. */
export function columnHeads(columns: OperationColumns[], corner: string): View {
  return html`<thead>
    <tr>
      <th rowspan="2" scope="col" class="corner">${corner}</th>
      ${columns.map(
        ({ operation, statuses }) =>
          html`<th scope="colgroup" colspan=${statuses.length} class="first">${shown(operation)}</th>`,
      )}
    </tr>
    <tr>
      ${columns.map(({ statuses }) =>
        statuses.map(
          (status, at) => html`<th scope="col" class=${at === 0 ? 'first' : null}>${shown(status)}</th>`,
        ),
      )}
    </tr>
  </thead>`;
}
