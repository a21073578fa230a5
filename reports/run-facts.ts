import type { RunDescription } from '../fixtures/record.ts';
import type { Allowances } from './allowances.ts';

/** What is tested, and what it may have. */
export interface RunFacts extends Allowances {
  description: RunDescription;
}

let known: RunFacts | undefined;

/** Tells the reporter, in the same process and before any scenario can, what is tested. */
export function setRunFacts(facts: RunFacts): void {
  known = facts;
}

/** What is tested, or undefined where the run did not get that far. */
export function runFacts(): RunFacts | undefined {
  return known;
}
