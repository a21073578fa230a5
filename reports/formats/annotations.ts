import type { ConformanceReport, DocumentSource } from '../../schemas/report/report.ts';
import {
  acceptedFindings,
  advisories,
  breaches,
  describeAcceptance,
  describeSource,
  type Finding,
  placeOf,
  withOutcome,
} from '../judge/findings.ts';
import { countOf, oneLine } from './text.ts';

type Kind = 'error' | 'warning' | 'notice';

interface Annotation {
  kind: Kind;
  title: string;
  message: string;
  place?: DocumentSource;
}

/** GitHub shows the first ten of each kind that a step prints and drops the rest without a word. */
const shownPerKind = 10;

/**
 * The report as workflow commands that GitHub shows beside the lines of the contract, one string per command:
 * breaches and errors of the run as `error`, should findings and must requirements without an answer as
 * `warning`, known deviations as `notice`. Of each kind at most ten; the tenth then tells how many are left.
 */
export function githubAnnotations(report: ConformanceReport): string[] {
  const { errors, knownDeviationProblems, correctionProblems = [] } = report;
  const unanswered = withOutcome(report, 'inconclusive', 'not-tested').filter(
    ({ level }) => level === 'must',
  );
  return [
    ...limit('error', [
      ...errors.map(({ kind, message }) => ({ title: `Run: ${kind}`, message })),
      ...breaches(report).map(annotate),
      ...knownDeviationProblems.map((message) => ({ title: 'Known deviations', message })),
      ...correctionProblems.map((message) => ({ title: 'Corrections', message })),
    ]),
    ...limit('warning', [
      ...advisories(report).map(annotate),
      ...unanswered.map(({ id, outcome, reason }) => ({ title: `${id}: ${outcome}`, message: reason })),
    ]),
    ...limit(
      'notice',
      acceptedFindings(report).map(({ requirement, acceptance }) => ({
        title: `${requirement.id}: known deviation`,
        message: describeAcceptance(acceptance),
      })),
    ),
  ].map(command);
}

function annotate({ requirement, deviations }: Finding): Omit<Annotation, 'kind'> {
  const [{ expected, actual, rerun, needs }] = deviations;
  const source = placeOf(requirement, deviations[0]);
  const more = deviations.length > 1 ? ` (and ${countOf(deviations.length - 1, 'more deviation')})` : '';
  return {
    title: `${requirement.id}: ${requirement.title}`,
    message: [
      `Expected: ${oneLine(expected)}`,
      `Actual: ${oneLine(actual)}${more}`,
      ...('rfc' in source ? [`Source: ${describeSource(source)}`] : []),
      `Rerun: ${oneLine(rerun)}`,
      ...(needs ? [`Needs: ${needs.join(', ')}`] : []),
    ].join('\n'),
    ...('rfc' in source ? {} : { place: source }),
  };
}

function limit(kind: Kind, all: Omit<Annotation, 'kind'>[]): Annotation[] {
  const shown = all.length > shownPerKind ? all.slice(0, shownPerKind - 1) : all;
  const left = all.length - shown.length;
  const rest =
    left > 0
      ? [{ title: `${left} more`, message: `${left} more are in the job summary and in conformance.json.` }]
      : [];
  return [...shown, ...rest].map((annotation) => ({ kind, ...annotation }));
}

function command({ kind, title, message, place }: Annotation): string {
  const properties = [
    ...(place ? [`file=${property(place.file)}`, `line=${place.line}`] : []),
    `title=${property(oneLine(title, 120))}`,
  ];
  return `::${kind} ${properties.join(',')}::${data(message)}`;
}

/** The escapes of the runner for the text after the second `::`, which ends at a line break. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** The escapes of the runner for a property, which also ends at a colon or a comma. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
