import { daysAfter } from '../../schemas/document/day.ts';
import type { ScenarioRecord } from '../../schemas/report/record.ts';
import type { Acceptance, Deviation, RequirementResult } from '../../schemas/report/report.ts';
import { everyExchange, requirement as rowOf } from '../../specs/catalogue/catalogue.ts';

/** How many days ahead a suggested entry expires. */
const suggestedDays = 30;

/** What an entry of either list of the file says, and where it stands (`file:line`). */
interface Entry {
  at: string;
  requirement: string;
  reason: string;
  owner: string;
  link?: string;
  /** The last day on which it counts, `2026-04-14`. */
  expires: string;
}

/** A failure that is accepted for a while: wherever it is met, or in one scenario only. */
export interface KnownEntry extends Entry {
  scenario?: string;
  category: string;
}

/** A requirement whose prerequisite the target cannot give. */
export type NotTestableEntry = Entry;

/** What the entries are compared with. */
export interface AcceptanceFacts {
  records: ScenarioRecord[];
  /** Scenarios of this contract, run or not. */
  scenarios: readonly { title: string; establishes: string[] }[];
  /** Whether all of them came to their end. */
  complete: boolean;
  /** The day of the run, UTC, `2026-04-14`. */
  today: string;
}

/** The outcomes of a run in the light of what is accepted. */
export interface Accepted {
  requirements: RequirementResult[];
  /** A sentence for each entry that is not true of the run. */
  problems: string[];
  /** Entries, as YAML, that would accept the must requirements that fail and have none. */
  suggestedEntries: string[];
}

/** The deviations a team has accepted, and how they bear on the outcomes of a run. */
export class KnownDeviations {
  readonly #known: readonly KnownEntry[];
  readonly #notTestable: readonly NotTestableEntry[];

  /** Without entries, nothing is accepted. At most one entry for the same requirement and scenario. */
  constructor(known: KnownEntry[] = [], notTestable: NotTestableEntry[] = []) {
    this.#known = known;
    this.#notTestable = notTestable;
  }

  /** Marks what is accepted, and compares every entry with what the run established. */
  apply(requirements: RequirementResult[], facts: AcceptanceFacts): Accepted {
    const isLive = ({ expires }: Entry) => expires >= facts.today;
    const results = requirements.map((result) => {
      const isAbout = ({ requirement }: Entry) => requirement === result.id;
      const known = this.#known.filter(isAbout);
      const notTestable = this.#notTestable.filter(isAbout);
      return {
        result: explained(accepted(result, known.filter(isLive)), notTestable.filter(isLive)),
        problems: [
          ...known.map((entry) => knownProblem(entry, result, facts)),
          ...notTestable.map((entry) => notTestableProblem(entry, result, facts)),
        ].filter((problem) => problem !== undefined),
        known,
      };
    });
    return {
      requirements: results.map(({ result }) => result),
      problems: results.flatMap(({ problems }) => problems),
      suggestedEntries: results.flatMap(({ result, known }) => suggestedEntries(result, known, facts.today)),
    };
  }
}

/** The result with the deviations that entries accept: `known` when these are all. */
function accepted(result: RequirementResult, entries: KnownEntry[]): RequirementResult {
  if (result.outcome !== 'failed') return result;
  const judged = result.deviations.map((deviation) => ({ deviation, by: acceptedBy(deviation, entries) }));
  const open = judged.flatMap(({ deviation, by }) => (by ? [] : [deviation]));
  const [first] = open;
  if (!first) {
    return { ...result, outcome: 'known', acceptance: merged(judged.flatMap(({ by }) => by ?? [])) };
  }
  const closed = judged.flatMap(({ deviation, by }) =>
    by ? [{ ...deviation, acceptance: merged(by) }] : [],
  );
  const reason = `expected ${first.expected}, got ${first.actual}`;
  return { ...result, reason, deviations: [...open, ...closed] };
}

/** The entries that together accept a deviation in every scenario that met it, or undefined when one is left. */
function acceptedBy(deviation: Deviation, entries: KnownEntry[]): KnownEntry[] | undefined {
  const by = scenariosOf(deviation).map((scenario) => entries.find((entry) => covers(entry, scenario)));
  return by.every((entry) => entry !== undefined) ? by : undefined;
}

function covers(entry: KnownEntry, scenario: string): boolean {
  return entry.scenario === undefined || entry.scenario === scenario;
}

function scenariosOf({ scenario, alsoIn }: Deviation): string[] {
  return [scenario, ...alsoIn];
}

/** What several entries say as one acceptance; it ends with the first of them. */
function merged(entries: KnownEntry[]): Acceptance {
  const all = (key: 'reason' | 'category' | 'owner', by: string) =>
    [...new Set(entries.map((entry) => entry[key]))].join(by);
  const [link] = entries.flatMap((entry) => entry.link ?? []);
  const [expires = ''] = entries.map((entry) => entry.expires).sort();
  return {
    reason: all('reason', '; '),
    category: all('category', ', '),
    owner: all('owner', ', '),
    ...(link === undefined ? {} : { link }),
    expires,
  };
}

/** The result with the reason why its prerequisite is not to be had. */
function explained(result: RequirementResult, [entry]: NotTestableEntry[]): RequirementResult {
  if (!entry || result.outcome !== 'not-tested') return result;
  const { reason, owner, link, expires } = entry;
  const acceptance = { reason, category: 'not-testable', owner, expires };
  return { ...result, acceptance: link === undefined ? acceptance : { ...acceptance, link } };
}

