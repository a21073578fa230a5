import type { ConformanceReport } from '../../schemas/report/report.ts';
import { html, type View } from './html.ts';
import { outcomeNames, outcomes, sign } from './signs.ts';
import { shown } from './text.ts';

/** The filters. Their names are the parameters in the address of the page: `?outcome=failed&level=must`. */
export function filters({ requirements }: ConformanceReport): View {
  const operations = [...new Set(requirements.map(({ operation }) => operation ?? 'several'))];
  const has = (outcome: string) =>
    requirements.filter((requirement) => requirement.outcome === outcome).length;
  return html`<form class="filters needs-script" role="search" aria-label="Requirements" autocomplete="off">
    <label class="search"><span class="unseen">Text</span>
      <input type="search" name="text" placeholder="Filter by text" spellcheck=${false} />
    </label>
    <fieldset>
      <legend class="unseen">Outcome</legend>
      ${outcomes
        .filter((outcome) => has(outcome) > 0)
        .map((outcome) =>
          toggle('outcome', outcome, html`${sign(outcome)} ${outcomeNames[outcome]} <b>${has(outcome)}</b>`),
        )}
    </fieldset>
    <fieldset>
      <legend class="unseen">Level</legend>
      ${['must', 'should'].map((level) => toggle('level', level, level))}
    </fieldset>
    <fieldset>
      <legend class="unseen">Operation</legend>
      ${operations.map((operation) => toggle('operation', operation, shown(operation)))}
    </fieldset>
    <p class="count"><output aria-live="polite" data-count>${requirements.length} requirements</output>
      <button type="reset" class="plain" hidden>Show all</button></p>
  </form>`;
}

function toggle(name: string, value: string, label: View): View {
  return html`<label class="toggle"><input type="checkbox" name=${name} value=${value} /><span>${label}</span></label>`;
}
