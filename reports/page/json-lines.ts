import { applyEdits, format, type Node, parseTree } from 'jsonc-parser';
import { tokensOf } from '../../schemas/document/pointer.ts';

/** One line of a body; `marked` when it holds the part in question. */
export interface Line {
  text: string;
  marked: boolean;
}

/** A body laid out in lines. `at` says what is marked: the value itself, or its nearest parent that exists. */
export interface MarkedLines {
  lines: Line[];
  at: { pointer: string; missing: boolean } | null;
}

/** Deeper bodies stay as they came: indented, a body nested 1,000 deep would take 2 MB of blanks. */
const deepestIndented = 40;

/** Longer bodies stay as they came: applying n edits to n characters takes n² steps. Records are cut at 4 kB. */
const longestIndented = 16_000;

/**
 * Lays out a body. JSON is indented, its tokens untouched (a number beyond 2^53 keeps its digits, a repeated
 * key stays), and the lines at `pointer` are marked. Any other text keeps its own lines.
 */
export function markedLines(body: string, pointer: string | undefined): MarkedLines {
  if (!isShallowJson(body))
    return { lines: linesOf(body, 0, pointer === undefined ? 0 : body.length), at: null };
  const edits = format(body, undefined, { insertSpaces: true, tabSize: 2, eol: '\n' });
  const text = applyEdits(body, edits);
  const root = parseTree(text);
  if (pointer === undefined || !root) return { lines: linesOf(text, 0, 0), at: null };
  const { node, found } = nodeAt(root, pointer);
  const from = node.parent?.type === 'property' ? node.parent.offset : node.offset;
  return {
    lines: linesOf(text, from, node.offset + node.length),
    at: { pointer: found, missing: found !== pointer },
  };
}

function isShallowJson(body: string): boolean {
  if (body.length > longestIndented) return false;
  let depth = 0;
  let deepest = 0;
  for (const [token] of body.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++depth);
    else if (token === '}' || token === ']') depth--;
  }
  if (deepest === 0 || deepest > deepestIndented) return false;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** The value at a pointer, or its nearest ancestor that exists, with the pointer of what was found. */
function nodeAt(root: Node, pointer: string): { node: Node; found: string } {
  let node = root;
  let found = '';
  const tokens = tokensOf(pointer);
  for (const [index, token] of tokens.entries()) {
    const next: Node | undefined =
      node.type === 'array'
        ? node.children?.[Number(token)]
        : // The last of two equal keys is the one that parsers keep.
          node.children?.findLast((property) => property.children?.[0]?.value === token)?.children?.[1];
    if (!next) break;
    node = next;
    found = pointer
      .split('/')
      .slice(0, index + 2)
      .join('/');
  }
  return { node, found };
}

function linesOf(text: string, from: number, to: number): Line[] {
  let offset = 0;
  return text.split('\n').map((line) => {
    const start = offset;
    offset += line.length + 1;
    return { text: line, marked: to > from && start < to && offset > from };
  });
}