/** Why an entry of a known failure is not true of the run, or undefined when it is, or nothing can be said. */
function knownProblem(
  entry: KnownEntry,
  result: RequirementResult,
  facts: AcceptanceFacts,
): string | undefined {
  const { at, requirement, scenario, expires } = entry;
  const where = scenario === undefined ? '' : ` in the scenario "${scenario}"`;
  const failed = failedIn(entry, result);
  if (!failed && keptIn(entry, result, facts)) {
    const elsewhere =
      result.outcome === 'failed' ? `: it fails in other scenarios; correct the title or` : ';';
    return `${at} accepts that ${requirement} fails${where}, and it does not any more${elsewhere} delete the entry.`;
  }
  if (expires >= facts.today) return undefined;
  if (failed) {
    return `${at} accepted that ${requirement} fails${where} until ${expires}, and it still does; mend the target, or decide anew and write a later date.`;
  }
  return hasRun(entry, facts)
    ? `${at} accepted that ${requirement} fails${where} until ${expires}; delete the entry, or decide anew and write a later date.`
    : undefined;
}

/** Why an entry of what cannot be tested is not true of the run, or undefined as above. */
function notTestableProblem(
  { at, requirement, expires }: NotTestableEntry,
  result: RequirementResult,
  facts: AcceptanceFacts,
): string | undefined {
  const { outcome } = result;
  if (outcome === 'failed' || (outcome === 'passed' && isWhole(requirement, facts))) {
    return `${at} says that ${requirement} cannot be tested, and it was: it ${outcome}; delete the entry.`;
  }
  if (expires >= facts.today || !hasRun({ requirement }, facts)) return undefined;
  return `${at} said until ${expires} that ${requirement} cannot be tested; supply what it needs, or decide anew and write a later date.`;
}

function failedIn(entry: KnownEntry, { outcome, deviations }: RequirementResult): boolean {
  const met = deviations.flatMap(scenariosOf);
  return outcome === 'failed' && met.some((scenario) => covers(entry, scenario));
}

/** Whether the run shows that a failure is gone: what it was accepted for was established, and to the end. */
function keptIn(
  { requirement, scenario }: KnownEntry,
  { outcome }: RequirementResult,
  facts: AcceptanceFacts,
): boolean {
  if (scenario === undefined) return outcome === 'passed' && isWhole(requirement, facts);
  const records = facts.records.filter((record) => record.scenario === scenario);
  const checks = records.flatMap((record) => checksOf(record, requirement));
  if (!records.every(isWholeRecord) || checks.some((check) => check.outcome !== 'passed')) return false;
  // A scenario that gave no occasion: it can be said only of a run that established the requirement elsewhere.
  return checks.length > 0 || (facts.complete && (outcome === 'passed' || outcome === 'failed'));
}

/** Whether every scenario that could have broken a requirement came to its end. */
function isWhole(id: string, { records, scenarios, complete }: AcceptanceFacts): boolean {
  if (complete) return true;
  if (rowOf(id).scenario === everyExchange) return false;
  const whole = new Set(records.filter(isWholeRecord).map(({ scenario }) => scenario));
  return scenarios.every(({ title, establishes }) => !establishes.includes(id) || whole.has(title));
}

function isWholeRecord({ outage, defect }: ScenarioRecord): boolean {
  return outage === undefined && defect === undefined;
}

/** Whether a run had anything to do with an entry: a complete one has with all. */
function hasRun(
  { requirement, scenario }: Pick<KnownEntry, 'requirement' | 'scenario'>,
  { records, complete }: AcceptanceFacts,
): boolean {
  const concerned = records.filter((record) => scenario === undefined || record.scenario === scenario);
  return complete || concerned.some((record) => checksOf(record, requirement).length > 0);
}

function checksOf({ checks }: ScenarioRecord, id: string): ScenarioRecord['checks'] {
  return checks.filter(({ requirement }) => requirement === id);
}

/**
 * Entries that would accept a failed must requirement, once reason and owner are filled in. Where the file
 * accepts it in some scenarios, one for each other scenario; what has an entry already gets no second.
 */
function suggestedEntries(result: RequirementResult, entries: KnownEntry[], today: string): string[] {
  if (result.level !== 'must' || result.outcome !== 'failed') return [];
  if (entries.length === 0) return [entryText(result.id, undefined, today)];
  const scenarios = [...new Set(result.deviations.flatMap(scenariosOf))];
  return scenarios
    .filter((scenario) => !entries.some((entry) => covers(entry, scenario)))
    .map((scenario) => entryText(result.id, scenario, today));
}

function entryText(requirement: string, scenario: string | undefined, today: string): string {
  return [
    `- requirement: ${requirement}`,
    // A JSON string is a YAML string.
    ...(scenario === undefined ? [] : [`  scenario: ${JSON.stringify(scenario)}`]),
    '  reason: "" # why it is accepted for now, in one sentence',
    '  category: target-bug # or sandbox-limitation, contract-error, suite-bug',
    '  owner: "" # who sees to it',
    `  expires: ${daysAfter(today, suggestedDays)}`,
    '',
  ].join('\n');
}
