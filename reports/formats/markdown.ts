import { oneLine } from './text.ts';

/**
 * The text as prose of GitHub's markdown: shown as it is, on one line, with nothing in it acting as markup,
 * link or mention. Cut to `limit` characters.
 */
export function prose(text: string, limit = 300): string {
  return (
    oneLine(text, limit)
      .replace(/[\\`*_[\]<>|~&$#!]/g, '\\$&')
      // An address becomes a link by itself, and a name after @ is told of it; neither has an escape.
      .replaceAll('://', ':\\/\\/')
      .replace(/www\./gi, (start) => `${start.slice(0, -1)}\\.`)
      .replaceAll('@', '@<!-- -->')
  );
}

/**
 * The text as code, for values a target may have chosen: in it GitHub makes no links, mentions or emoji. Cut
 * to 300 characters. A backtick would end a code span and a pipe the cell of a table, so a text with either
 * becomes an element with references.
 */
export function code(text: string): string {
  const line = oneLine(text);
  if (line.trim() === '') return '(empty)';
  if (!/[`|]/.test(line)) return `\`${line}\``;
  return `<code>${line.replace(/[^\p{L}\p{N} ]/gu, (char) => `&#${char.codePointAt(0)};`)}</code>`;
}

/** A table; the cells are markdown. With more rows than `limit` the last line under it tells how many are left. */
export function table(head: string[], rows: string[][], limit = 100): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const left = rows.length - limit;
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.slice(0, limit).map(line),
    ...(left > 0 ? ['', `${left} more are on the conformance page.`] : []),
  ].join('\n');
}

/** Lines of text as a block of code; the fence is longer than any run of backticks in it. */
export function block(language: string, text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/** Markdown that is folded away under a title until the reader opens it. */
export function folded(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}
