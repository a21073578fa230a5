/** Credentials shorter than this occur in answers by chance: none is taken for an echo. */
export const shortestEcho = 8;

/** What nobody writes together or apart by itself (a uuid, a token with dashes) is no longer than this. */
const longestJoined = 64;
/** Without its separators a value is still one that prose does not meet by chance. */
const shortestJoined = 12;

/** Beyond this a value is searched for as it is only; no credential that is meant to be sent is as long. */
const longestEncoded = 4096;

const references: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const json = (value: string): string => JSON.stringify(value).slice(1, -1);
const uri = (value: string): string => encodeURIComponent(Buffer.from(value).toString());
const form = (value: string): string => new URLSearchParams([['', value]]).toString().slice(1);
const html = (value: string): string =>
  value.replace(/[&<>"']/g, (character) => references[character] ?? character);
const ascii = (value: string): string =>
  value.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A value without the dashes that databases and logs leave out, or with those of a uuid, or as a `Buffer` in JSON. */
function* joined(value: string): Generator<string> {
  if (value.length > longestJoined) return;
  yield Buffer.from(value).join(',');
  const plain = value.replace(/[-_]/g, '');
  if (plain.length >= shortestJoined) yield plain;
  const uuid = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i.exec(value);
  if (uuid) yield uuid.slice(1).join('-');
}

/** Base64 at each alignment, without the characters that hold bits of a neighbour too, in both alphabets. */
function base64(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(Math.ceil((8 * before) / 6), Math.floor((8 * (before + bytes.length)) / 6));
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/**
 * The ways in which a target may say a credential again that it was sent: as it is; percent-, form-, JSON- and
 * HTML-escaped, once and twice; with and without dashes; in hex; in base64 at each of the three alignments.
 */
export function spellingsOf(value: string): string[] {
  const texts = new Set([value, ...joined(value)]);
  if (value.length > longestEncoded) return [...texts];
  const inner = new Set([value, uri(value), form(value), json(value), ascii(json(value))]);
  for (const text of inner) {
    for (const outer of [text, encodeURIComponent(text), json(text), html(text)]) texts.add(outer);
    for (const outer of [Buffer.from(text).toString('hex'), ...base64(text)]) texts.add(outer);
  }
  texts.add(form(form(value))).add(html(html(value)));
  return [...texts].filter((text) => text.length >= shortestEcho);
}
