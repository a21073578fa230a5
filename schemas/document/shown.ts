import { escaped, unseen } from './unseen.ts';

/** The longest text `shown` returns, in characters. */
export const longestShown = 120;

/** A text of a document on one line of at most 120 characters: what cannot be seen as `\u…`, the rest cut. */
export function visible(text: string): string {
  const start = text.slice(0, longestShown + 1).replace(unseen, escaped);
  return start.length <= longestShown ? start : cut(start, longestShown - 1);
}

/**
 * A JSON value as one line of at most 120 characters, `absent` for undefined. What is longer ends in `…`, a
 * string also with its length. Costs no more for a huge or deeply nested value than for a small one.
 */
export function shown(value: unknown): string {
  const text = written(value, longestShown + 1);
  if (text.length <= longestShown) return text;
  if (typeof value !== 'string') return cut(text, longestShown - 1);
  const length = `" (${value.length} characters)`;
  return cut(text.slice(0, -1), longestShown - 1 - length.length) + length;
}

/**
 * What may be the beginning of a credential that was cut: too little of it for those who take credentials out of
 * texts to know it by. Sixteen characters are enough for them.
 */
const beginning = /(?<![\\\w+/.~=-])[\w+/.~=-]{1,15}$/;

/** Cuts between characters, never within one, within an escape or within a short word, and marks the cut. */
function cut(text: string, longest: number): string {
  const start = text.slice(0, longest).replace(/[\ud800-\udbff]$|\\(u[0-9a-f]{0,3})?$/, '');
  return `${start.replace(beginning, '')}…`;
}

/** A value as JSON, given up once it is longer than `room`: each level of nesting takes a character of it. */
function written(value: unknown, room: number): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > room ? value.slice(0, room) : value).replace(unseen, escaped);
  }
  if (value === undefined) return 'absent';
  if (typeof value !== 'object' || value === null) return String(value);
  const isArray = Array.isArray(value);
  let text = isArray ? '[' : '{';
  for (const key of isArray ? value.keys() : Object.keys(value)) {
    if (text.length > room) return text;
    if (text.length > 1) text += ',';
    if (!isArray) text += `${written(key, room)}:`;
    text += written((value as Record<string, unknown>)[key], room - text.length);
  }
  return text + (isArray ? ']' : '}');
}
