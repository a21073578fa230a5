import type { ConformanceReport, HistoryEntry } from '../../schemas/report/report.ts';
import {
  acceptedFindings,
  advisories,
  breaches,
  breachesByCause,
  describeAcceptance,
  describeCorrection,
  describeCounts,
  describeCoverage,
  describeDifference,
  describeSource,
  differencesIn,
  type Finding,
  leadsWithSecurity,
  placeOf,
  unanswered,
  untoldErrors,
} from '../judge/findings.ts';
import { type Change, changesIn, flaky } from '../judge/history.ts';
import type { Past } from '../page/page.ts';
import { runsWith } from '../page/trend.ts';
import { driftFile } from './drift-overlay.ts';
import { block, code, folded, prose, table } from './markdown.ts';
import { countOf, describeCuts, describeOutages, oneLine, refreshTokensLeft } from './text.ts';

/** The most commands or entries that one folded block holds: GitHub drops a job summary above 1 MiB whole. */
const blockLimit = 50;

/**
 * The report as markdown for people: a job summary, a comment, a mail. The first line is the verdict sentence.
 * What the target said is shown as code and can act as nothing else. Beside past runs it says what is new and what is
 * mended since.
 */
export function summary(report: ConformanceReport, { history = [] }: Pick<Past, 'history'> = {}): string {
  const parts = [
    prose(report.sentence, 1000),
    leadsWithSecurity(report) ? undefined : differences(report),
    news(report, history),
    facts(report),
    corrected(report),
    problems(report),
    gaps(report),
    leadsWithSecurity(report) ? differences(report) : undefined,
    advice(report),
    drift(report),
    commands(report),
    entries(report),
  ];
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}

/** In what the target differs, a line each, and the file that says it all. */
function differences({ diagnosis = [] }: ConformanceReport): string | undefined {
  if (diagnosis.length === 0) return undefined;
  const file = diagnosis.some(({ actions }) => actions.length > 0)
    ? `\n\nAll of it as corrections to fill in: ${code(driftFile)}.`
    : '';
  const lines = differencesIn(diagnosis).map((one) => `- ${prose(describeDifference(one), 400)}`);
  return `### In what the target differs from the contract\n\n${lines.join('\n')}${file}`;
}

function news(report: ConformanceReport, history: HistoryEntry[]): string | undefined {
  const runs = runsWith(report, history);
  const { broken, mended } = changesIn(runs);
  const often = new Map(flaky(runs).map(({ id, changes }) => [id, changes]));
  const titles = new Map(report.requirements.map(({ id, title }) => [id, title]));
  const line = ({ id }: Change, what: string) => {
    const changes = often.get(id);
    const comesAndGoes = changes === undefined ? '' : `; it comes and goes, ${changes} changes on record`;
    return `- ${code(id)} ${prose(titles.get(id) ?? '')}: ${what}${comesAndGoes}`;
  };
  const day = ({ since }: Change) => since.slice(0, 10);
  const lines = [
    ...broken.map((change) =>
      line(change, `new since ${day(change)}, after ${countOf(change.runs, 'run')} in which it held`),
    ),
    ...mended.map((change) => line(change, `mended, after it failed since ${day(change)}`)),
  ];
  return lines.length === 0 ? undefined : `### New and mended\n\n${lines.join('\n')}`;
}

function facts(report: ConformanceReport): string {
  const { target, contract, suite, startedAt, durationMs, requests, tokens, rules, warnings = [] } = report;
  const left = tokens.left > 0 ? `, **${tokens.left} left**` : '';
  const refreshLeft = tokens.refreshLeft ? `; ${refreshTokensLeft(tokens.refreshLeft)}` : '';
  return [
    `Requirements: ${describeCounts(report)}${report.partial ? ' (only a part was run)' : ''}`,
    `Coverage: ${describeCoverage(report)}`,
    `Target: ${code(target.name)} at ${code(target.baseUrl)}; ${requests} requests in ${(durationMs / 1000).toFixed(1)} s; tokens: ${tokens.issued} issued, ${tokens.revoked} revoked${left}${refreshLeft}`,
    ...[describeOutages(report) ?? []].flat().map((text) => `Outages: ${prose(text)}`),
    ...describeCuts(report).map((text) => `Cut: ${prose(text)}`),
    `Contract: ${prose(contract.title)} ${prose(contract.version)}, ${code(contract.path)}, SHA-256 ${code(contract.sha256.slice(0, 12))}`,
    `Suite: ${prose(suite.version)}, commit ${code(suite.commit)}, rules of ${rules}, ${startedAt}`,
    ...warnings.map((warning) => `Warning: ${prose(warning)}`),
  ]
    .map((line) => `- ${line}`)
    .join('\n');
}

