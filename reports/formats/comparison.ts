import type { Drift } from '../../schemas/report/report.ts';
import type { Comparison, OutcomeChange } from '../judge/comparison.ts';
import { code, prose, table } from './markdown.ts';
import { countOf, oneLine } from './text.ts';

/** The comparison as one sentence: how many regressions, or that there are none. */
export function comparisonSentence({
  regressions,
  newlyFailing,
  newlyPassing,
  newlyNotRun,
}: Comparison): string {
  const rest = `${newlyFailing.length} newly failing, ${newlyPassing.length} newly passing, ${newlyNotRun.length} newly not run`;
  return regressions.length === 0
    ? `No regression: ${rest}.`
    : `${countOf(regressions.length, 'regression')}: ${rest}. Mend ${regressions.map(({ id }) => id).join(', ')}.`;
}

/** The comparison as text for a terminal; the last line says whether there are regressions. */
export function compareText(comparison: Comparison): string {
  const told = comparisonSections(comparison).map(({ title, rows }) => {
    const lines = rows.map((cells) => `  ${cells.map(({ text }) => oneLine(text)).join('  ')}`);
    return [`${title} (${rows.length})`, ...lines].join('\n');
  });
  return [...told, comparisonSentence(comparison)].join('\n\n');
}

/** The comparison as markdown; the first line says whether there are regressions. */
export function compareMarkdown(comparison: Comparison): string {
  const cell = ({ text, as }: Cell) => (as === 'prose' ? prose(text) : as === 'word' ? text : code(text));
  const told = comparisonSections(comparison).map(
    ({ title, head, rows }) =>
      `### ${title} (${rows.length})\n\n${table(
        head,
        rows.map((cells) => cells.map(cell)),
      )}`,
  );
  return `${[prose(comparisonSentence(comparison), 1000), ...told].join('\n\n')}\n`;
}

/** A text, and what it is: only a word of ours is safe to show as it is. */
export interface Cell {
  text: string;
  as: 'word' | 'prose' | 'code' | 'requirement';
}

/** One kind of change, as a table. */
export interface ComparisonSection {
  title: string;
  head: string[];
  rows: Cell[][];
}

/** The changes by kind; kinds of which there is none are left out. */
export function comparisonSections(comparison: Comparison): ComparisonSection[] {
  const outcomes = (changes: OutcomeChange[]) =>
    changes.map(({ id, level, title, before, after, reason }) => [
      requirement(id),
      word(level),
      word(`${before} → ${after}`),
      told(`${title}: ${reason}`),
    ]);
  const drifts = (drift: Drift[]) =>
    drift.map(({ kind, operation, where, what }) => [
      word(kind),
      named(operation),
      named(where),
      named(what),
    ]);
  const outcomeHead = ['Requirement', 'Level', 'Outcome', 'Why'];
  const driftHead = ['What', 'Operation', 'Where', 'Name'];
  const sections: ComparisonSection[] = [
    { title: 'Newly failing', head: outcomeHead, rows: outcomes(comparison.newlyFailing) },
    { title: 'Newly not run', head: outcomeHead, rows: outcomes(comparison.newlyNotRun) },
    { title: 'Newly passing', head: outcomeHead, rows: outcomes(comparison.newlyPassing) },
    {
      title: 'Changed wording',
      head: ['Requirement', 'Field', 'Before', 'After'],
      rows: comparison.wording.map(({ id, field, before, after }) => [
        requirement(id),
        word(field),
        told(before),
        told(`→ ${after}`),
      ]),
    },
    { title: 'New and undocumented', head: driftHead, rows: drifts(comparison.driftCame) },
    { title: 'Undocumented, no longer seen', head: driftHead, rows: drifts(comparison.driftWent) },
    {
      title: 'Slower',
      head: ['Operation', 'Median'],
      rows: comparison.slower.map(({ operation, before, after }) => [
        named(operation),
        word(`${before.toFixed(0)} ms → ${after.toFixed(0)} ms`),
      ]),
    },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

const word = (text: string): Cell => ({ text, as: 'word' });
const told = (text: string): Cell => ({ text, as: 'prose' });
const named = (text: string): Cell => ({ text, as: 'code' });
const requirement = (text: string): Cell => ({ text, as: 'requirement' });
