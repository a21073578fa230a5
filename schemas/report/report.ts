/**
 * The conformance report: what `conformance.json` holds, the one source from which every other report is
 * rendered. These types are written by hand; `npm run schemas` makes the JSON schemas from them, for readers that
 * are not TypeScript and for the check of every report that is written. What a type cannot say stands in a tag
 * (`@minimum`), or in `json-schemas.ts`.
 */

/** @minLength 1 */
type Text = string;

/**
 * @asType integer
 * @minimum 0
 */
type Count = number;

/**
 * @asType integer
 * @minimum 1
 */
type Positive = number;

/** @minimum 0 */
type Milliseconds = number;

/**
 * ISO 8601.
 * @format date-time
 */
type Moment = string;

/**
 * RFC 6901.
 * @format json-pointer
 */
type Pointer = string;

/** @pattern ^[0-9a-f]{64}$ */
type Sha256 = string;

/** How binding a requirement is: a failed `must` turns the verdict, a failed `should` is reported. */
export type Level = 'must' | 'should';

/** What a run established about one requirement. */
export type Outcome = 'passed' | 'failed' | 'known' | 'inconclusive' | 'not-tested';

/** What the whole run says of the target. */
export type Verdict = 'conforming' | 'nonconforming' | 'inconclusive';

/** A place in a YAML document: the JSON pointer, and where a reader finds it. */
export interface DocumentSource {
  /** Into the document. */
  pointer: Pointer;
  /** As a reader opens it from the project folder. */
  file: Text;
  /** From 1. */
  line: Positive;
}

/** A clause of a standard that the contract names. */
export interface RfcSource {
  /** Its number. */
  rfc: Positive;
  /** As the RFC numbers it. */
  section: Text;
  /**
   * Link to the section.
   * @format uri
   */
  url: string;
}

/** Where a requirement is written. */
export type Source = DocumentSource | RfcSource;

/** One header as it came or went, in order, with secrets already replaced by fingerprints. */
export type HeaderField = [name: string, value: string];

/** A request as recorded: redacted, long bodies cut (`bodyBytes` is the true size). */
export interface RecordedRequest {
  /** HTTP method. */
  method: Text;
  /** The whole URL. */
  url: Text;
  /** In the order they went. */
  headers: HeaderField[];
  /** As text; empty for none. */
  body: string;
  /** True size of the body. */
  bodyBytes: Count;
}

/** A response as recorded: redacted, long bodies cut (`bodyBytes` is the true size). */
export interface RecordedResponse {
  /** HTTP status. */
  status: Count;
  /** Reason phrase; may be empty. */
  statusText: string;
  /** In the order they came. */
  headers: HeaderField[];
  /** As text; empty for none. */
  body: string;
  /** True size of the body. */
  bodyBytes: Count;
}

/** One request and what came of it: a response, or the failure that came in its place. */
export interface RecordedExchange {
  /** Unique within the run: `<worker>-<number>`. */
  id: Text;
  /** `issue`, `refresh`, `revoke`, or null for a request that is not to an operation of the contract. */
  operation: Text | null;
  /** What this request was for, in words: `grant_type left out`. */
  intent: string;
  startedAt: Moment;
  /** From sending to the last byte. */
  durationMs: Milliseconds;
  request: RecordedRequest;
  /** Null when none came. */
  response: RecordedResponse | null;
  /** Why there is no response: `refused`, `reset`, `timeout`, …, in one sentence. */
  failure: string | null;
}

/** One exchange of a proof, and what it is for. */
export interface ProofStep {
  /** In words: `a token revokes itself`. */
  purpose: string;
  exchange: RecordedExchange;
  /** Milliseconds that the run let pass before it. */
  waitedMs?: Count;
  /** Set on the one whose answer deviates. */
  decisive?: true;
}

