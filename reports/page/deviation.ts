import type { Deviation, ProofStep, RequirementResult } from '../../schemas/report/report.ts';
import { leadUp } from '../judge/findings.ts';
import { command } from './command.ts';
import type { LinesAround } from './contract-lines.ts';
import { differingPart, nothingDiffers } from './differing-part.ts';
import { exchangeView } from './exchange.ts';
import { html, type View } from './html.ts';
import { sourceLines } from './source-lines.ts';
import { counted, shown } from './text.ts';

/** Longest part of a deviation that stands in the line that opens it, in characters. */
const longestGist = 160;

interface Shown {
  deviation: Deviation;
  requirement: RequirementResult;
  /** Its number within the requirement, from 1: part of its address. */
  number: number;
  linesAround: LinesAround;
  /** Whether the exchange is open when the page opens. */
  open: boolean;
}

/**
 * The lines of the contract that a deviation brings: its own place where it has a narrower one, and the
 * requirement's at the first deviation, above which it is named already.
 */
function contractLines({ deviation: { place }, requirement: { source }, number, linesAround }: Shown): View {
  const own = place && 'file' in source && source.file === place.file && source.line === place.line;
  if (place && !own) return sourceLines(place, linesAround);
  const lent = number === 1 && 'file' in source && linesAround(source).length > 0;
  return lent ? sourceLines(source, linesAround) : null;
}

/** One deviation, whole: expected beside actual, the rerun command, the exchange, the curl command. */
export function deviationView(shownDeviation: Shown): View {
  const { deviation, requirement, number } = shownDeviation;
  return html`<section class="deviation" id=${`${requirement.id}/${number}`}>
    <h4>${heading(deviation)}</h4>
    ${proof(shownDeviation)}
  </section>`;
}

/** One of many deviations of a requirement: a line that tells it from the others and opens. */
export function foldedDeviation(shownDeviation: Shown): View {
  const { deviation, requirement, number } = shownDeviation;
  const { expected, actual, instancePointer: at } = deviation;
  return html`<details class="deviation" id=${`${requirement.id}/${number}`}>
    <summary>
      <h4>Expected ${shown(expected, longestGist)}, got ${shown(actual, longestGist)}${at !== undefined && at !== '' && html` at <code>${shown(at)}</code>`}</h4>
      <span class="gist">${heading(deviation)}</span>
    </summary>
    ${proof(shownDeviation)}
  </details>`;
}

function heading({ scenario, alsoIn, occurrences, level }: Deviation): View {
  const marks = [
    level === 'should' && 'should',
    occurrences > 1 && counted(occurrences, 'check'),
    alsoIn.length > 0 && `in ${counted(alsoIn.length + 1, 'scenario')}`,
  ].filter((mark) => mark !== false);
  return [shown(scenario), marks.map((mark) => html` <span class="tag">${mark}</span>`)];
}

/** Exchanges in order, each folded behind what it was for and what came. */
export function stepsView(steps: ProofStep[]): View {
  return html`<ol class="steps">${steps.map((_, at) => stepView(steps, at, undefined, false))}</ol>`;
}

/** One exchange of the proof: what it was for and what came, the whole behind it; open where the answer deviates. */
function stepView(steps: ProofStep[], at: number, deviation: Deviation | undefined, open: boolean): View {
  const { purpose, exchange, decisive } = steps[at] as ProofStep;
  const before = leadUp(steps, at);
  const { response, failure, request } = exchange;
  const came = response ? `${response.status} ${response.statusText}`.trim() : (failure ?? 'no answer');
  return html`<li class=${decisive ? 'step decisive' : 'step'}>
    ${before.length > 0 && html`<p class="quiet">${before.join(', ')}</p>`}
    <details class="fold" open=${open && decisive}>
      <summary><span class="purpose">${shown(purpose)}</span> <code>${request.method} ${shown(request.url.replace(/^\w+:\/\/[^/]*/, ''))}</code> <b class="came">${shown(came)}</b>${decisive && html` <span class="tag">shows it</span>`}</summary>
      ${exchangeView(exchange, decisive && deviation ? differingPart(deviation) : nothingDiffers)}
    </details>
  </li>`;
}

/** Which variables the command needs beside those in it, and where its test is told. */
function besides({ needs = [], scenario }: Deviation): View {
  const test = new URLSearchParams({ q: scenario.slice(0, longestGist) });
  return html`<p class="quiet besides">
    ${needs.length > 0 && html`It needs ${needs.map((name, at) => html`${at > 0 && ', '}<code>${name}</code>`)}. `}
    <a href=${`playwright/index.html#?${test}`}>The test in Playwright’s report</a>
  </p>`;
}

function proof(shownDeviation: Shown): View {
  const { deviation, open } = shownDeviation;
  const { expected, actual, instancePointer, proof: steps, curl, script, rerun, alsoIn } = deviation;
  const reproduce = script ?? curl;
  return html`<div class="proof">
    <dl class="versus">
      <div class="expected"><dt>Expected</dt><dd dir="auto">${shown(expected)}</dd></div>
      <div class="actual">
        <dt>Actual${instancePointer !== undefined && html` at <code>${instancePointer === '' ? 'the whole body' : shown(instancePointer)}</code>`}</dt>
        <dd dir="auto">${shown(actual)}</dd>
      </div>
    </dl>
    ${command('Run again', rerun)}
    ${besides(deviation)}
    ${contractLines(shownDeviation)}
    ${steps.length > 0 && html`<ol class="steps">${steps.map((_, at) => stepView(steps, at, deviation, open))}</ol>`}
    ${reproduce !== undefined && html`<details class="fold"><summary>Reproduce from a shell</summary>${command('Reproduce', reproduce)}</details>`}
    ${
      alsoIn.length > 0 &&
      html`<details class="fold">
        <summary>Met in ${counted(alsoIn.length, 'more scenario')}</summary>
        <ul class="also">${alsoIn.map((scenario) => html`<li>${shown(scenario)}</li>`)}</ul>
      </details>`
    }
  </div>`;
}
