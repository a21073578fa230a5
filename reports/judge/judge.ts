import type { Contract } from '../../schemas/openapi/contract.ts';
import type { CheckRecord, ScenarioRecord } from '../../schemas/report/record.ts';
import type {
  ConformanceReport,
  Cut,
  Deviation,
  Outcome,
  ProofStep,
  RequirementResult,
  RunError,
  Verdict,
} from '../../schemas/report/report.ts';
import {
  appliesTo,
  catalogue,
  everyExchange,
  occasionFor,
  type Requirement,
  roleOfRequirement,
  sourceOf,
  textIn,
  titleIn,
} from '../../specs/catalogue/catalogue.ts';
import { causesOf } from './causes.ts';
import { correctionsIn } from './corrections.ts';
import { coverageOf, latencyOf } from './coverage.ts';
import { diagnosisOf } from './diagnosis.ts';
import { KnownDeviations } from './known-deviations.ts';
import { conformingSentence, gateGap, inconclusiveSentence, nonconformingSentence } from './sentence.ts';

/** What a run brought: the records of its scenarios, and how it went. */
export interface RunFacts {
  records: ScenarioRecord[];
  contract: Contract;
  /** Every scenario of this contract, whether it was selected or not: what could have been established. */
  scenarios: { title: string; establishes: string[] }[];
  errors: RunError[];
  /** Why the run did not come to its end, if it did not. */
  interrupted?: string;
  /** Whether only a part of the scenarios was selected. */
  partial: boolean;
  rules: ConformanceReport['rules'];
  known?: KnownDeviations;
  /** An earlier report: with it only what has become worse since turns the verdict. */
  baseline?: ConformanceReport;
  /** What was asked before the scenarios: it counts among requests and tokens. */
  asked?: Pick<ScenarioRecord, 'requests' | 'tokens'>;
  warnings?: string[];
  suite: ConformanceReport['suite'];
  target: ConformanceReport['target'];
  overlay: ConformanceReport['overlay'];
  startedAt: Date;
  durationMs: number;
}

/** Deviations kept for one requirement; beyond them only the first of each scenario. */
const deviationsKept = 50;

/** The report of a run: outcomes of the requirements, verdict, sentence and exit code (design: exit codes). */
export function judge(facts: RunFacts): ConformanceReport {
  const { contract, records, scenarios, known = new KnownDeviations() } = facts;
  const rows = catalogue();
  const isApplicable = (row: Requirement) => appliesTo(row, contract, scenarios);
  const errors = [...facts.errors, ...errorsIn(records)];
  const complete =
    facts.interrupted === undefined &&
    errors.length === 0 &&
    scenarios.every(({ title }) => records.some(({ scenario }) => scenario === title));
  const { requirements, problems, suggestedEntries } = known.apply(
    rows.filter(isApplicable).map((row) => result(row, facts)),
    {
      records,
      scenarios,
      complete,
      today: facts.startedAt.toISOString().slice(0, 10),
    },
  );
  const all = [...(facts.asked ? [facts.asked] : []), ...records];
  const coverage = coverageOf(records, contract);
  const diagnosis = diagnosisOf(records, contract, requirements, coverage);
  const leftUntil = records
    .flatMap((record) => record.leftUntil ?? [])
    .sort()
    .at(-1);
  const report = {
    schemaVersion: 1 as const,
    rules: facts.rules,
    suite: facts.suite,
    contract: {
      title: contract.title,
      version: contract.version,
      path: contract.document.file,
      sha256: contract.sha256,
    },
    overlay: facts.overlay,
    ...correctionsIn(contract, coverage, complete),
    target: facts.target,
    startedAt: facts.startedAt.toISOString(),
    durationMs: Math.round(facts.durationMs),
    ...(facts.baseline
      ? { baseline: { startedAt: facts.baseline.startedAt, target: facts.baseline.target } }
      : {}),
    ...(facts.warnings && facts.warnings.length > 0 ? { warnings: facts.warnings } : {}),
    requests: sum(all.map(({ requests }) => requests)),
    partial: facts.partial,
    requirements,
    causes: causesOf(requirements, diagnosis),
    ...(diagnosis.length > 0 && { diagnosis }),
    outside: contract.outside,
    notApplicable: rows
      .filter((row) => !isApplicable(row))
      .map((row) => ({ id: row.id, reason: occasionFor(row) })),
    coverage,
    tokens: {
      issued: sum(all.map(({ tokens }) => tokens.issued)),
      revoked: sum(all.map(({ tokens }) => tokens.revoked)),
      left: sum(all.map(({ tokens }) => tokens.left)),
      ...(leftUntil === undefined ? {} : { leftUntil }),
      refreshLeft: sum(all.map(({ tokens }) => tokens.refreshLeft)),
    },
    latency: latencyOf(records),
    outages: records.flatMap(({ outages = [] }) => outages).sort((a, b) => a.from.localeCompare(b.from)),
    cuts: cutsIn(records),
    knownDeviationProblems: problems,
    suggestedEntries,
    errors,
  };
  return { ...report, ...verdictOn(report, facts) };
}