/** A check that failed: what was expected, what came, where the contract says so. */
export interface Deviation {
  /** `must` or `should`: never above the level of its requirement. */
  level: Level;
  /** The scenario that met it. */
  scenario: Text;
  /** Further scenarios that met the same deviation; empty when only `scenario` did. */
  alsoIn: Text[];
  /** How many checks failed alike, this one included. */
  occurrences: Positive;
  /** What the requirement asks for. */
  expected: string;
  /** What came. */
  actual: string;
  /** Where in the response body, when the deviation is about a place in it (`/data/expires_in`). */
  instancePointer?: Pointer;
  /** The narrowest sentence of the contract or overlay that is broken, when narrower than the requirement's. */
  place?: DocumentSource;
  /** What stood in the place of a valid credential or token, where that is what was tested. */
  credential?: WrongCredential;
  /** The exchange that shows it. */
  exchange?: RecordedExchange;
  /** The exchanges that show it, in order, the decisive one last; empty where nothing was exchanged. */
  proof: ProofStep[];
  /**
   * A script for a POSIX shell that sends the proof again: it ends with 1 where the deviation shows, with 0 where it
   * does not. Absent where a request cannot be told without a secret.
   */
  script?: Text;
  /** Reproduces the request from a shell; credentials and tokens are `$NOMBA_…` placeholders. */
  curl?: Text;
  /** Runs just the scenario again. */
  rerun: Text;
  /** Names of the variables that `rerun` takes from the environment: those that this run had. */
  needs?: Text[];
  /** Set when this deviation is accepted and another of its requirement is not, which is `failed` then. */
  acceptance?: Acceptance;
}

/**
 * What may stand in the place of a valid credential or token: nothing; one that nobody issued, as anyone can make up,
 * so that who takes it takes any; a text or value that is none; one that was revoked; one that has expired.
 */
export type WrongCredential = 'absent' | 'made-up' | 'odd' | 'revoked' | 'expired';

/** The acceptance of a failed requirement, from the file of known deviations. */
export interface Acceptance {
  /** Why it is accepted. */
  reason: Text;
  /** Whose fault it is: `target-bug`, `sandbox-limitation`, `contract-error`, `suite-bug`. */
  category: Text;
  /** Who sees to it. */
  owner: Text;
  /** Where it is tracked. */
  link?: Text;
  /**
   * Last day on which it counts.
   * @format date
   */
  expires: string;
}

/** One requirement with what the run established about it. */
export interface RequirementResult {
  /**
   * Stable: group, dot, name.
   * @pattern ^[a-z0-9-]+(\.[a-z0-9-]+)+$
   */
  id: string;
  level: Level;
  /** What a conforming target does, in the present tense. */
  title: Text;
  /** The sentence of the contract, or the clause of the standard, quoted. */
  text: Text;
  source: Source;
  /** `issue`, `refresh`, `revoke`, or null where the requirement is about more than one operation. */
  operation: Text | null;
  outcome: Outcome;
  /** Why the outcome is what it is, in one sentence. */
  reason: Text;
  /** How many checks ended how. */
  checks: { passed: Count; failed: Count; inconclusive: Count };
  /** Checks that failed, equal ones folded into one. */
  deviations: Deviation[];
  /** Set when the outcome is `known`, or when a `notTestable` entry explains a `not-tested`. */
  acceptance?: Acceptance;
}

/** One documented status of one operation, and how often it was seen and validated. */
export interface StatusCoverage {
  operation: Text;
  /** As the document has it: `200`, `4XX`, `default`. */
  status: Text;
  seen: Count;
}

/** One documented property of a response, and how often it was seen. */
export interface PropertyCoverage {
  operation: Text;
  status: Text;
  /** Where in the body; `*` stands for any item. */
  pointer: string;
  seen: Count;
}

/** One constraint of a request schema, and how often a request violated it. */
export interface ConstraintCoverage {
  operation: Text;
  /** Where in the contract. */
  pointer: string;
  /** The JSON Schema keyword. */
  keyword: Text;
  violated: Count;
}

/** Something seen that the contract does not mention. */
export interface Drift {
  /** What it is. */
  kind: 'status' | 'media-type' | 'property' | 'header';
  operation: Text;
  /** Where: the status it came with, and for a property its pointer in the body. */
  where: string;
  /** Its name or value. */
  what: string;
  /** Of a property, of which JSON types its values were; of a status, of which media types its answers. */
  types?: Text[];
  seen: Positive;
}

/** How long one operation took. */
export interface Latency {
  operation: Text;
  /** How many exchanges. */
  count: Count;
  /** Half took at most this long. */
  medianMs: Milliseconds;
  /** 19 of 20 took at most this long. */
  p95Ms: Milliseconds;
  /** Every exchange, in order of time. */
  points: Milliseconds[];
}

