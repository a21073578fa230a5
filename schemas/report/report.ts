/**
 * The conformance report: what `conformance.json` holds, the one source from which every other report is
 * rendered. `schemas/conformance-report.schema.json` says the same to readers that are not TypeScript; a
 * report is validated against it when it is written.
 */

/** How binding a requirement is: a failed `must` turns the verdict, a failed `should` is reported. */
export type Level = 'must' | 'should';

/** What a run established about one requirement. */
export type Outcome = 'passed' | 'failed' | 'known' | 'inconclusive' | 'not-tested';

/** What the whole run says of the target. */
export type Verdict = 'conforming' | 'nonconforming' | 'inconclusive';

/** A place in a YAML document: the JSON pointer, and where a reader finds it (1-based line). */
export interface DocumentSource {
  pointer: string;
  file: string;
  line: number;
}

/** A clause of a standard that the contract names. */
export interface RfcSource {
  rfc: number;
  section: string;
  url: string;
}

export type Source = DocumentSource | RfcSource;

/** One header as it came or went, in order, with secrets already replaced by fingerprints. */
export type HeaderField = [name: string, value: string];

/** A request as recorded: redacted, long bodies cut (`bodyBytes` is the true size). */
export interface RecordedRequest {
  method: string;
  url: string;
  headers: HeaderField[];
  body: string;
  bodyBytes: number;
}

/** A response as recorded: redacted, long bodies cut (`bodyBytes` is the true size). */
export interface RecordedResponse {
  status: number;
  statusText: string;
  headers: HeaderField[];
  body: string;
  bodyBytes: number;
}

/** One request and what came of it: a response, or the failure that came in its place. */
export interface RecordedExchange {
  /** Unique within the run: `<worker>-<number>`. */
  id: string;
  /** `issue`, `refresh`, `revoke`, or null for a request that is not to an operation of the contract. */
  operation: string | null;
  /** What this request was for, in words: `grant_type left out`. */
  intent: string;
  startedAt: string;
  durationMs: number;
  request: RecordedRequest;
  response: RecordedResponse | null;
  /** Why there is no response: `refused`, `reset`, `timeout`, …, in one sentence. */
  failure: string | null;
}

/** A check that failed: what was expected, what came, where the contract says so. */
export interface Deviation {
  /** `must` or `should`: never above the level of its requirement. */
  level: Level;
  scenario: string;
  /** Further scenarios that met the same deviation; empty when only `scenario` did. */
  alsoIn: string[];
  /** How many checks failed alike, this one included. */
  occurrences: number;
  expected: string;
  actual: string;
  /** Where in the response body, when the deviation is about a place in it (`/data/expires_in`). */
  instancePointer?: string;
  /** The narrowest sentence of the contract or overlay that is broken, when narrower than the requirement's. */
  place?: DocumentSource;
  exchange?: RecordedExchange;
  /** Reproduces the request from a shell; credentials and tokens are `$NOMBA_…` placeholders. */
  curl?: string;
  /** Runs just the scenario again. */
  rerun: string;
  /** Set when this deviation is accepted and another of its requirement is not, which is `failed` then. */
  acceptance?: Acceptance;
}

/** The acceptance of a failed requirement, from the file of known deviations. */
export interface Acceptance {
  reason: string;
  category: string;
  owner: string;
  link?: string;
  expires: string;
}

/** One requirement with what the run established about it. */
export interface RequirementResult {
  id: string;
  level: Level;
  title: string;
  /** The sentence of the contract, or the clause of the standard, quoted. */
  text: string;
  source: Source;
  /** `issue`, `refresh`, `revoke`, or null where the requirement is about more than one operation. */
  operation: string | null;
  outcome: Outcome;
  /** Why the outcome is what it is, in one sentence. */
  reason: string;
  checks: { passed: number; failed: number; inconclusive: number };
  deviations: Deviation[];
  /** Set when the outcome is `known`, or when a `notTestable` entry explains a `not-tested`. */
  acceptance?: Acceptance;
}

/** One documented status of one operation, and how often it was seen and validated. */
export interface StatusCoverage {
  operation: string;
  status: string;
  seen: number;
}

/** One documented property of a response, and how often it was seen. */
export interface PropertyCoverage {
  operation: string;
  status: string;
  pointer: string;
  seen: number;
}

/** One constraint of a request schema, and how often a request violated it. */
export interface ConstraintCoverage {
  operation: string;
  pointer: string;
  keyword: string;
  violated: number;
}

/** Something seen that the contract does not mention. */
export interface Drift {
  kind: 'status' | 'media-type' | 'property' | 'header';
  operation: string;
  /** Where: the status it came with, and for a property its pointer in the body. */
  where: string;
  what: string;
  seen: number;
}

/** How long one operation took, in milliseconds; `points` has every exchange in order of time. */
export interface Latency {
  operation: string;
  count: number;
  medianMs: number;
  p95Ms: number;
  points: number[];
}

/** An error of the run itself (configuration, outage, a defect of the suite), never of the contract. */
export interface RunError {
  kind: 'configuration' | 'outage' | 'suite';
  message: string;
}

/** The whole report. */
export interface ConformanceReport {
  schemaVersion: 1;
  verdict: Verdict;
  /** One sentence a release manager can read: the verdict, why, and what to do next. */
  sentence: string;
  /** The exit code of the command that made the report. */
  exitCode: number;
  /** Which rules judged: `gate` is the stricter pre-release set. */
  rules: 'conformance' | 'gate';
  suite: { version: string; commit: string };
  contract: { title: string; version: string; path: string; sha256: string };
  overlay: { path: string; sha256: string } | null;
  target: { name: string; baseUrl: string };
  startedAt: string;
  durationMs: number;
  requests: number;
  /** True when only a part of the scenarios was selected (`--grep`, `--shard` unmerged). */
  partial: boolean;
  requirements: RequirementResult[];
  /** Requirements of the catalogue that this contract gives no occasion for, each with the reason. */
  notApplicable: { id: string; reason: string }[];
  coverage: {
    statuses: StatusCoverage[];
    properties: PropertyCoverage[];
    constraints: ConstraintCoverage[];
    undocumented: Drift[];
  };
  /** Access tokens the run obtained, revoked again, and could not revoke. */
  tokens: { issued: number; revoked: number; left: number };
  latency: Latency[];
  /** Entries of the known-deviations file that are stale, expired or match nothing, each a sentence. */
  knownDeviationProblems: string[];
  /** Paste-ready entries for the known-deviations file, one YAML text per new must deviation. */
  suggestedEntries: string[];
  errors: RunError[];
}
