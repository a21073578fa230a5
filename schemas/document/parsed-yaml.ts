import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { pointerTo } from './pointer.ts';
import { UserError } from './user-error.ts';

/** What a YAML text says, and where. */
export interface ParsedYaml {
  /** Plain objects, arrays and scalars, aliases and merge keys written out. */
  root: unknown;
  /**
   * Pointer of every value → line and column, from 1, of its key in a mapping, of the item in a sequence. What
   * an alias or a merge key brings in stands where it is written.
   */
  places: Record<string, readonly [line: number, column: number]>;
}

/** Deeper than any document people write; far from the depth at which recursion ends in a stack overflow. */
const deepestNesting = 200;

/** What the yaml library reports in words of its own, in ours. */
const yamlProblems: Record<string, string> = {
  MULTIPLE_DOCS: 'a second document begins here',
  RESOURCE_EXHAUSTION: `it is nested deeper than ${deepestNesting} levels`,
  DUPLICATE_KEY: 'this key is there twice',
};

/** Parses a text. `file` is how errors name it. Throws a UserError with the line for what is not YAML. */
export function parseYaml(text: string, file: string): ParsedYaml {
  return new Parser(text, file).parsed();
}

class Parser {
  readonly #text: string;
  readonly #file: string;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    // Merge keys are YAML 1.1, but people write them. `200` and `"200"` are one key of a JSON object.
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      merge: true,
      uniqueKeys: (a, b) => isScalar(a) && isScalar(b) && keyText(a) === keyText(b),
      prettyErrors: false,
      logLevel: 'error',
    });
  }

  parsed(): ParsedYaml {
    this.#requireValid();
    const root = this.#toPlain();
    const places: ParsedYaml['places'] = {};
    this.#locate(this.#document.contents, 0, '', places);
    return { root, places };
  }

  /** Notes the place of a node, whose key or item begins at `offset`, and of all below it. */
  #locate(node: unknown, offset: number, pointer: string, places: ParsedYaml['places']): void {
    const { line, col } = this.#lines.linePos(offset);
    // A byte order mark takes no column.
    const column = line === 1 && this.#text.startsWith('\uFEFF') && col > 1 ? col - 1 : col;
    places[pointer] = [line, column];
    const here = this.#behind(node);
    if (isMap(here)) {
      for (const [key, pair] of this.#pairs(here)) {
        this.#locate(pair.value, rangeStart(pair.key) ?? offset, pointerTo(pointer, key), places);
      }
    } else if (isSeq(here)) {
      here.items.forEach((item, index) => {
        this.#locate(item, rangeStart(item) ?? offset, pointerTo(pointer, index), places);
      });
    }
  }

  /** The pairs of a mapping, own before merged: a later merge never wins over what is there (yaml.org/type/merge). */
  #pairs(map: YAMLMap): Map<string, Pair> {
    const pairs = new Map<string, Pair>();
    for (const pair of map.items) if (!isMergeKey(pair.key)) pairs.set(keyText(pair.key), pair);
    for (const merged of map.items.filter((pair) => isMergeKey(pair.key))) {
      const source = this.#behind(merged.value);
      for (const entry of isSeq(source) ? source.items : [source]) {
        const from = this.#behind(entry);
        for (const [key, pair] of isMap(from) ? this.#pairs(from) : []) {
          if (!pairs.has(key)) pairs.set(key, pair);
        }
      }
    }
    return pairs;
  }

  #behind(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #problem(offset: number, what: string): UserError {
    return new UserError(`${this.#file}:${this.#lines.linePos(offset).line} ${what}; mend that line.`);
  }

  #requireValid(): void {
    const [problem] = [...this.#document.errors, ...this.#document.warnings];
    if (problem) {
      const [at] = problem.pos;
      const sentence = yamlProblems[problem.code] ?? problem.message.replaceAll('"', "'");
      // An unclosed quote is only noticed at the end of the text; what has to be mended is where it opens.
      const opening = problem.code === 'MISSING_CHAR' ? this.#openQuote() : undefined;
      throw this.#problem(opening ?? at, `is not valid YAML (${sentence})`);
    }
    visit(this.#document, {
      Alias: (_, alias, ancestors) => {
        const source = alias.resolve(this.#document);
        const offset = alias.range?.[0] ?? 0;
        if (!source) throw this.#problem(offset, `is not valid YAML (no anchor &${alias.source} before it)`);
        if (ancestors.includes(source)) throw this.#problem(offset, `puts &${alias.source} into itself`);
      },
      Pair: (_, pair) => {
        if (!isMergeKey(pair.key)) return;
        const source = this.#behind(pair.value);
        if ((isSeq(source) ? source.items : [source]).every((entry) => isMap(this.#behind(entry)))) return;
        throw this.#problem(rangeStart(pair.key) ?? 0, 'is not valid YAML (<< must be given mappings)');
      },
    });
  }

  #openQuote(): number | undefined {
    let last: number | undefined;
    visit(this.#document, {
      Scalar: (_, { type, range }) => {
        if (type?.startsWith('QUOTE_')) last = range?.[0] ?? last;
      },
    });
    return last;
  }

  #toPlain(): unknown {
    try {
      return plain(this.#document.toJS(), 0);
    } catch (error) {
      if (error instanceof RangeError)
        throw this.#problem(0, `is nested deeper than ${deepestNesting} levels`);
      // What is left after the checks before: aliases that multiply beyond the limit of the yaml library.
      throw new UserError(`${this.#file}:1 repeats its anchors too often; write some of them out.`);
    }
  }
}

/** A copy in which nothing is shared, so that each value has one place and can be changed alone. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepestNesting) throw new RangeError('nested too deep');
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  // fromEntries defines its properties, so a key `__proto__` stays a key.
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child, depth + 1)]));
}

/** A key as the plain object has it: a scalar's text, nothing for null. */
function keyText(key: unknown): string {
  const value = isScalar(key) ? key.value : key;
  return value === null ? '' : String(value);
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

function rangeStart(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}
