import { stringify } from 'yaml';
import { daysAfter } from '../../schemas/document/day.ts';
import type { ConformanceReport, Diagnosis } from '../../schemas/report/report.ts';
import { oneLine } from './text.ts';

export const driftFile = 'drift.overlay.yaml';

/** For how long a difference is declared where nobody says otherwise. */
const days = 30;

/**
 * What makes the contract say what the target does, as a file of corrections with the owner to fill in: as much as the
 * run could find out, and as an overlay may say. Undefined where there is nothing.
 */
export function driftOverlay(report: ConformanceReport): string | undefined {
  const { diagnosis = [], target, startedAt, contract } = report;
  const expires = daysAfter(startedAt.slice(0, 10), days);
  const said = new Set<string>();
  const actions = diagnosis.flatMap((one) =>
    one.actions
      .filter((action) => !said.has(JSON.stringify(action)) && said.add(JSON.stringify(action)))
      .map(({ target: path, update, remove }) => ({
        target: path,
        description: describe(one),
        'x-owner': '',
        'x-expires': expires,
        'x-side': one.side,
        ...(update && { update }),
        ...(remove && { remove }),
      })),
  );
  if (actions.length === 0) return undefined;
  const title = oneLine(`In what ${target.name} at ${target.baseUrl} differs from ${contract.title}`, 200);
  const overlay = { overlay: '1.0.0', info: { title, version: '1.0.0' }, actions };
  return `${head}${stringify(overlay, { lineWidth: 110, aliasDuplicateObjects: false })}`;
}

/** The evidence, and what to do on either side. */
function describe({ title, remedies, proof }: Diagnosis): string {
  const ids = proof.map(({ exchange }) => exchange.id).join(', ');
  const shown = ids === '' ? '' : ` (shown by ${proof.length > 1 ? 'exchanges' : 'exchange'} ${ids})`;
  const sides = [
    ...(remedies.contract === undefined ? [] : [`change the contract thus, to ${remedies.contract}`]),
    `change the server, to ${remedies.target}`,
  ];
  return oneLine(`${title}${shown}. Either ${sides.join('; or ')}.`, 1000);
}

const head = `# What this target does otherwise than the contract says, made by a run that could find it out. Nobody has agreed to
# it yet: keep what is to be agreed to, fill in x-owner, see to x-expires and x-side (contract or target: which of the
# two is to change), and run again with NOMBA_CORRECTIONS naming this file, kept elsewhere: the next run writes anew.
`;
