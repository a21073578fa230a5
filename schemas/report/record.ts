import type { Place } from '../document/yaml-document.ts';
import type { OverlayAction } from '../openapi/overlay.ts';
import type { Refusal } from '../openapi/refusals.ts';
import type { Cut, Drift, Outage, ProofStep, RecordedExchange, WrongCredential } from './report.ts';

/** One fact established about an exchange, for one requirement, as it travels to the reporter: redacted. */
export interface CheckRecord {
  requirement: string;
  outcome: 'passed' | 'failed' | 'inconclusive' | 'not-tested';
  /** For what did not pass: why, in one sentence. */
  reason?: string;
  expected?: string;
  actual?: string;
  instancePointer?: string;
  place?: Place;
  /** See `Deviation` of the report. */
  credential?: WrongCredential;
  /** Index into the scenario's exchanges. */
  exchange?: number;
  /** The exchanges that show the deviation, in order, by their index; see `ProofStep` of the report. */
  proof?: (Omit<ProofStep, 'exchange'> & { exchange: number })[];
  /** A script for a shell that sends them again; see `Deviation` of the report. */
  script?: string;
}

/** An answer to a request that no requirement is about, since it is made as the contract does not say. */
export interface AnswerRecord {
  operation: string;
  status: number;
  /** Why the request had to be refused, if it had. */
  why?: Refusal;
  /** What its body has against the schema of the contract. */
  errors: { instancePointer: string; expected: string; actual: string; pointer: string }[];
}

/** Why an operation refused its valid request: in what one that it took differs. */
export interface DiagnosisRecord {
  operation: string;
  /** Names of the dialects that make it succeed; none where none was found. */
  dialects: string[];
  /** What a request that it takes has, in words, one for each dialect; see `Dialect`. */
  says: string[];
  /** Where they were met before. */
  seen: string[];
  /** What makes the contract say so. */
  actions: OverlayAction[];
  /** Whether these actions say all of it: some of what a request may have no document can say. */
  isTellable: boolean;
  /** What there is to do beside, where no request of this run could find more. */
  advice?: string;
  probes: number;
  /** The exchanges that show it, by their index. */
  proof: { exchange: number; purpose: string }[];
}

/** What a scenario saw of the contract. Keys are joined by one space: `issue 200`. */
export interface Observations {
  /** operation, status → exchanges. */
  statuses: Record<string, number>;
  /** operation, status, pointer → responses that had the property. */
  properties: Record<string, number>;
  /** operation, pointer of the keyword in the request schema → requests that violated it. */
  violations: Record<string, number>;
  drift: Drift[];
}

/** What was tested, as every record of a run says it. */
export interface RunDescription {
  contract: { title: string; version: string; path: string; sha256: string };
  overlay: { path: string; sha256: string } | null;
  target: { name: string; baseUrl: string };
  /** Names of the variables that another run of the same takes from the environment; see `Deviation` of the report. */
  needs?: string[];
}

/** Access tokens that came, those revoked again, and those alive; refresh tokens that nothing has shown dead. */
export interface TokenCounts {
  issued: number;
  revoked: number;
  left: number;
  refreshLeft: number;
}

/** All that one scenario established, redacted: the unit in which a run reaches the reporter. */
export interface ScenarioRecord {
  run: RunDescription;
  scenario: string;
  establishes: string[];
  checks: CheckRecord[];
  /** The exchanges that deviations point at. */
  exchanges: { record: RecordedExchange; curl: string }[];
  requests: number;
  /** Milliseconds of each answered exchange, by operation, in order. */
  latency: { operation: string; ms: number }[];
  observations: Observations;
  /** What is left is less than none where what an earlier scenario of its worker had to leave died in this one. */
  tokens: TokenCounts;
  /** When the last of the tokens that it left ends, in ISO 8601; absent where it left none that says so. */
  leftUntil?: string;
  diagnoses?: DiagnosisRecord[];
  /** What operations answer to who asks in the way that was found: with success, or a refusal for a reason. */
  answers?: AnswerRecord[];
  outages?: Outage[];
  /** What was cut since operations hung, so far in its worker. */
  cuts?: Cut[];
  /** Why the run stopped asking the target, if it did. */
  outage?: string;
  /** A defect of the suite itself: an error no scenario may end in. */
  defect?: string;
}

/** The name of the Playwright attachment that carries a scenario's record to the reporter. */
export const recordAttachment = 'conformance-record';
