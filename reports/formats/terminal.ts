import { createColors } from 'picocolors';
import type { ConformanceReport, Correction, Deviation } from '../../schemas/report/report.ts';
import {
  type AcceptedFinding,
  acceptedFindings,
  advisories,
  breaches,
  breachesByCause,
  describeAcceptance,
  describeCorrection,
  describeCounts,
  describeCoverage,
  describeDifference,
  describeOutside,
  describeSource,
  differencesIn,
  type Finding,
  leadsWithSecurity,
  leadUp,
  placeOf,
  type Told,
  unanswered,
  untoldErrors,
} from '../judge/findings.ts';
import { driftFile } from './drift-overlay.ts';
import {
  countOf,
  describeCuts,
  describeOutages,
  describeTokensLeft,
  oneLine,
  refreshTokensLeft,
} from './text.ts';

export interface TerminalOptions {
  colour: boolean;
  /** Where the reports were written; `reports/latest` when left out. */
  directory?: string;
}

type Colours = ReturnType<typeof createColors>;

/** The most breaches told in full; the rest takes one line each. */
const toldInFull = 10;

/**
 * What a run prints at its end, without a trailing line break: in what the target differs, breaches, then the rest in one line each,
 * five lines of facts, and the verdict sentence as the last line. Nothing a target says can act on the terminal.
 */
