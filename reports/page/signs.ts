import type { ConformanceReport, Outcome, Verdict } from '../../schemas/report/report.ts';
import { html, type View } from './html.ts';

/** Outcomes in the order of a reader's interest. */
export const outcomes: readonly Outcome[] = ['failed', 'known', 'inconclusive', 'not-tested', 'passed'];

/** An outcome as a word for people. */
export const outcomeNames: Record<Outcome, string> = {
  failed: 'Failed',
  known: 'Known',
  inconclusive: 'Inconclusive',
  'not-tested': 'Not tested',
  passed: 'Passed',
};

/** A verdict as a word for people, and the outcome whose sign and colour it wears. */
export const verdictNames: Record<Verdict, { name: string; sign: Outcome }> = {
  conforming: { name: 'Conforming', sign: 'passed' },
  nonconforming: { name: 'Nonconforming', sign: 'failed' },
  inconclusive: { name: 'Inconclusive', sign: 'inconclusive' },
};

/** The verdict of a report as a word: one that is no worse than a baseline need not conform. */
export function verdictName({ verdict, baseline }: ConformanceReport): string {
  return verdict === 'conforming' && baseline ? 'No regression' : verdictNames[verdict].name;
}

/** Each outcome has a shape of its own, so that colour is never the only difference. */
const shapes: Record<Outcome, string> = {
  failed: 'M4 4 12 12M12 4 4 12',
  known: 'M5 14V2.5M5 3h7l-2 2.75L12 8.5H5',
  inconclusive: 'M5.4 6a2.6 2.6 0 1 1 3.9 2.3C8.4 8.8 8 9.3 8 10.2M8 12.9v.1',
  'not-tested': 'M4 8h8',
  passed: 'm3.5 8.5 3 3 6-7',
};

/** The shapes, once per page; `sign` refers to them. */
export function signSprite(): View {
  return html`<svg class="sprite" aria-hidden="true" focusable="false">
    ${outcomes.map(
      (outcome) =>
        html`<symbol id=${`sign-${outcome}`} viewBox="0 0 16 16"><path d=${shapes[outcome]} /></symbol>`,
    )}
  </svg>`;
}

/** The sign of an outcome, for the eye alone: the word always stands beside it, seen or for screen readers. */
export function sign(outcome: Outcome): View {
  return html`<svg class=${`sign is-${outcome}`} viewBox="0 0 16 16" aria-hidden="true"
    ><use href=${`#sign-${outcome}`}
  /></svg>`;
}

/** The verdict's sign as a favicon: a data URL, so that nothing is fetched. */
export function favicon(verdict: Verdict): string {
  const colours: Record<Verdict, string> = {
    conforming: '#1a6b3c',
    nonconforming: '#b3261e',
    inconclusive: '#5f4bb6',
  };
  const path = shapes[verdictNames[verdict].sign];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${colours[verdict]}"/><path d="${path}" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
