import { clip, escaped, unseen } from '../../schemas/document/unseen.ts';
import type { ConformanceReport, Deviation, RequirementResult } from '../../schemas/report/report.ts';
import { describeAcceptance, describeSource, placeOf } from '../judge/findings.ts';

/** The text itself when it has at most `limit` characters, else its head and how long it was. */
export function cut(text: string, limit: number): string {
  const { kept, left } = clip(text, limit);
  return left === 0 ? text : `${kept}… (${text.length} characters)`;
}

/** `issue.success, issue.envelope, refresh.success and 4 more`: so many names, and a count of the rest. */
export function listed(names: string[], most: number): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
}

/**
 * The text on one line, cut to `limit` characters, safe to print: a line break is written as `\n`, any other
 * character that would act as `\u001b`.
 */
export function oneLine(text: string, limit = 300): string {
  return cut(text, limit).replace(unseen, (char) => (char === '\n' ? '\\n' : escaped(char)));
}

/** A number with its noun: `1 request`, `2 requests`; `many` where the plural is not the noun with an s. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** How many refresh tokens outlive a run. */
export function refreshTokensLeft(count: number): string {
  return `${countOf(count, 'refresh token')} left, which the contract gives no way to revoke`;
}

/** The scenario of a deviation, and how many more met the same: `issue refuses … (and 2 more scenarios)`. */
export function describeScenario({ scenario, alsoIn }: Deviation): string {
  return alsoIn.length === 0 ? scenario : `${scenario} (and ${countOf(alsoIn.length, 'more scenario')})`;
}

/** The most characters that `describeDeviation` takes from one text; a target may answer with megabytes. */
const textLimit = 4000;

/** Everything a reader needs of a deviation, one labelled line per fact; texts over 4000 characters are cut. */
export function describeDeviation(requirement: RequirementResult, deviation: Deviation): string {
  const { expected, actual, instancePointer, occurrences, acceptance, curl, rerun, needs } = deviation;
  const facts: [string, string | undefined][] = [
    ['scenario', describeScenario(deviation)],
    ['expected', expected],
    ['actual', actual],
    ['at', instancePointer],
    ['checks', occurrences > 1 ? `${occurrences} failed alike` : undefined],
    ['accepted', acceptance && describeAcceptance(acceptance)],
    ['contract', describeSource(placeOf(requirement, deviation))],
    ['curl', curl],
    ['rerun', rerun],
    ['needs', needs?.join(', ')],
  ];
  return facts
    .flatMap(([label, text]) => (text === undefined ? [] : [`${label}: ${cut(text, textLimit)}`]))
    .join('\n');
}

/** The times in which the target was away, in a few words; undefined where it was there all the time. */
export function describeOutages({ outages = [] }: Pick<ConformanceReport, 'outages'>): string | undefined {
  if (outages.length === 0) return undefined;
  const inAll = outages.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  const longest = outages.slice(0, 3).map(({ from, what, durationMs }) => {
    const length = durationMs === null ? 'to the end' : `for ${(durationMs / 1000).toFixed(1)} s`;
    return `${what} from ${from} ${length}`;
  });
  const more = outages.length > longest.length ? ` and ${outages.length - longest.length} more` : '';
  const all = inAll > 0 ? `, of ${(inAll / 1000).toFixed(1)} s in all` : '';
  return `${outages.length}${all}: ${longest.join('; ')}${more}`;
}

/** What the run waited for less, or left out, each in a sentence without its end. */
export function describeCuts({ cuts = [] }: Pick<ConformanceReport, 'cuts'>): string[] {
  return cuts.map(({ operation, hangs, timeoutMs, reducedToMs, notSent }) => {
    const wait = `${(reducedToMs / 1000).toFixed(1)} s in place of ${(timeoutMs / 1000).toFixed(1)} s`;
    const unsent = notSent > 0 ? `; ${countOf(notSent, 'request')} to it were not sent` : '';
    return `${operation} hung ${countOf(hangs, 'time')}, so it was waited for ${wait}${unsent}`;
  });
}

/** How many tokens a run had to leave alive, and when they end; undefined where it left none. */
export function describeTokensLeft({ tokens: { left, leftUntil } }: ConformanceReport): string | undefined {
  if (left <= 0) return undefined;
  const end =
    leftUntil === undefined
      ? 'when they end the target did not say'
      : `the last of them ends at ${leftUntil}`;
  return `${countOf(left, 'access token')} could not be revoked and ${left === 1 ? 'is' : 'are'} left alive; ${end}`;
}
