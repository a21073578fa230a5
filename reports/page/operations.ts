import { pointerTo, tokensOf } from '../../schemas/document/pointer.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';

/** An operation with its documented statuses, in the order of the contract: the columns of every picture. */
export interface OperationColumns {
  operation: string;
  statuses: string[];
}

/** The operations of a report; one without documented statuses has one column, of no status. */
export function operationColumns({ coverage, requirements }: ConformanceReport): OperationColumns[] {
  const columns = new Map<string, Set<string>>();
  const named = requirements.flatMap(({ operation }) => (operation === null ? [] : [operation]));
  for (const operation of [...coverage.statuses.map((entry) => entry.operation), ...named]) {
    columns.set(operation, new Set());
  }
  for (const { operation, status } of coverage.statuses) columns.get(operation)?.add(status);
  return [...columns].map(([operation, statuses]) => ({
    operation,
    statuses: statuses.size > 0 ? [...statuses] : [''],
  }));
}

/** What a pointer into a request schema is about, without the way there: `/client_id`, or `/` for the body. */
export function propertyPath(pointer: string): string {
  const tokens = tokensOf(pointer);
  const below = tokens.slice(tokens.indexOf('schema') + 1);
  return pointerTo('', ...below.filter((token) => token !== 'properties')) || '/';
}
