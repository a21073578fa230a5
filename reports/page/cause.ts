import type { Cause, ConformanceReport, RequirementResult } from '../../schemas/report/report.ts';
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
 * best stands open, the others are folded behind it; causes after the first few are a line each. A requirement stands under the first cause that breaks it.
 */
export function causesView(
  { causes, diagnosis = [] }: Pick<ConformanceReport, 'causes' | 'diagnosis'>,
  broken: RequirementResult[],
  context: RequirementContext,
): View {
  const waiting = new Map(broken.map((requirement) => [requirement.id, requirement]));
  const take = (id: string) => {
    const found = waiting.get(id);
    waiting.delete(id);
    return found ? [found] : [];
  };
  const groups = causes
    .map((cause) => ({ cause, members: cause.requirements.flatMap(take) }))
    .filter(({ members }) => members.length > 0);
  const open = groups.length > fewCauses ? 1 : openCauses;
  const views = groups.map(({ cause, members: [lead, ...others] }, at) => {
    const isOpen = at < open;
    const content = [
      diagnosisOfCause({ diagnosis }, cause),
      lead && requirementCard(lead, context, { open: at === 0, named: false }),
      others.length > 0 && folded(others, context),
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
    [...waiting.values()].map((requirement) => requirementCard(requirement, context, { open: false })),
  ];
}

function heading({ title, gravity, blocks }: Cause, number: number): View {
  return html`<header class="cause-head">
    <h3>${number}. ${shown(title.charAt(0).toUpperCase() + title.slice(1))}</h3>
    <p><span class="tag">${gravityNames[gravity]}</span>
      ${blocks.length > 0 && html` <span class="quiet">${counted(blocks.length, 'requirement')} could not be established because of it</span>`}</p>
  </header>`;
}

function folded(others: RequirementResult[], context: RequirementContext): View {
  return html`<details class="fold same-cause">
    <summary>The same breaks ${counted(others.length, 'more requirement')}: ${others.map(({ id }) => html`<code>${shown(id)}</code> `)}</summary>
    ${others.map((requirement) => requirementCard(requirement, context, { open: false }))}
  </details>`;
}
