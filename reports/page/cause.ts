import type { Cause, ConformanceReport } from '../../schemas/report/report.ts';
import { breachesByCause, type Finding } from '../judge/findings.ts';
import { diagnosisOfCause } from './diagnosis.ts';
import { html, type View } from './html.ts';
import { type RequirementContext, requirementCard } from './requirement.ts';
import { counted, shown } from './text.ts';

const gravityNames = {
  security: 'security',
  success: 'wrong success or refusal',
  form: 'wrong form',
  words: 'wrong words',
};

/** So many causes stand open where there are few, and the gravest alone where there are more: the others are a line each. */
const openCauses = 3;
const fewCauses = 4;
/** So many have a line; the rest is behind one. */
const listedCauses = 12;

/**
 * The broken requirements by what they come from, gravest cause first: of each cause the requirement that says it
 * best stands open, the others are folded behind it; causes after the first few are
 * a line each. A requirement stands under every cause that breaks it, with the deviations that come of that.
 */
export function causesView(report: ConformanceReport, context: RequirementContext): View {
  const { diagnosis = [] } = report;
  const groups = breachesByCause(report);
  const told = new Set(groups.flatMap(({ findings }) => findings.flatMap(({ deviations }) => deviations)));
  const cards = new Map<string, number>();
  const card = ({ requirement, deviations }: Finding, options: { open: boolean; named?: boolean }) => {
    const from = cards.get(requirement.id) ?? 0;
    // What is accepted or turns no verdict stands with the first of the rest.
    const own = from > 0 ? [] : requirement.deviations.filter((deviation) => !told.has(deviation));
    const all = [...deviations, ...own];
    cards.set(requirement.id, from + all.length);
    return requirementCard({ ...requirement, deviations: all }, context, { ...options, from });
  };
  const open = groups.length > fewCauses ? 1 : openCauses;
  const views = groups.map(({ cause, findings: [lead, ...others] }, at) => {
    if (!cause) return card(lead, { open: false });
    const isOpen = at < open;
    const content = [
      diagnosisOfCause({ diagnosis }, cause),
      card(lead, { open: at === 0, named: false }),
      others.length > 0 && folded(others, (finding) => card(finding, { open: false })),
    ];
    const id = `cause-${at + 1}`;
    return isOpen
      ? html`<section class="cause" id=${id}>${heading(cause, at + 1)}${content}</section>`
      : html`<details class="cause rows" id=${id}><summary>${heading(cause, at + 1)}</summary>${content}</details>`;
  });
  const rest = views.slice(listedCauses);
  return [
    views.slice(0, listedCauses),
    rest.length > 0 &&
      html`<details class="fold rows"><summary>${counted(rest.length, 'more cause')}</summary>${rest}</details>`,
  ];
}

function heading({ title, gravity, blocks }: Cause, number: number): View {
  return html`<header class="cause-head">
    <h3>${number}. ${shown(title.charAt(0).toUpperCase() + title.slice(1))}</h3>
    <p><span class="tag">${gravityNames[gravity]}</span>
      ${blocks.length > 0 && html` <span class="quiet">${counted(blocks.length, 'requirement')} could not be established because of it</span>`}</p>
  </header>`;
}

function folded(others: Finding[], card: (finding: Finding) => View): View {
  return html`<details class="fold same-cause">
    <summary>The same breaks ${counted(others.length, 'more requirement')}: ${others.map(({ requirement }) => html`<code>${shown(requirement.id)}</code> `)}</summary>
    ${others.map(card)}
  </details>`;
}