export function terminal(report: ConformanceReport, { colour, directory }: TerminalOptions): string {
  const colours = createColors(colour);
  const broken = breachesByCause(report);
  const differences = diagnosisLines(report, directory ?? 'reports/latest', colours);
  const breached = broken.flatMap((told, at) => breachLines(told, at < toldInFull, colours));
  const sections = [
    ...(leadsWithSecurity(report) ? [breached, differences] : [differences, breached]),
    advisories(report).map((finding) => adviceLine(finding, colours)),
    acceptedFindings(report).map((finding) => knownLine(finding, colours)),
    (report.corrections ?? []).map((one) => correctionLine(one, colours)),
    unansweredLines(report, colours),
    problemLines(report, colours),
    entryLines(report, directory ?? 'reports/latest', colours),
    [...factLines(report, directory ?? 'reports/latest'), verdictLine(report, colours)],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function breachLines(
  { cause, findings: [{ requirement, deviations }, ...also] }: Told,
  inFull: boolean,
  { red, bold, dim }: Colours,
): string[] {
  const title = cause?.title ?? requirement.title;
  const alsoBroken = also.map((finding) => finding.requirement.id);
  const [first, ...others] = deviations;
  const place = describeSource(placeOf(requirement, first));
  const head = `${red('✗ failed')} ${bold(requirement.id)}  ${oneLine(title)}  ${dim(place)}`;
  if (!inFull)
    return [head, ...alsoBroken.map((id) => `${red('✗ failed')} ${bold(id)}  ${dim('from the same cause')}`)];
  return [
    head,
    `    expected: ${oneLine(first.expected)}`,
    `    actual:   ${oneLine(first.actual)}${first.instancePointer ? ` (at ${oneLine(first.instancePointer)})` : ''}`,
    ...proofLines(first),
    `    rerun:    ${oneLine(first.rerun, 1000)}`,
    ...(first.needs ? [dim(`    needs:    ${first.needs.join(', ')}`)] : []),
    ...(others.length > 0 ? [dim(`    and ${countOf(others.length, 'more deviation')}`)] : []),
    ...(alsoBroken.length > 0 ? [dim(`    the same breaks ${oneLine(alsoBroken.join(', '))}`)] : []),
  ];
}

/** The exchanges that show a deviation, a line each; one alone is told by what was expected and came. */
function proofLines({ proof }: Deviation): string[] {
  if (proof.length < 2) return [];
  return proof.map(({ purpose, exchange: { response, failure } }, at) => {
    const came = response ? `${response.status} ${response.statusText}`.trim() : (failure ?? 'no answer');
    const before = leadUp(proof, at);
    const wait = before.length > 0 ? `${before.join(', ')}: ` : '';
    return `    ${at === 0 ? 'proof:   ' : '         '} ${at + 1}. ${wait}${oneLine(purpose, 80)} → ${oneLine(came, 60)}`;
  });
}

function adviceLine({ requirement, deviations }: Finding, { yellow, bold, dim }: Colours): string {
  const [{ actual }] = deviations;
  const source = dim(describeSource(placeOf(requirement, deviations[0])));
  return `${yellow('! should')} ${bold(requirement.id)}  ${oneLine(requirement.title)}: ${oneLine(actual, 100)}  ${source}`;
}

function knownLine({ requirement, acceptance }: AcceptedFinding, { cyan, bold }: Colours): string {
  return `${cyan('= known')}  ${bold(requirement.id)}  ${oneLine(describeAcceptance(acceptance))}`;
}

function correctionLine(correction: Correction, { cyan }: Colours): string {
  return `${cyan('~ corrected')}  ${oneLine(describeCorrection(correction), 400)}`;
}

function unansweredLines(report: ConformanceReport, { yellow, bold }: Colours): string[] {
  return unanswered(report).map(({ outcome, reason, requirements: [first, ...others] }) => {
    const who = others.length > 0 ? `${others.length + 1} requirements` : (first?.id ?? '');
    const what = yellow(outcome === 'inconclusive' ? '? inconclusive' : '- not tested');
    return `${what} ${bold(who)}  ${oneLine(reason)}`.trimEnd();
  });
}

/** What differs, a line each, and the file that says it all. */
function diagnosisLines(
  { diagnosis = [] }: ConformanceReport,
  directory: string,
  { yellow, dim }: Colours,
): string[] {
  if (diagnosis.length === 0) return [];
  const file = diagnosis.some(({ actions }) => actions.length > 0);
  return [
    ...differencesIn(diagnosis).map(
      (one) => `${yellow('≠ differs')} ${oneLine(describeDifference(one), 400)}`,
    ),
    ...(file
      ? [
          dim(
            `To be tested in all else, fill in ${directory}/${driftFile} and run again with NOMBA_CORRECTIONS naming it.`,
          ),
        ]
      : []),
  ];
}

function problemLines(report: ConformanceReport, { red }: Colours): string[] {
  const { knownDeviationProblems, correctionProblems = [] } = report;
  return [
    ...untoldErrors(report).map(({ kind, message }) => `${red(`✗ ${kind}`)} ${oneLine(message, 1000)}`),
    ...knownDeviationProblems.map((problem) => `${red('✗ known deviations')} ${oneLine(problem, 1000)}`),
    ...correctionProblems.map((problem) => `${red('✗ corrections')} ${oneLine(problem, 1000)}`),
  ];
}

/** How to accept what failed: the command for all of it, since half a file is none. */
function entryLines(report: ConformanceReport, directory: string, { dim }: Colours): string[] {
  if (report.suggestedEntries.length === 0) return [];
  const ids = breaches(report).map(({ requirement }) => requirement.id);
  return [
    dim('To accept failures for a while (the page and summary.md have the entries to fill in):'),
    oneLine(
      `npm run accept -- ${directory}/conformance.json ${ids.join(' ')} --owner … --reason … --expires … --file known.yaml`,
      10_000,
    ),
  ];
}

function factLines(report: ConformanceReport, directory: string): string[] {
  const { target, contract, requests, durationMs, tokens, partial, warnings = [] } = report;
  const left = tokens.left > 0 ? `, ${tokens.left} left` : '';
  const refreshLeft = tokens.refreshLeft ? `; ${refreshTokensLeft(tokens.refreshLeft)}` : '';
  const outside = describeOutside(report);
  return [
    `Target:       ${oneLine(target.name)} at ${oneLine(target.baseUrl)}, held to ${oneLine(contract.path)}`,
    `Requirements: ${describeCounts(report)}${partial ? ' (only a part was run)' : ''}`,
    `Coverage:     ${describeCoverage(report)}`,
    ...(outside === undefined ? [] : [`Outside:      ${outside} (outside[] in conformance.json)`]),
    `Traffic:      ${requests} requests in ${(durationMs / 1000).toFixed(1)} s; tokens: ${tokens.issued} issued, ${tokens.revoked} revoked${left}${refreshLeft}`,
    ...[describeTokensLeft(report) ?? []].flat().map((text) => `Tokens:       ${oneLine(text)}`),
    ...warnings.map((warning) => `Warning:      ${oneLine(warning, 1000)}`),
    ...[describeOutages(report) ?? []].flat().map((text) => `Outages:      ${oneLine(text)}`),
    ...describeCuts(report).map((text) => `Cut:          ${oneLine(text)}`),
    `Reports:      ${directory}/index.html`,
  ];
}

function verdictLine(
  { verdict, sentence }: ConformanceReport,
  { green, red, yellow, bold }: Colours,
): string {
  const colour = { conforming: green, nonconforming: red, inconclusive: yellow }[verdict];
  return colour(bold(oneLine(sentence, 1000)));
}