function corrected({ corrections = [] }: ConformanceReport): string | undefined {
  const lines = corrections.map((one) => `- ${prose(describeCorrection(one))}`);
  return lines.length === 0 ? undefined : `### Corrections of the contract\n\n${lines.join('\n')}`;
}

function problems(report: ConformanceReport): string | undefined {
  const { knownDeviationProblems, correctionProblems = [] } = report;
  const lines = [
    ...untoldErrors(report).map(({ kind, message }) => `- ${kind}: ${prose(message)}`),
    ...knownDeviationProblems.map((problem) => `- known deviations: ${prose(problem)}`),
    ...correctionProblems.map((problem) => `- corrections: ${prose(problem)}`),
  ];
  return lines.length === 0 ? undefined : `### Problems of the run\n\n${lines.join('\n')}`;
}

function gaps(report: ConformanceReport): string | undefined {
  const rows = [
    ...breachesByCause(report).flatMap(({ cause, findings }) =>
      findings.map((finding, at) => [
        '❌ failed',
        ...findingCells(finding, at === 0 ? cause?.title : undefined),
      ]),
    ),
    ...acceptedFindings(report).map(({ requirement: { id, title, source }, acceptance }) => [
      '🟦 known',
      `${code(id)} ${prose(title)}`,
      code(describeSource(source)),
      prose(describeAcceptance(acceptance)),
    ]),
    ...unanswered(report).map(({ outcome, reason, requirements: [first, ...others] }) => [
      outcome === 'inconclusive' ? '❔ inconclusive' : '⬜ not tested',
      first && others.length === 0
        ? `${code(first.id)} ${prose(first.title)}`
        : `${others.length + 1} requirements`,
      first && others.length === 0 ? code(describeSource(first.source)) : '',
      prose(reason === '' ? 'nothing, for the reason above' : reason),
    ]),
  ];
  if (rows.length === 0) return undefined;
  return `### What does not hold, or is not known\n\n${table(['Outcome', 'Requirement', 'Contract', 'What came'], rows)}`;
}

function advice(report: ConformanceReport): string | undefined {
  const rows = advisories(report).map((finding) => findingCells(finding));
  if (rows.length === 0) return undefined;
  return `### Should findings, which turn no verdict\n\n${table(['Requirement', 'Source', 'What came'], rows)}`;
}

function findingCells(
  { requirement, deviations: [first, ...others] }: Finding,
  title = requirement.title,
): string[] {
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return [
    `${code(requirement.id)} ${prose(title)}`,
    code(describeSource(placeOf(requirement, first))),
    `expected ${code(first.expected)}, actual ${code(first.actual)}${more}`,
  ];
}

function drift({ coverage: { undocumented } }: ConformanceReport): string | undefined {
  if (undocumented.length === 0) return undefined;
  const rows = undocumented.map(({ kind, operation, where, what, seen }) => [
    kind,
    code(operation),
    code(where),
    code(what),
    String(seen),
  ]);
  return folded(
    `${undocumented.length} undocumented`,
    table(['What', 'Operation', 'Where', 'Name', 'Seen'], rows),
  );
}

function commands(report: ConformanceReport): string | undefined {
  const all = breaches(report).flatMap(({ deviations }) => deviations);
  const reruns = new Set(all.map(({ rerun }) => rerun));
  const needs = new Set(all.flatMap(({ needs = [] }) => needs));
  if (reruns.size === 0) return undefined;
  const lines = [...reruns].slice(0, blockLimit).map((rerun) => oneLine(rerun, 1000));
  const taken = needs.size > 0 ? `They need ${[...needs].map(code).join(', ')}.\n\n` : '';
  return folded('Run just these again', `${taken}${block('sh', lines.join('\n'))}`);
}

function entries({ suggestedEntries }: ConformanceReport): string | undefined {
  if (suggestedEntries.length === 0) return undefined;
  const lines = [
    'known:',
    ...suggestedEntries.slice(0, blockLimit).flatMap((entry) => entry.trimEnd().split('\n')),
  ];
  return folded(
    'Accept for a while: entries for the known-deviations file',
    block('yaml', lines.map((line) => oneLine(line, 1000)).join('\n')),
  );
}
