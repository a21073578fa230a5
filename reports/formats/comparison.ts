import type { Comparison, OutcomeChange } from '../compare.ts';
import type { Drift } from '../report.ts';
import { code, prose, table } from './markdown.ts';
import { countOf, oneLine } from './text.ts';

/** The comparison as one sentence: how many regressions, or that there are none. */
function sentenceOf({ regressions, newlyFailing, newlyPassing, newlyNotRun }: Comparison): string {
  const rest = `${newlyFailing.length} newly failing, ${newlyPassing.length} newly passing, ${newlyNotRun.length} newly not run`;
  return regressions.length === 0
    ? `No regression: ${rest}.`
    : `${countOf(regressions.length, 'regression')}: ${rest}. Mend ${regressions.map(({ id }) => id).join(', ')}.`;
}

/** The comparison as text for a terminal; the last line says whether there are regressions. */
export function compareText(comparison: Comparison): string {
  const sections = sectionsOf(comparison, (text) => oneLine(text));
  const told = sections.map(({ title, rows }) =>
    [`${title} (${rows.length})`, ...rows.map((cells) => `  ${cells.join('  ')}`)].join('\n'),
  );
  return [...told, sentenceOf(comparison)].join('\n\n');
}

/** The comparison as markdown; the first line says whether there are regressions. */
export function compareMarkdown(comparison: Comparison): string {
  const sections = sectionsOf(comparison, (text, isCode) => (isCode ? code(text) : prose(text)));
  const told = sections.map(
    ({ title, head, rows }) => `### ${title} (${rows.length})\n\n${table(head, rows)}`,
  );
  return `${[prose(sentenceOf(comparison), 1000), ...told].join('\n\n')}\n`;
}

interface Section {
  title: string;
  head: string[];
  rows: string[][];
}

/** The parts that are not empty, their texts made safe to show by `show`. */
function sectionsOf(comparison: Comparison, show: (text: string, isCode?: boolean) => string): Section[] {
  const outcomes = (changes: OutcomeChange[]) =>
    changes.map(({ id, level, title, before, after, reason }) => [
      show(id, true),
      level,
      `${before} → ${after}`,
      `${show(title)}: ${show(reason)}`,
    ]);
  const drifts = (drift: Drift[]) =>
    drift.map(({ kind, operation, where, what }) => [
      kind,
      show(operation, true),
      show(where, true),
      show(what, true),
    ]);
  const outcomeHead = ['Requirement', 'Level', 'Outcome', 'Why'];
  const driftHead = ['What', 'Operation', 'Where', 'Name'];
  const sections: Section[] = [
    { title: 'Newly failing', head: outcomeHead, rows: outcomes(comparison.newlyFailing) },
    { title: 'Newly not run', head: outcomeHead, rows: outcomes(comparison.newlyNotRun) },
    { title: 'Newly passing', head: outcomeHead, rows: outcomes(comparison.newlyPassing) },
    {
      title: 'Changed wording',
      head: ['Requirement', 'Field', 'Before', 'After'],
      rows: comparison.wording.map(({ id, field, before, after }) => [
        show(id, true),
        field,
        show(before),
        `→ ${show(after)}`,
      ]),
    },
    { title: 'New and undocumented', head: driftHead, rows: drifts(comparison.driftCame) },
    { title: 'Undocumented, no longer seen', head: driftHead, rows: drifts(comparison.driftWent) },
    {
      title: 'Slower',
      head: ['Operation', 'Median'],
      rows: comparison.slower.map(({ operation, before, after }) => [
        show(operation, true),
        `${before.toFixed(0)} ms → ${after.toFixed(0)} ms`,
      ]),
    },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}