/** A time in which the target gave no answer to anything; it is no fault of a requirement's. */
export interface Outage {
  from: string;
  /** Null where it did not return in the time that the run waited for it. */
  durationMs: number | null;
  /** How it showed: `it refuses connections`. */
  what: string;
}

/** An operation that hung again and again while the target answered others. */
export interface Cut {
  operation: string;
  /** How many requests to it were not answered in time. */
  hangs: number;
  /** How long one was waited for at first, and how long in the end, in milliseconds. */
  timeoutMs: number;
  reducedToMs: number;
  /** Requests that were not sent any more. */
  notSent: number;
}

/** One value that a correction changed. */
export interface CorrectedValue {
  /** Where in the contract as it was tested. */
  pointer: Pointer;
  /** The sentence of the published contract that is corrected, or what stands around it. */
  source: DocumentSource;
  /** What the contract says, as JSON, cut where it is long; null for nothing. */
  was: Text | null;
  /** What the target was held to; null for nothing. */
  is: Text | null;
}

/** A declared difference between the contract and what was tested, from the file of corrections. */
export interface Correction {
  /** The action in the file. */
  at: DocumentSource;
  /** The JSONPath of the action. */
  target: Text;
  /** What it changed, in the order of the file. */
  changes: CorrectedValue[];
  reason: Text;
  /** Who sees to it. */
  owner: Text;
  /**
   * Last day on which it counts.
   * @format date
   */
  expires: string;
  /** Which of the two is to change. */
  side: 'contract' | 'target';
}

/** One action of an OpenAPI Overlay 1.0, as `drift.overlay.yaml` has it. */
export interface DriftAction {
  /** JSONPath. */
  target: Text;
  /** What is merged into the target. */
  update?: Record<string, unknown>;
  remove?: true;
}

/** In what a target differs from the contract, as far as a run could find out. */
export interface Diagnosis {
  operation: Text;
  /** A clause: `refresh succeeds with a bearer token, which the contract does not ask for`. */
  title: Text;
  /** Whether a request had to differ, which was found by asking, or an answer did, which was seen. */
  about: 'request' | 'answer';
  /** What differs, each by its name: a dialect, a status, a property. Empty where nothing made a request succeed. */
  differences: Text[];
  /** Where such a request was met before. */
  seen?: Text[];
  /** Ids of the requirements that fail by it; empty where none does. */
  requirements: Text[];
  /** How many requests it took to find out. */
  probes: Count;
  /** What to do on either side; of the contract only where a document can say it. */
  remedies: { contract?: Text; target: Text };
  /** Which of the two is to change, as far as is known of the service: its documentation may say so already. */
  side: 'contract' | 'target';
  /** What makes the contract say it; empty where no document can, or may. */
  actions: DriftAction[];
  /** The exchanges that show it. */
  proof: ProofStep[];
}

/** An error of the run itself (configuration, outage, a defect of the suite), never of the contract. */
export interface RunError {
  /** Whose error: of the settings, of credentials that are refused, of what answers in the target's place, of the way to it, of the suite. */
  kind: 'configuration' | 'credentials' | 'target' | 'outage' | 'suite';
  /** One sentence. */
  message: Text;
}

/** An operation of the contract that has no part in the life of a token, so that this suite does not test it. */
export interface OutsideOperation {
  method: Text;
  path: Text;
  /** Null where the contract gives it none. */
  operationId: string | null;
}

