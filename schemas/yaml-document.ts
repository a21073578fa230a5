import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { tokensOf } from './pointer.ts';
import { UserError } from './user-error.ts';

/** Where a reader finds a value: file as shown to people, line and column from 1. */
export interface Place {
  pointer: string;
  file: string;
  line: number;
  column: number;
}

const repositoryRoot = resolve(__dirname, '..');

/** Deeper than any document people write; far from the depth at which recursion ends in a stack overflow. */
const deepestNesting = 200;

/** Why a file cannot be read, by the code of the error. */
const unreadable: Record<string, string> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory, not a file',
  EACCES: 'may not be read (permission denied)',
  EPERM: 'may not be read (permission denied)',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
};

/** What the yaml library reports in words of its own, in ours. */
const yamlProblems: Record<string, string> = {
  MULTIPLE_DOCS: 'a second document begins here',
  RESOURCE_EXHAUSTION: `it is nested deeper than ${deepestNesting} levels`,
  DUPLICATE_KEY: 'this key is there twice',
};

/** A path as reports show it: relative to the repository when inside it, absolute otherwise. */
export function shownPath(path: string): string {
  const shown = relative(repositoryRoot, resolve(path));
  return shown.startsWith('..') ? resolve(path) : shown;
}

/** A YAML (or JSON) file that remembers where each of its values stands. */
export class YamlDocument {
  readonly path: string;
  readonly file: string;
  readonly text: string;
  /** The parsed value: plain objects, arrays and scalars, aliases and merge keys written out. */
  readonly root: unknown;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  private constructor(path: string, text: string) {
    this.path = resolve(path);
    this.file = shownPath(path);
    this.text = text;
    // Merge keys are YAML 1.1, but people write them. `200` and `"200"` are one key of a JSON object.
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      merge: true,
      uniqueKeys: (a, b) => isScalar(a) && isScalar(b) && keyText(a) === keyText(b),
      prettyErrors: false,
      logLevel: 'error',
    });
    this.#requireValid();
    this.root = this.#toPlain();
  }

  /**
   * Reads and parses a file. `role` says what the file is for and `remedy` how to name another.
   * Throws a UserError that names the file when it cannot be read, and the line when it is not YAML.
   */
  static load(path: string, role: string, remedy: string): YamlDocument {
    try {
      // fatal: a file of another encoding is refused, not read as U+FFFD; ignoreBOM keeps the text whole for its digest.
      return new YamlDocument(
        path,
        new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path)),
      );
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (error instanceof UserError || code === undefined) throw error;
      const why = unreadable[code] ?? `cannot be read (${code})`;
      throw new UserError(`The ${role} ${shownPath(path)} ${why}; ${remedy}.`);
    }
  }

  /**
   * Where the value at `pointer` stands: the line of its key in a mapping, of the item in a sequence.
   * What an alias or a merge key brings in stands where it is written. Where the pointer leads nowhere, the
   * place of its nearest ancestor that exists.
   */
  place(pointer: string): Place {
    let node: unknown = this.#document.contents;
    let offset = 0;
    for (const token of tokensOf(pointer)) {
      const here = this.#behind(node);
      if (isMap(here)) {
        const pair = this.#pair(here, token);
        if (!pair) break;
        offset = rangeStart(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(here)) {
        const item = /^\d+$/.test(token) ? here.items[Number(token)] : undefined;
        if (item === undefined) break;
        offset = rangeStart(item) ?? offset;
        node = item;
      } else break;
    }
    const { line, col } = this.#lines.linePos(offset);
    // A byte order mark takes no column.
    const column = line === 1 && this.text.startsWith('\uFEFF') && col > 1 ? col - 1 : col;
    return { pointer, file: this.file, line, column };
  }

  /** The pair of a key, own before merged: a later merge never wins over what is there (yaml.org/type/merge). */
  #pair(map: YAMLMap, key: string): { key: unknown; value: unknown } | undefined {
    const own = map.items.find((pair) => keyText(pair.key) === key && !isMergeKey(pair.key));
    if (own) return own;
    for (const merged of map.items.filter((pair) => isMergeKey(pair.key))) {
      const source = this.#behind(merged.value);
      for (const entry of isSeq(source) ? source.items : [source]) {
        const from = this.#behind(entry);
        const pair = isMap(from) && this.#pair(from, key);
        if (pair) return pair;
      }
    }
    return undefined;
  }

  #behind(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #problem(offset: number, what: string): UserError {
    return new UserError(`${this.file}:${this.#lines.linePos(offset).line} ${what}; mend that line.`);
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
      throw new UserError(`${this.file}:1 repeats its anchors too often; write some of them out.`);
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
