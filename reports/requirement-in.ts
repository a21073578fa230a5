import type { ConformanceReport, Deviation, RequirementResult } from './report.ts';

/** The requirement of an id, and its first deviation. Throws when the report has no such requirement or no deviation. */
export function failedIn(report: ConformanceReport, id: string): RequirementResult & { first: Deviation } {
  const requirement = requirementIn(report, id);
  const [first] = requirement.deviations;
  if (!first) throw new Error(`The requirement "${id}" has no deviation.`);
  return { ...requirement, first };
}

/** The requirement of an id. Throws when the report has none. */
export function requirementIn({ requirements }: ConformanceReport, id: string): RequirementResult {
  const found = requirements.find((requirement) => requirement.id === id);
  if (!found) throw new Error(`The report has no requirement "${id}".`);
  return found;
}
