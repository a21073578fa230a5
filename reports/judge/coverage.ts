import { requestConstraints } from '../../fixtures/requests/invalid.ts';
import { documentedProperties } from '../../fixtures/scenario/observations.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import type { ScenarioRecord } from '../../schemas/report/record.ts';
import type { ConformanceReport, Drift, Latency } from '../../schemas/report/report.ts';

/** How much of the contract a run has seen, and what it saw that the contract does not mention. */
export function coverageOf(records: ScenarioRecord[], contract: Contract): ConformanceReport['coverage'] {
  const seen = (of: 'statuses' | 'properties' | 'violations', key: string) =>
    records.reduce((all, { observations }) => all + (observations[of][key] ?? 0), 0);
  const statuses = contract.operations.flatMap(({ role, responses }) =>
    responses.map(({ status }) => ({
      operation: role,
      status,
      seen: matching(records, role, status),
    })),
  );
  const properties = contract.operations.flatMap(({ role, responses }) =>
    responses.flatMap(({ status, contents }) =>
      contents.flatMap((content) =>
        documentedProperties(contract, content).map((pointer) => ({
          operation: role,
          status,
          pointer,
          seen: seen('properties', `${role} ${status} ${pointer}`),
        })),
      ),
    ),
  );
  const constraints = contract.operations.flatMap((operation) =>
    requestConstraints(contract, operation).map(({ pointer, keyword }) => ({
      operation: operation.role,
      pointer,
      keyword,
      violated: seen('violations', `${operation.role} ${pointer}`),
    })),
  );
  return { statuses, properties, constraints, undocumented: driftOf(records) };
}

/** Exchanges whose status a documented one (`200`, `4XX`, `default`) covers. */
function matching(records: ScenarioRecord[], role: string, status: string): number {
  const pattern = new RegExp(`^${role} ${status === 'default' ? '\\d+' : status.replaceAll(/x/gi, '\\d')}$`);
  return records.reduce(
    (all, { observations }) =>
      all +
      Object.entries(observations.statuses).reduce(
        (sum, [key, seen]) => sum + (pattern.test(key) ? seen : 0),
        0,
      ),
    0,
  );
}

function driftOf(records: ScenarioRecord[]): Drift[] {
  const merged = new Map<string, Drift>();
  for (const drift of records.flatMap(({ observations }) => observations.drift)) {
    const key = [drift.kind, drift.operation, drift.where, drift.what].join(' ');
    const same = merged.get(key);
    if (same) same.seen += drift.seen;
    else merged.set(key, { ...drift });
    if (same?.types) same.types = [...new Set([...same.types, ...(drift.types ?? [])])];
  }
  return [...merged.values()];
}

/** Median, 95th percentile and every point of each operation's answered exchanges, in milliseconds. */
export function latencyOf(records: ScenarioRecord[]): Latency[] {
  const points = new Map<string, number[]>();
  for (const { operation, ms } of records.flatMap(({ latency }) => latency)) {
    points.set(operation, [...(points.get(operation) ?? []), Math.round(ms * 10) / 10]);
  }
  return [...points].map(([operation, all]) => {
    const sorted = [...all].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return { operation, count: all.length, medianMs: at(0.5), p95Ms: at(0.95), points: all };
  });
}
