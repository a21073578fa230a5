import type { Acceptance, RequirementResult } from '../../schemas/report/report.ts';
import type { LinesAround } from './contract-lines.ts';
import { deviationView, foldedDeviation } from './deviation.ts';
import { html, type View } from './html.ts';
import { outcomeNames, sign } from './signs.ts';
import { link, placeName, sourceLines } from './source-lines.ts';
import { counted, shown } from './text.ts';

/** What the page knows of a requirement beside its result. */
export interface RequirementContext {
  linesAround: LinesAround;
  /** When the run started, ISO 8601: days to an expiry are counted from here. */
  startedAt: string;
  /** How often each flaky requirement changed its outcome, by id. */
  flaky: ReadonlyMap<string, number>;
}

/** So many deviations beside the first have a line each; more are folded. */
const openOthers = 3;

/** A requirement with deviations: the sentence, where it is written, and the proof of each deviation; its title where nothing above says it; `from`: how many of its deviations other cards have. */
export function requirementCard(
  requirement: RequirementResult,
  context: RequirementContext,
  { open, named = true, from = 0 }: { open: boolean; named?: boolean; from?: number },
): View {
  const { deviations, acceptance } = requirement;
  const [first, ...others] = [...deviations].sort((a, b) => a.level.localeCompare(b.level));
  const { linesAround } = context;
  const further = others.map((deviation, at) =>
    foldedDeviation({ deviation, requirement, number: from + at + 2, linesAround, open: true }),
  );
  return html`<article class=${`requirement card is-${requirement.outcome}`} ...${address(requirement, from)}>
    <header>
      ${identity(requirement, context)}
      ${named && html`<h3>${shown(requirement.title)}</h3>`}
    </header>
    ${quotation(requirement, placeName(requirement.source))}
    ${acceptance && acceptanceView(acceptance, context.startedAt)}
    ${first && deviationView({ deviation: first, requirement, number: from + 1, linesAround, open })}
    ${others.length > openOthers ? html`<details class="fold others rows"><summary>It shows in ${others.length} more ways</summary>${further}</details>` : others.length > 0 && html`<div class="others">${further}</div>`}
  </article>`;
}

/** A requirement without deviations: one line that opens; why it came to nothing stands above it. */
export function requirementRow(requirement: RequirementResult, context: RequirementContext): View {
  const { acceptance, outcome } = requirement;
  return html`<details class=${`requirement row is-${outcome}`} ...${address(requirement)}>
    <summary>
      ${sign(outcome)}
      <h3><span class="unseen">${outcomeNames[outcome]}: </span>${shown(requirement.title)}</h3>
      <span class="meta"><code>${shown(requirement.id)}</code> ${levelTag(requirement)}${flakyTag(requirement, context)}</span>
    </summary>
    <div class="inside">
      ${quotation(requirement, sourceLines(requirement.source, context.linesAround))}
      ${acceptance && acceptanceView(acceptance, context.startedAt)}
      <p class="reason">${checkCounts(requirement)}</p>
    </div>
  </details>`;
}

/** What makes a requirement addressable and what the filters go by. */
function address({ id, outcome, level, operation }: RequirementResult, from = 0) {
  return {
    ...(from === 0 && { id }),
    'data-id': id,
    'data-outcome': outcome,
    'data-level': level,
    'data-operation': operation ?? 'several',
  };
}

function identity(requirement: RequirementResult, context: RequirementContext): View {
  const { id, outcome } = requirement;
  return html`<p class="identity">
    ${sign(outcome)}<span class="outcome">${outcomeNames[outcome]}</span>
    <a class="permalink" href=${`#${encodeURIComponent(id)}`}><code>${shown(id)}</code></a>
    ${levelTag(requirement)}${flakyTag(requirement, context)}
    <span class="counts">${checkCounts(requirement)}</span>
  </p>`;
}

function levelTag({ level }: RequirementResult): View {
  return html`<span class=${`tag level-${level}`}>${level}</span>`;
}

function flakyTag({ id }: RequirementResult, { flaky }: RequirementContext): View {
  const changes = flaky.get(id);
  return changes === undefined
    ? null
    : html` <span class="tag flaky">flaky: ${counted(changes, 'change')}</span>`;
}

function checkCounts({ checks }: RequirementResult): string {
  const parts = [`${counted(checks.passed, 'check')} passed`];
  if (checks.failed > 0) parts.push(`${checks.failed} failed`);
  if (checks.inconclusive > 0) parts.push(`${checks.inconclusive} inconclusive`);
  return parts.join(', ');
}

/** The sentence that binds, and where it is written. */
function quotation({ text }: RequirementResult, where: View): View {
  return html`<div class="quotation">
    <blockquote dir="auto">${shown(text)}</blockquote>
    ${where}
  </div>`;
}

function acceptanceView(
  { reason, category, owner, link: url, expires }: Acceptance,
  startedAt: string,
): View {
  const days = Math.ceil((Date.parse(expires) - Date.parse(startedAt)) / 86_400_000);
  const left = Number.isNaN(days)
    ? ''
    : days < 0
      ? `expired ${counted(-days, 'day')} before this run`
      : `${counted(days, 'day')} left`;
  return html`<dl class="acceptance">
    <div class="wide"><dt>Accepted because</dt><dd dir="auto">${shown(reason)}</dd></div>
    <div><dt>Owner</dt><dd>${shown(owner)}</dd></div>
    <div><dt>Expires</dt><dd>${shown(expires)}${left && html` <span class="quiet">(${left})</span>`}</dd></div>
    <div><dt>Category</dt><dd>${shown(category)}</dd></div>
    ${url !== undefined && html`<div><dt>Link</dt><dd>${link(url, url)}</dd></div>`}
  </dl>`;
}
