/** What the formats pick out of a report, so that all of them say the same. */

import type {
  Acceptance,
  Cause,
  ConformanceReport,
  CorrectedValue,
  Correction,
  Deviation,
  Diagnosis,
  Outcome,
  ProofStep,
  RequirementResult,
  Source,
} from '../../schemas/report/report.ts';

/** A requirement with those of its deviations that one part of a report is about; never none. */
export interface Finding {
  requirement: RequirementResult;
  deviations: [Deviation, ...Deviation[]];
}

/** The part of an id before its first dot: `issue`, `refresh`, `revoke`, `token`, `http`. */
export function groupOf(id: string): string {
  return id.split('.', 1)[0] ?? id;
}

/** The requirements with one of the outcomes, in the order of the report. */
export function withOutcome(report: ConformanceReport, ...outcomes: Outcome[]): RequirementResult[] {
  return report.requirements.filter(({ outcome }) => outcomes.includes(outcome));
}

/** Requirements without an answer for one reason: told once. */
export interface Unanswered {
  outcome: Outcome;
  /** Empty where the sentence of the verdict says it. */
  reason: string;
  requirements: RequirementResult[];
}

/** More requirements than this with one outcome for one reason are told together. */
const sameReason = 3;

/** The requirements that got no answer, those together that got none for one reason; none where all of them got none, and the sentence says why. */
export function unanswered(report: ConformanceReport): Unanswered[] {
  const open = withOutcome(report, 'inconclusive', 'not-tested');
  const alike = ({ outcome, reason }: RequirementResult) => `${outcome} ${reason}`;
  return [...new Set(open.map(alike))].flatMap((key) => {
    const requirements = open.filter((requirement) => alike(requirement) === key);
    if (requirements.length === report.requirements.length && isTold(report, requirements[0]?.reason ?? ''))
      return [];
    const [{ outcome, reason } = { outcome: 'inconclusive' as const, reason: '' }] = requirements;
    return requirements.length > sameReason
      ? [{ outcome, requirements, reason: isTold(report, reason) ? '' : reason }]
      : requirements.map((one) => ({ outcome, requirements: [one], reason }));
  });
}

/** Whether what leads is that a request was taken which had to be refused: before all else that differs. */
export function leadsWithSecurity({ causes }: ConformanceReport): boolean {
  return causes[0]?.gravity === 'security' && causes[0].level === 'must';
}

/** The errors of a run that the sentence of its verdict does not tell. */
export function untoldErrors(report: ConformanceReport): ConformanceReport['errors'] {
  return report.errors.filter(({ message }) => !isTold(report, message));
}

function isTold({ sentence }: ConformanceReport, text: string): boolean {
  return text !== '' && sentence.includes(text.replace(/\.$/, ''));
}

/**
 * What turns the verdict, by what it comes from, gravest first: failed must requirements with those of their must
 * deviations that nobody accepted.
 * One that has none such is still a breach, with all it has.
 */
export function breaches(report: ConformanceReport): Finding[] {
  const order = report.causes.flatMap(({ requirements }) => requirements);
  const placeIn = ({ id }: RequirementResult) => (order.includes(id) ? order.indexOf(id) : order.length);
  return withOutcome(report, 'failed')
    .filter(({ level }) => level === 'must')
    .sort((a, b) => placeIn(a) - placeIn(b))
    .flatMap((requirement) => {
      const { deviations } = requirement;
      const open = deviations.filter(({ level, acceptance }) => level === 'must' && !acceptance);
      return findingOf(requirement, open.length > 0 ? open : deviations);
    });
}

/** What comes of one cause, the breach that says it best first. */
export interface Told {
  /** Undefined where no cause tells it. */
  cause: Cause | undefined;
  findings: [Finding, ...Finding[]];
}

/**
 * The breaches by what they come from, gravest cause first: a requirement that is broken in several ways stands under
 * the cause of each, with the deviations that come of that.
 */
export function breachesByCause(report: ConformanceReport): Told[] {
  const all = breaches(report);
  const told = report.causes.map((cause) => ({
    cause,
    findings: cause.requirements.flatMap((id) =>
      all.filter(({ requirement }) => requirement.id === id).flatMap((one) => partOf(one, cause)),
    ),
  }));
  const ids = new Set(told.flatMap(({ findings }) => findings.map(({ requirement }) => requirement.id)));
  const untold = all.filter(({ requirement: { id } }) => !ids.has(id));
  return [...told, ...untold.map((finding) => ({ cause: undefined, findings: [finding] }))].flatMap(
    ({ cause, findings: [first, ...others] }) => (first ? [{ cause, findings: [first, ...others] }] : []),
  );
}