/** What `conformance.json` holds: one run of the suite against one target. */
export interface ConformanceReport {
  /** Version of this format. */
  schemaVersion: 1;
  verdict: Verdict;
  /** The verdict, why, and what to do next, in one sentence a release manager can read. */
  sentence: Text;
  /**
   * The exit code of the command that made the report.
   * @maximum 255
   */
  exitCode: Count;
  /** Which rules judged: `gate` is the stricter pre-release set. */
  rules: 'conformance' | 'gate';
  /** The suite that ran; for want of a commit, a word that says why there is none. */
  suite: { version: Text; commit: Text };
  /** The document the target is held to. */
  contract: { title: string; version: string; path: Text; sha256: Sha256 };
  /** The overlay that tightens the contract, or null for none. */
  overlay: { path: Text; sha256: Sha256 } | null;
  /** What was changed of the contract before the target was held to it. */
  corrections?: Correction[];
  /** Corrections that are stale, expired or match nothing, each a sentence. */
  correctionProblems?: Text[];
  /** The server under test: `mock`, `sandbox`, `production` or `custom`; no URL when the run ended before it was known. */
  target: { name: Text; baseUrl: string };
  startedAt: Moment;
  durationMs: Milliseconds;
  /** The earlier run that this one was compared with: only what has become worse since then turned the verdict. */
  baseline?: {
    startedAt: Moment;
    /** The server that it was of. */
    target: { name: Text; baseUrl: string };
  };
  /** What was allowed and weakens what the run says, such as a certificate that was not verified. */
  warnings?: Text[];
  /** How many requests were sent. */
  requests: Count;
  /** True when only a part of the scenarios was selected. */
  partial: boolean;
  /** Every requirement of the catalogue that applies to this contract. */
  requirements: RequirementResult[];
  /** What the deviations come from, gravest first. */
  causes: Cause[];
  /** In what the target differs from the contract; absent where nothing was found. */
  diagnosis?: Diagnosis[];
  /** Operations of the contract that this suite does not test, in its order. */
  outside?: OutsideOperation[];
  /** Requirements of the catalogue that this contract gives no occasion for, each with the reason. */
  notApplicable: { id: Text; reason: Text }[];
  /** What of the contract the run saw. */
  coverage: {
    /** Every documented status of every operation. */
    statuses: StatusCoverage[];
    /** Every documented property of every response. */
    properties: PropertyCoverage[];
    /** Every constraint of every request. */
    constraints: ConstraintCoverage[];
    /** What came that the contract does not mention. */
    undocumented: Drift[];
  };
  /**
   * Access tokens the run obtained, revoked again, and could not revoke; and the refresh tokens that the target has not
   * shown dead: the contract gives no way to revoke these. Earlier reports do not count them.
   */
  tokens: {
    issued: Count;
    revoked: Count;
    left: Count;
    /** When the last of those left ends, as far as the target said. */
    leftUntil?: Moment;
    refreshLeft?: Count;
  };
  /** By operation. */
  latency: Latency[];
  /** Times in which the target was away, in order. The run waited for its return and went on. */
  outages?: Outage[];
  /** What the run waited for less, or left out, to end in a bounded time. */
  cuts?: Cut[];
  /** Entries of the known-deviations file that are stale, expired or match nothing, each a sentence. */
  knownDeviationProblems: Text[];
  /** Paste-ready entries for the known-deviations file, one YAML text per new must deviation. */
  suggestedEntries: Text[];
  /** Errors of the run itself. */
  errors: RunError[];
}

/** How grave a breach is: what it lets happen, gravest first. */
export type Gravity = 'security' | 'success' | 'form' | 'words';

/** What several deviations have in common, named once. */
export interface Cause {
  /** Words that follow the name of the target (`accepts a revoked token`), or a clause of their own. */
  title: Text;
  level: Level;
  gravity: Gravity;
  /** Ids of the requirements it breaks, the one that says it best first. */
  requirements: Text[];
  /** The deviations that come of it, the one that says it best first; each comes of one cause. */
  deviations?: DeviationAt[];
  /** Ids of the requirements that could not be established because of it. */
  blocks: Text[];
  /** Where the sentence stands that it breaks. */
  source: Source;
  /** The exchanges that show it, the decisive one last. */
  proof: ProofStep[];
}

/** A deviation by its requirement and its place among the deviations of that, from 0. */
export interface DeviationAt {
  requirement: Text;
  at: Count;
}

/** One past run, as the history file keeps it: one line of it. */
export interface HistoryEntry {
  startedAt: Moment;
  verdict: Verdict;
  suiteVersion: string;
  commit: string;
  contractSha256: Sha256;
  /** The name of the target: `mock`, `sandbox`, … */
  target: string;
  requests: Count;
  durationMs: Milliseconds;
  /** By requirement id. */
  outcomes: Record<string, Outcome>;
  /** By operation. */
  medianMs: Record<string, Milliseconds>;
}