function verdictOn(
  report: Omit<ConformanceReport, 'sentence' | 'verdict' | 'exitCode'>,
  { interrupted, rules, baseline }: RunFacts,
): { verdict: Verdict; sentence: string; exitCode: number } {
  const configuration = report.errors.find(({ kind }) => kind === 'configuration');
  if (configuration) return { verdict: 'inconclusive', sentence: configuration.message, exitCode: 2 };

  const broken = report.requirements.filter((row) => isBreach(row) && outcomeIn(baseline, row) !== 'failed');
  const untrue = [...report.knownDeviationProblems, ...(report.correctionProblems ?? [])];
  if (broken.length > 0 || (untrue.length > 0 && !baseline)) {
    return {
      verdict: 'nonconforming',
      sentence: nonconformingSentence(report, broken, baseline),
      exitCode: 1,
    };
  }
  const inconclusive = (why: string) => ({
    verdict: 'inconclusive' as const,
    sentence: inconclusiveSentence(report, why),
    exitCode: 3,
  });
  const [error] = report.errors;
  if (error) return inconclusive(error.message);
  if (interrupted !== undefined) return inconclusive(interrupted);
  const musts = report.requirements.filter(({ level }) => level === 'must');
  if (!musts.some(({ checks, outcome }) => checks.passed > 0 && !isOpen(outcome)))
    return inconclusive('nothing was established');
  const open = musts.filter(({ outcome, acceptance }) => !acceptance && isOpen(outcome));
  const missing = baseline ? open.filter((row) => outcomeIn(baseline, row) === 'passed') : open;
  if (rules === 'gate' && missing.length > 0) return inconclusive(gateGap(missing, baseline));
  return { verdict: 'conforming', sentence: conformingSentence(report, baseline), exitCode: 0 };
}

/** What an earlier report says of a requirement; undefined without one, and where it does not have it. */
function outcomeIn(baseline: ConformanceReport | undefined, { id }: RequirementResult): Outcome | undefined {
  return baseline?.requirements.find((row) => row.id === id)?.outcome;
}

/** A must requirement that failed and that nobody accepted. */
function isBreach({ level, outcome }: RequirementResult): boolean {
  return level === 'must' && outcome === 'failed';
}

function isOpen(outcome: Outcome): boolean {
  return outcome === 'inconclusive' || outcome === 'not-tested';
}

