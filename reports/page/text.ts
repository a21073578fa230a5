import { clip, escaped, unseen } from '../../schemas/document/unseen.ts';
import { html, type View } from './html.ts';

/** Longest text shown of one value, in characters: a target may answer with megabytes. */
const longestText = 2_000;

/** Text from a target or a file, safe to read: unseen characters but tab and line feed as `\u202e`, the whole cut when long. */
export function shown(text: string, longest = longestText): View {
  const { kept, left } = clip(text.replaceAll('\r\n', '\n'), longest);
  return left === 0
    ? withCodePoints(kept)
    : [withCodePoints(kept), cutNote(`${count(left)} more characters`)];
}

/** The same for an attribute or a title, which hold text alone. */
export function shownPlain(text: string, longest = 200): string {
  const { kept, left } = clip(text, longest);
  return `${kept.replace(unseen, (character) => (isBlank(character) ? character : escaped(character)))}${left > 0 ? '…' : ''}`;
}

/** A note that something was left out: never mistaken for text of the target. */
export function cutNote(what: string): View {
  return html`<span class="cut">… ${what}</span>`;
}

const numbers = new Intl.NumberFormat('en');

/** A number with thousands separated: `1,048,576`. */
export function count(value: number): string {
  return numbers.format(value);
}

/** A count with its noun: `1 check`, `12 checks`. */
export function counted(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}

/** Milliseconds as a reader takes them in: `3.4 ms`, `182 ms`, `8.4 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** An ISO 8601 time without the parts nobody reads: `2026-01-15 09:30 UTC`. Other text stays as it is. */
export function moment(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function withCodePoints(text: string): View {
  const parts: View[] = [];
  let from = 0;
  for (const { 0: character, index } of text.matchAll(unseen)) {
    if (isBlank(character)) continue;
    const code = character.codePointAt(0);
    parts.push(
      text.slice(from, index),
      html`<span class="codepoint" data-code=${code}>${escaped(character)}</span>`,
    );
    from = index + character.length;
  }
  return from === 0 ? text : [...parts, text.slice(from)];
}

/** What the page lays out as it stands. */
function isBlank(character: string): boolean {
  return character === '\t' || character === '\n';
}