/** What of a breach comes of a cause; all of it where the report, an earlier one, does not say. */
function partOf({ requirement, deviations }: Finding, cause: Cause): Finding[] {
  const own = cause.deviations
    ?.filter((one) => one.requirement === requirement.id)
    .flatMap(({ at }) => deviations.filter((deviation) => deviation === requirement.deviations[at]));
  return findingOf(requirement, own ?? deviations);
}

/** So few requests between two steps of a proof are not worth telling. */
const fewBetween = 10;

/** Before a step of a proof: how long the scenario waited, and how many requests came in between, where that is told. */
export function leadUp(steps: readonly ProofStep[], at: number): string[] {
  const [previous, step] = [steps[at - 1], steps[at]];
  // Ids are numbered as requests were sent.
  const numberOf = (one: ProofStep | undefined) => Number(one?.exchange.id.split('-').at(-1));
  const others = numberOf(step) - numberOf(previous) - 1;
  return [
    ...(step?.waitedMs === undefined ? [] : [`${(step.waitedMs / 1000).toFixed(1)} s later`]),
    ...(others >= fewBetween ? [`after ${others} other requests`] : []),
  ];
}

/** What is reported and turns nothing: should deviations that nobody accepted. */
export function advisories(report: ConformanceReport): Finding[] {
  return report.requirements
    .filter(({ outcome }) => outcome !== 'known')
    .flatMap((requirement) =>
      findingOf(
        requirement,
        requirement.deviations.filter(({ level, acceptance }) => level === 'should' && !acceptance),
      ),
    );
}

/** A requirement that is known to fail, wholly or in one of its deviations, and who accepted that. */
export interface AcceptedFinding {
  requirement: RequirementResult;
  acceptance: Acceptance;
}

/** Everything that is accepted: known requirements, and failed ones in which a deviation is; once per acceptance. */
export function acceptedFindings(report: ConformanceReport): AcceptedFinding[] {
  return withOutcome(report, 'failed', 'known').flatMap((requirement) => {
    const acceptances = [requirement, ...requirement.deviations].flatMap(
      ({ acceptance }) => acceptance ?? [],
    );
    const distinct = new Map(acceptances.map((acceptance) => [JSON.stringify(acceptance), acceptance]));
    return [...distinct.values()].map((acceptance) => ({ requirement, acceptance }));
  });
}

/** An acceptance in words: `The gateway …. (sandbox-limitation, payments-platform, until 2026-03-01)`. */
export function describeAcceptance({ reason, category, owner, expires }: Acceptance): string {
  return `${reason} (${category}, ${owner}, until ${expires})`;
}

function findingOf(requirement: RequirementResult, [first, ...others]: Deviation[]): Finding[] {
  return first ? [{ requirement, deviations: [first, ...others] }] : [];
}

/** What is wrong with a run and no requirement stands for. */
export interface RunProblem {
  name: 'run' | 'known-deviations' | 'corrections';
  /** `failure` where the target or its list of known deviations is at fault, `error` where the run gave no answer. */
  kind: 'failure' | 'error';
  type: string;
  message: string;
  details: string;
}

/**
 * The problems of the run beside its breaches: errors, no verdict, and known deviations that are stale. A run
 * that is not conforming has a breach or at least one of these; formats that show only failed tests need them.
 */
export function runProblems(report: ConformanceReport): RunProblem[] {
  const { verdict, sentence, errors, knownDeviationProblems, correctionProblems = [] } = report;
  const problems: RunProblem[] = [];
  if (knownDeviationProblems.length > 0) {
    const details = knownDeviationProblems.join('\n');
    const message = knownDeviationProblems[0] ?? details;
    problems.push({ name: 'known-deviations', kind: 'failure', type: 'known-deviations', message, details });
  }
  const [untrue] = correctionProblems;
  if (untrue !== undefined) {
    const details = correctionProblems.join('\n');
    problems.push({ name: 'corrections', kind: 'failure', type: 'corrections', message: untrue, details });
  }
  const told = [sentence, ...errors.map(({ kind, message }) => `${kind}: ${message}`)].join('\n');
  if (verdict === 'inconclusive' || errors.length > 0) {
    const type = errors[0]?.kind ?? verdict;
    problems.push({ name: 'run', kind: 'error', type, message: sentence, details: told });
  } else if (verdict === 'nonconforming' && problems.length === 0 && breaches(report).length === 0) {
    problems.push({ name: 'run', kind: 'failure', type: verdict, message: sentence, details: told });
  }
  return problems;
}