function result(
  row: Requirement,
  { records, contract, partial, interrupted, errors }: RunFacts,
): RequirementResult {
  const found = records.flatMap((record) =>
    record.checks.filter(({ requirement }) => requirement === row.id).map((check) => ({ check, record })),
  );
  const checksOf = (outcome: CheckRecord['outcome']) =>
    found.filter(({ check }) => check.outcome === outcome);
  const failed = checksOf('failed');
  const [open] = checksOf('inconclusive');
  const [untested] = checksOf('not-tested');
  const passed = checksOf('passed').length;
  const deviations = group(row, failed);
  // No scenario came to ask a target that is away: no answer could be had.
  const unasked = ({ kind }: RunError) => kind !== 'suite' && kind !== 'configuration';
  const away = records.length === 0 ? errors.find(unasked)?.message : undefined;
  const hollow = passed > 0 ? whyHollow(row, records) : undefined;
  const outcome: Outcome =
    failed.length > 0
      ? 'failed'
      : open || away !== undefined || hollow !== undefined
        ? 'inconclusive'
        : untested || passed === 0
          ? 'not-tested'
          : 'passed';
  const tried = records.some(
    ({ establishes }) => row.scenario === everyExchange || establishes.includes(row.id),
  );
  const reasons: Record<Outcome, string> = {
    failed: deviations[0] ? `expected ${deviations[0].expected}, got ${deviations[0].actual}` : '',
    known: '',
    inconclusive: open?.check.reason ?? away ?? hollow ?? '',
    passed: `${passed} ${passed === 1 ? 'check' : 'checks'} passed`,
    'not-tested':
      untested?.check.reason ??
      (interrupted
        ? 'the run ended before'
        : tried
          ? 'no exchange gave occasion for it'
          : partial
            ? 'not selected in this run'
            : 'the run did not get that far'),
  };
  return {
    id: row.id,
    level: row.level,
    title: titleIn(row, contract),
    text: textIn(row, contract),
    source: sourceOf(row, contract),
    operation: roleOfRequirement(row.id) ?? null,
    outcome,
    reason: reasons[outcome],
    checks: { passed, failed: failed.length, inconclusive: checksOf('inconclusive').length },
    deviations,
  };
}

/**
 * Why the checks of a requirement on every exchange prove nothing, though all of them passed: they came from refusals
 * alone. What is asked of answers is proved by answers of both kinds, and by a refused request least.
 */
function whyHollow({ id, scenario }: Requirement, records: ScenarioRecord[]): string | undefined {
  if (scenario !== everyExchange) return undefined;
  const role = roleOfRequirement(id);
  const seen = records
    .flatMap(({ observations }) => Object.keys(observations.statuses))
    .filter((answer) => role === undefined || answer.startsWith(`${role} `))
    .map((answer) => answer.split(' ').at(-1) ?? '');
  const statuses = [...new Set(seen)].sort();
  if (statuses.length === 0 || statuses.some((status) => status.startsWith('2'))) return undefined;
  return `hollow: every answer that it was held to was a refusal (${statuses.join(', ')}), and none a success`;
}

/** A check that failed, and the record that holds it. */
interface Failed {
  check: CheckRecord;
  record: ScenarioRecord;
}

/**
 * The same expectation broken in the same way is one deviation, however many scenarios met it: it is shown by the
 * plainest of them, and run again in the one of fewest requests. The plainest come first.
 */
function group({ level }: Requirement, failed: Failed[]): Deviation[] {
  const alike = new Map<string, Failed[]>();
  const seen = new Set<string>();
  for (const one of failed) {
    const { expected, actual, instancePointer, place } = one.check;
    const key = JSON.stringify([expected, actual, instancePointer, place?.pointer]);
    const group = alike.get(key);
    // The first of each scenario is kept in any case: an acceptance may be for one scenario only.
    if (group) group.push(one);
    else if (alike.size < deviationsKept || !seen.has(one.record.scenario)) alike.set(key, [one]);
    seen.add(one.record.scenario);
  }
  return [...alike.values()]
    .map((group) => group.sort((a, b) => oddity(a) - oddity(b)) as [Failed, ...Failed[]])
    .sort(([a], [b]) => oddity(a) - oddity(b))
    .map((group) => deviationOf(level, group));
}

