/**
 * Characters that a terminal or a page does not show, or obeys: controls (escape sequences), formats (blanks without
 * width, marks that turn the direction of writing: with them a target makes 104 read as 401), halves of surrogate
 * pairs, separators of lines.
 */
export const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A character by its number, as JSON writes it: `\u001b`, and one beyond 16 bits as two. */
export function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** The first `longest` characters of a text, never half of a surrogate pair, and how many were left out. */
export function clip(text: string, longest: number): { kept: string; left: number } {
  if (text.length <= longest) return { kept: text, left: 0 };
  const end = /[\ud800-\udbff]/.test(text.charAt(longest - 1)) ? longest - 1 : longest;
  return { kept: text.slice(0, end), left: text.length - end };
}
