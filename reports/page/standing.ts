import type { ConformanceReport, RequirementResult } from '../../schemas/report/report.ts';

/** Where a requirement stands on the page: what needs a reader's attention comes first. */
export type Standing = 'broken' | 'advice' | 'known' | 'inconclusive' | 'not-tested' | 'passed';

/** Requirements by where they stand, in the order of the report. */
export type Standings = Record<Standing, RequirementResult[]>;

/**
 * Sorts the requirements of a report: `broken` turns the verdict (must, and not accepted); `advice` is any
 * other with a deviation that nobody accepted; the rest go by their outcome.
 */
export function standingsOf({ requirements }: ConformanceReport): Standings {
  const standings: Standings = {
    broken: [],
    advice: [],
    known: [],
    inconclusive: [],
    'not-tested': [],
    passed: [],
  };
  for (const requirement of requirements) standings[standingOf(requirement)].push(requirement);
  return standings;
}

function standingOf({ outcome, level, deviations }: RequirementResult): Standing {
  if (outcome === 'failed') return level === 'must' ? 'broken' : 'advice';
  if (outcome === 'known') return 'known';
  return deviations.length > 0 ? 'advice' : outcome;
}
