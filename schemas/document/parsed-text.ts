/** What a text says, and where. */
export interface ParsedText {
  /** Plain objects, arrays and scalars; what a YAML alias stands for is shared, so nothing may be changed. */
  readonly root: unknown;
  /**
   * Where a pointer leads: the offset of the key in a mapping, of the item in a list; as far as there is one.
   * What an alias or a merge key brings in stands where it is written.
   */
  offsetOf(pointer: string): number;
}

/** Deeper than any document people write; far from the depth at which recursion ends in a stack overflow. */
export const deepestNesting = 200;

/** Line and column of an offset in a text, from 1. A byte order mark takes no column. */
export function lineAt(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let from = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', from)) {
    line += 1;
    from = end + 1;
  }
  const mark = line === 1 && offset > 0 && text.startsWith('\uFEFF') ? 1 : 0;
  return { line, column: offset - from + 1 - mark };
}