function deviationOf(level: Requirement['level'], all: [Failed, ...Failed[]]): Deviation {
  const [{ check, record }] = all;
  const { expected = '', actual = '', instancePointer, place, credential, script } = check;
  const shown = check.exchange === undefined ? undefined : record.exchanges[check.exchange];
  const [cheapest = record] = all.map((one) => one.record).sort((a, b) => a.requests - b.requests);
  const scenarios = new Set(all.map((one) => one.record.scenario));
  return {
    level,
    scenario: record.scenario,
    alsoIn: [...scenarios].slice(1),
    occurrences: all.length,
    expected,
    actual,
    ...(instancePointer === undefined ? {} : { instancePointer }),
    ...(place === undefined ? {} : { place: { pointer: place.pointer, file: place.file, line: place.line } }),
    ...(credential && { credential }),
    ...(shown === undefined ? {} : { exchange: shown.record, curl: shown.curl }),
    proof: proofIn(record, check),
    ...(script === undefined ? {} : { script }),
    rerun: rerun(cheapest),
    ...(record.run.needs && { needs: record.run.needs }),
  };
}

/**
 * How far a deviation is from what a reader expects to be shown: best is a wrong credential that was taken, and of these
 * one that anyone can make up; then what a script and few exchanges without a wait show, and a scenario that is about
 * it; a hostile text comes last.
 */
function oddity({ check, record }: Failed): number {
  const { requirement, credential, actual = '', script, proof = [] } = check;
  const isPlain = credential === 'absent' || credential === 'made-up';
  const isTaken = credential !== undefined && /^2\d\d\b/.test(actual);
  const isHostile = record.establishes.some((id) => id.endsWith('.hostile-value'));
  return (
    (isTaken ? 0 : 10_000) +
    (isPlain ? 0 : 5000) +
    (isHostile ? 2000 : 0) +
    (script === undefined ? 1000 : 0) +
    proof.length +
    5 * proof.filter(({ waitedMs }) => waitedMs !== undefined).length +
    (record.establishes[0] === requirement ? 0 : 0.5)
  );
}

function proofIn({ exchanges }: ScenarioRecord, { proof = [] }: CheckRecord): ProofStep[] {
  return proof.flatMap(({ exchange, ...step }) => {
    const shown = exchanges[exchange];
    return shown ? [{ ...step, exchange: shown.record }] : [];
  });
}

/** Runs one scenario again, against the same target, into a folder of its own: the report at hand stays. */
function rerun({ scenario, run: { target, needs = [] } }: ScenarioRecord): string {
  const where =
    target.name !== 'custom'
      ? `NOMBA_TARGET=${target.name} `
      : // One that is not shown as it is has to be set.
        needs.includes('NOMBA_BASE_URL')
        ? ''
        : `NOMBA_BASE_URL='${target.baseUrl}' `;
  const title = scenario.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll("'", "'\\''");
  return `${where}NOMBA_REPORTS_DIR=reports/rerun npx playwright test --project=conformance -g '${title}'`;
}

function errorsIn(records: ScenarioRecord[]): RunError[] {
  const outages = [...new Set(records.flatMap(({ outage }) => outage ?? []))];
  return [
    ...outages.map((message): RunError => ({ kind: 'outage', message })),
    ...records.flatMap(({ scenario, defect }): RunError[] =>
      defect === undefined
        ? []
        : [{ kind: 'suite', message: `the scenario "${scenario}" ended in an error: ${defect}` }],
    ),
  ];
}

/** Of each operation the last word: a worker tells what it has cut so far with every scenario. */
function cutsIn(records: ScenarioRecord[]): Cut[] {
  const last = new Map<string, Cut>();
  for (const cut of records.flatMap(({ cuts = [] }) => cuts)) {
    const before = last.get(cut.operation);
    if (!before || before.hangs + before.notSent < cut.hangs + cut.notSent) last.set(cut.operation, cut);
  }
  return [...last.values()];
}

function sum(numbers: number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
