import type { ConformanceReport, RequirementResult, Source } from '../../schemas/report/report.ts';
import { listed, oneLine } from '../formats/text.ts';
import { describeSource } from './findings.ts';

type Judged = Omit<ConformanceReport, 'sentence' | 'verdict' | 'exitCode'>;

/** How many ids a sentence names before it counts the rest. */
const named = 3;

/** The verdict on a conforming target, or on one that is no worse than a baseline, for a release manager. */
export function conformingSentence(report: Judged, baseline?: ConformanceReport): string {
  const { contract, requirements, requests, partial, knownDeviationProblems: problems } = report;
  const { correctionProblems = [] } = report;
  const musts = requirements.filter(({ level }) => level === 'must');
  const kept = musts.filter(({ outcome }) => outcome === 'passed').length;
  const known = musts.filter(({ outcome }) => outcome === 'known').length;
  const open = musts.filter(({ outcome }) => outcome === 'inconclusive' || outcome === 'not-tested').length;
  const findings = requirements.filter(
    ({ level, outcome }) => level === 'should' && outcome === 'failed',
  ).length;
  const failed = musts.filter(({ outcome }) => outcome === 'failed').length;
  const details = [
    count(requests, 'request'),
    ...(failed > 0 ? [`${count(failed, 'must requirement')} failed already in the baseline`] : []),
    ...(problems.length > 0
      ? [`${count(problems.length, 'entry', 'entries')} of the known deviations to mend`]
      : []),
    ...(correctionProblems.length > 0 ? [`${count(correctionProblems.length, 'correction')} to mend`] : []),
    ...(known > 0 ? [`${count(known, 'known deviation')} accepted`] : []),
    ...(open > 0 ? [`${open} must ${open === 1 ? 'requirement' : 'requirements'} not established`] : []),
    ...(findings > 0 ? [`${count(findings, 'should finding')} to look at`] : []),
  ];
  const all = partial
    ? `the ${kept} must requirements of this partial run`
    : `${kept} of ${musts.length} must requirements`;
  const head = baseline ? `No regression since ${nameOfBaseline(baseline)}` : 'Conforming';
  return `${head}${withCorrections(report)}: ${nameOf(report)} keeps ${all} of ${contract.title} ${contract.version} (${details.join(', ')}).`;
}

/** The verdict on a target that breaks the contract, or on a file of known deviations that is not true. */
export function nonconformingSentence(
  report: Judged,
  broken: RequirementResult[],
  baseline?: ConformanceReport,
): string {
  const { contract, knownDeviationProblems: problems, correctionProblems = [] } = report;
  const [first] = broken;
  if (!first && correctionProblems.length > 0) {
    const [problem] = correctionProblems;
    return `Nonconforming: ${count(correctionProblems.length, 'correction')} of the contract ${correctionProblems.length === 1 ? 'does' : 'do'} not hold of ${nameOf(report)} any more; mend the file: ${problem}`;
  }
  if (!first) {
    return `Nonconforming: ${count(problems.length, 'entry', 'entries')} of the known deviations ${problems.length === 1 ? 'is' : 'are'} not true of ${nameOf(report)} any more; mend the file: ${problems[0]}`;
  }
  const ids = new Set(broken.map(({ id }) => id));
  const causes = report.causes.filter(({ requirements }) => requirements.some((id) => ids.has(id)));
  const [lead, ...rest] = causes;
  const since = baseline ? ` New since ${nameOfBaseline(baseline)}.` : '';
  const what = lead ? clause(nameOf(report), lead.title) : `${nameOf(report)} breaks ${contract.title}`;
  const where = spokenSource(report, lead?.source ?? first.source);
  const told = rest.slice(0, named - 1).map(({ title }) => title);
  const untold = rest.length - told.length;
  const besides =
    rest.length === 0
      ? ''
      : ` It breaks the contract in ${count(rest.length, 'more way')}: ${[...told, ...(untold > 0 ? [`and ${untold} more`] : [])].join('; ')}.`;
  const [problem] = problems;
  const stale = problem === undefined ? '' : ` In the known deviations, ${oneLine(problem, 300)}`;
  const they = causes.length > 1 ? 'these are' : 'this is';
  return `Nonconforming${withCorrections(report)}: ${oneLine(what, 500)} (${where}).${oneLine(besides, 400)}${since}${stale} Do not release before ${they} mended or accepted as known.`;
}

/** A source as it is said aloud: `contract, line 138`. */
function spokenSource({ contract, overlay }: Judged, source: Source): string {
  if ('rfc' in source) return describeSource(source);
  const name = { [contract.path]: 'contract', [overlay?.path ?? '']: 'overlay' }[source.file];
  return name === undefined ? describeSource(source) : `${name}, line ${source.line}`;
}

/** ` with 3 corrections`: whatever the verdict, it is on another contract than the published one. */
function withCorrections({ corrections = [] }: Judged): string {
  return corrections.length === 0 ? '' : ` with ${count(corrections.length, 'correction')}`;
}

/** What a target of this name does, as a clause with the target in it. */
export function clause(name: string, title: string): string {
  const hasSubject = /^(?:issue|refresh|revoke|revoking|an?) /.test(title);
  return hasSubject ? `on ${name}, ${title}` : `${name} ${title}`;
}

/** No verdict: why, and what to do. */
export function inconclusiveSentence(report: Judged, why: string): string {
  const cause = why.endsWith('?') ? `${why} Run` : `${why.replace(/\.$/, '')}; run`;
  return `Inconclusive: no verdict on ${nameOf(report)}: ${cause} again when that is mended.`;
}

/** Why the gate gives no verdict: what it needs and does not have. */
export function gateGap(missing: RequirementResult[], baseline?: ConformanceReport): string {
  const [first] = missing;
  const every = baseline ? `what passed in ${nameOfBaseline(baseline)}` : 'every must requirement';
  const ids = listed(
    missing.map(({ id }) => id),
    named,
  );
  return `the gate needs ${every} established, and ${ids} ${missing.length === 1 ? 'is' : 'are'} not (${first?.reason})`;
}

function nameOfBaseline(baseline: ConformanceReport): string {
  return `the baseline of ${baseline.startedAt.slice(0, 10)} on ${nameOf(baseline)}`;
}

/** A target in words: `the sandbox`, or the URL of one that has no name. */
export function nameOf({ target }: Pick<Judged, 'target'>): string {
  return target.name === 'custom' ? target.baseUrl : `the ${target.name}`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
