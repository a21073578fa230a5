/** What changed between two reports. */

import type {
  ConformanceReport,
  Drift,
  Level,
  Outcome,
  RequirementResult,
} from '../../schemas/report/report.ts';
import { describeSource } from './findings.ts';

/** A requirement whose outcome is another than before; `absent` where a report does not have it at all. */
export interface OutcomeChange {
  id: string;
  level: Level;
  title: string;
  before: Outcome | 'absent';
  after: Outcome | 'absent';
  /** Why the newer outcome is what it is. */
  reason: string;
}

/** A requirement that reads otherwise than before. */
export interface WordingChange {
  id: string;
  field: 'title' | 'text' | 'source';
  before: string;
  after: string;
}

/** An operation whose median became slower, in milliseconds. */
export interface Slowdown {
  operation: string;
  before: number;
  after: number;
}

export interface Comparison {
  newlyFailing: OutcomeChange[];
  newlyPassing: OutcomeChange[];
  newlyNotRun: OutcomeChange[];
  wording: WordingChange[];
  driftCame: Drift[];
  driftWent: Drift[];
  slower: Slowdown[];
  /** The part of `newlyFailing` and `newlyNotRun` that fails the comparison: must, and not accepted. */
  regressions: OutcomeChange[];
}

/** What a report established of a requirement: it holds, it does not (accepted or not), or nobody knows. */
type State = 'holds' | 'broken' | 'unknown';

const states: Record<OutcomeChange['after'], State> = {
  passed: 'holds',
  failed: 'broken',
  known: 'broken',
  inconclusive: 'unknown',
  'not-tested': 'unknown',
  absent: 'unknown',
};

/**
 * What the newer report says otherwise than the older. An acceptance that came or went is no change, since the
 * target does what it did. A requirement that only the newer report has, or that was not run before, counts as
 * newly failing or newly passing; one that only the older has counts as newly not run.
 */
export function compare(older: ConformanceReport, newer: ConformanceReport): Comparison {
  const changes = outcomeChanges(older, newer);
  const to = (state: State) => changes.filter(({ after }) => states[after] === state);
  const newlyFailing = to('broken');
  const newlyNotRun = to('unknown');
  return {
    newlyFailing,
    newlyPassing: to('holds'),
    newlyNotRun,
    wording: wordingChanges(older, newer),
    driftCame: driftOnlyIn(newer, older),
    driftWent: driftOnlyIn(older, newer),
    slower: slowdowns(older, newer),
    regressions: [...newlyFailing, ...newlyNotRun].filter(
      ({ level, after }) => level === 'must' && after !== 'known',
    ),
  };
}

function byId({ requirements }: ConformanceReport): Map<string, RequirementResult> {
  return new Map(requirements.map((requirement) => [requirement.id, requirement]));
}

function outcomeChanges(older: ConformanceReport, newer: ConformanceReport): OutcomeChange[] {
  const before = byId(older);
  const after = byId(newer);
  const reasons = new Map(newer.notApplicable.map(({ id, reason }) => [id, `not applicable: ${reason}`]));
  const there = newer.requirements.map(({ id, level, title, outcome, reason }) => ({
    ...{ id, level, title, reason },
    before: before.get(id)?.outcome ?? ('absent' as const),
    after: outcome,
  }));
  const gone = older.requirements
    .filter(({ id }) => !after.has(id))
    .map(({ id, level, title, outcome }) => ({
      ...{ id, level, title },
      reason: reasons.get(id) ?? 'the newer report does not have it',
      before: outcome,
      after: 'absent' as const,
    }));
  return [...there, ...gone].filter((change) => states[change.before] !== states[change.after]);
}

function wordingChanges(older: ConformanceReport, newer: ConformanceReport): WordingChange[] {
  const before = byId(older);
  return newer.requirements.flatMap((now) => {
    const then = before.get(now.id);
    if (!then) return [];
    const source = ({ source: place }: RequirementResult) =>
      'rfc' in place ? describeSource(place) : `${place.file} ${place.pointer}`;
    const pairs: [WordingChange['field'], string, string][] = [
      ['title', then.title, now.title],
      ['text', then.text, now.text],
      // By pointer, not by line: a line moves with every edit above it.
      ['source', source(then), source(now)],
    ];
    return pairs
      .filter(([, was, is]) => was !== is)
      .map(([field, was, is]) => ({ id: now.id, field, before: was, after: is }));
  });
}

function driftOnlyIn(one: ConformanceReport, other: ConformanceReport): Drift[] {
  const key = ({ kind, operation, where, what }: Drift) => JSON.stringify([kind, operation, where, what]);
  const known = new Set(other.coverage.undocumented.map(key));
  return one.coverage.undocumented.filter((drift) => !known.has(key(drift)));
}

/** More than half as slow again, and by more than 20 ms: under that, two runs of one server differ. */
function slowdowns(older: ConformanceReport, newer: ConformanceReport): Slowdown[] {
  const before = new Map(older.latency.map(({ operation, medianMs }) => [operation, medianMs]));
  return newer.latency.flatMap(({ operation, medianMs }) => {
    const was = before.get(operation);
    const slower = was !== undefined && medianMs > was * 1.5 && medianMs - was > 20;
    return slower ? [{ operation, before: was, after: medianMs }] : [];
  });
}
