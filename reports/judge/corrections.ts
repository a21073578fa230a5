import { pointerTo } from '../../schemas/document/pointer.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import type { ConformanceReport, Correction } from '../../schemas/report/report.ts';
import { describeSource } from './findings.ts';

/**
 * The corrections of a contract, and those that are not true: expired, without a match, or stale. A correction that
 * does nothing but document statuses is stale where a complete run saw none of them. Of others a run on the corrected
 * contract cannot tell what the published one would have made of the target.
 */
export function correctionsIn(
  contract: Contract,
  { statuses }: ConformanceReport['coverage'],
  complete: boolean,
): Pick<ConformanceReport, 'corrections' | 'correctionProblems'> {
  const { corrections } = contract;
  if (!corrections) return {};
  const seen = new Map(
    contract.operations.flatMap(({ role, pointer }) =>
      statuses
        .filter(({ operation }) => operation === role)
        .map((row) => [pointerTo(pointer, 'responses', row.status), row.seen]),
    ),
  );
  const isStale = ({ changes }: Correction) =>
    changes.every(({ pointer, was }) => was === null && seen.get(pointer) === 0);
  const stale = complete ? corrections.applied.filter(isStale) : [];
  return {
    corrections: corrections.applied,
    correctionProblems: [
      ...corrections.problems,
      ...stale.map(
        ({ at, target }) =>
          `${describeSource(at)} documents at ${target} what the target never answered with; delete the action.`,
      ),
    ],
  };
}