/** How many requirements ended how; failed ones apart by level. */
export interface Counts extends Record<Exclude<Outcome, 'failed'>, number> {
  failedMust: number;
  failedShould: number;
}

export function countOutcomes(report: ConformanceReport): Counts {
  const count = (outcome: Outcome) => withOutcome(report, outcome).length;
  const failedMust = withOutcome(report, 'failed').filter(({ level }) => level === 'must').length;
  return {
    passed: count('passed'),
    failedMust,
    failedShould: count('failed') - failedMust,
    known: count('known'),
    inconclusive: count('inconclusive'),
    'not-tested': count('not-tested'),
  };
}

/** The counts in words, those of zero left out but for passed: `61 passed, 2 failed (must), 1 known`. */
export function describeCounts(report: ConformanceReport): string {
  const {
    passed,
    failedMust,
    failedShould,
    known,
    inconclusive,
    'not-tested': notTested,
  } = countOutcomes(report);
  const others: [number, string][] = [
    [failedMust, 'failed (must)'],
    [failedShould, 'failed (should)'],
    [known, 'known'],
    [inconclusive, 'inconclusive'],
    [notTested, 'not tested'],
  ];
  return [`${passed} passed`, ...others.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`)].join(', ');
}

/** What the run saw of the contract: `9 of 9 statuses, 24 of 26 properties, 31 of 31 constraints, 2 undocumented`. */
export function describeCoverage({ coverage }: ConformanceReport): string {
  const { statuses, properties, constraints, undocumented } = coverage;
  const seen = (entries: { seen: number }[]) => entries.filter((entry) => entry.seen > 0).length;
  const violated = constraints.filter((constraint) => constraint.violated > 0).length;
  return [
    `${seen(statuses)} of ${statuses.length} statuses seen`,
    `${seen(properties)} of ${properties.length} response properties seen`,
    `${violated} of ${constraints.length} request constraints violated`,
    `${undocumented.length} undocumented`,
  ].join(', ');
}

/** How many operations of the contract are not tested, in one sentence; undefined where there is none. */
export function describeOutside({ outside = [] }: ConformanceReport): string | undefined {
  if (outside.length === 0) return undefined;
  const [noun, verb] = outside.length === 1 ? ['operation', 'is'] : ['operations', 'are'];
  return `${outside.length} ${noun} of the document ${verb} not tested here`;
}

/** Where to read what is broken: the narrowest place of the deviation, else the source of the requirement. */
export function placeOf({ source }: RequirementResult, deviation?: Deviation): Source {
  return deviation?.place ?? source;
}

/** A source in words: `schemas/nomba-authentication.openapi.yaml:41`, or `RFC 6749, section 5.1`. */
export function describeSource(source: Source): string {
  return 'rfc' in source ? `RFC ${source.rfc}, section ${source.section}` : `${source.file}:${source.line}`;
}

/** In what a target differs: what is the same of several operations once, with all of them in its title. */
export function differencesIn(diagnosis: readonly Diagnosis[]): Diagnosis[] {
  const common = ({ title, operation }: Diagnosis) => title.replaceAll(operation, '');
  return [...new Set(diagnosis.map(common))].map((key) => {
    const [first, ...others] = diagnosis.filter((one) => common(one) === key) as [Diagnosis, ...Diagnosis[]];
    const too = others.length > 0 ? `, ${others.map(({ operation }) => operation).join(' and ')} too` : '';
    return { ...first, title: `${first.title}${too}` };
  });
}

/** The same on a line; and where no correction can say it, that. */
export function describeDifference({ title, differences, remedies }: Diagnosis): string {
  const isUntellable = differences.length > 0 && remedies.contract === undefined;
  return isUntellable ? `${title}; no correction can say it, so that the server is to change` : title;
}

/** A correction on one line: what is changed, why, who sees to it and until when, and which side is to change. */
export function describeCorrection({ changes, reason, owner, expires, side }: Correction): string {
  const [first, ...others] = changes.map(describeChange);
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `${first}${more}: ${reason.replace(/\.$/, '')} (${owner}, until ${expires}; the ${side} is to change)`;
}

/** `schemas/….yaml:97 "400" → "422"`: the published sentence, and what the target was held to. */
function describeChange({ pointer, source, was, is }: CorrectedValue): string {
  const name = pointer.split('/').at(-1) ?? '';
  return `${describeSource(source)} ${name}: ${was ?? 'nothing'} → ${is ?? 'nothing'}`;
}
