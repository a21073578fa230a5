import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { deepestNesting, lineAt, type ParsedText } from './parsed-text.ts';
import { tokensOf } from './pointer.ts';
import { UserError } from './user-error.ts';

/** What the yaml library reports in words of its own, in ours. */
const yamlProblems: Record<string, string> = {
  MULTIPLE_DOCS: 'a second document begins here',
  RESOURCE_EXHAUSTION: `it is nested deeper than ${deepestNesting} levels`,
};

/** A YAML text, parsed once; places are looked up in its nodes when they are asked for. */
export class YamlText implements ParsedText {
  readonly root: unknown;
  readonly #file: string;
  readonly #text: string;
  readonly #document: Document.Parsed;
  /** The node an alias stands for: the last of its anchor's name before it. */
  readonly #sources = new Map<Alias, unknown>();
  readonly #pairsOf = new WeakMap<YAMLMap, Map<string, Pair>>();

  /** `file` is how errors name it. Throws a UserError with the line for what is not YAML. */
  constructor(text: string, file: string) {
    this.#file = file;
    this.#text = text;
    // Merge keys are YAML 1.1, but people write them. Keys are held apart below: the library compares each with
    // each, which took nine tenths of the time for a document of 5 MB.
    this.#document = parseDocument(text, {
      merge: true,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
    const [problem] = [...this.#document.errors, ...this.#document.warnings];
    if (problem) {
      const sentence = yamlProblems[problem.code] ?? problem.message.replaceAll('"', "'");
      // An unclosed quote is only noticed at the end of the text; what has to be mended is where it opens.
      const opening = problem.code === 'MISSING_CHAR' ? this.#openQuote() : undefined;
      throw this.#invalid(opening ?? problem.pos[0], sentence);
    }
    this.root = this.#plain();
  }

  offsetOf(pointer: string): number {
    let [node, offset]: [unknown, number] = [this.#document.contents, 0];
    for (const token of tokensOf(pointer)) {
      const here = this.#behind(node);
      if (isMap(here)) {
        const pair = this.#pairs(here).get(token);
        if (!pair) return offset;
        [node, offset] = [pair.value, start(pair.key) ?? offset];
      } else {
        const item = isSeq(here) ? here.items[Number(token)] : undefined;
        if (item === undefined) return offset;
        [node, offset] = [item, start(item) ?? offset];
      }
    }
    return offset;
  }

  /** The value of the whole text, in one walk that also finds what YAML or JSON does not allow. */
  #plain(): unknown {
    const anchors = new Map<string, unknown>();
    const values = new Map<unknown, unknown>();
    const walk = (node: unknown, depth: number): unknown => {
      if (isAlias(node)) {
        const source = anchors.get(node.source);
        if (source === undefined) throw this.#invalid(start(node), `no anchor &${node.source} before it`);
        if (!values.has(source)) throw this.#problem(start(node), `puts &${node.source} into itself`);
        this.#sources.set(node, source);
        return values.get(source);
      }
      if (depth > deepestNesting) {
        throw this.#problem(start(node), `is nested deeper than ${deepestNesting} levels`);
      }
      const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
      if (anchor !== undefined) anchors.set(anchor, node);
      const value = isMap(node)
        ? this.#object(node, (child) => walk(child, depth + 1))
        : isSeq(node)
          ? node.items.map((item) => walk(item, depth + 1))
          : isScalar(node)
            ? node.value
            : null;
      if (anchor !== undefined) values.set(node, value);
      return value;
    };
    return walk(this.#document.contents, 0);
  }

  #object(map: YAMLMap, walk: (node: unknown) => unknown): Record<string, unknown> {
    const own = new Map<string, unknown>();
    const merged: Record<string, unknown>[] = [];
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) {
        const sources = walk(value);
        for (const source of Array.isArray(sources) ? sources : [sources]) {
          if (typeof source !== 'object' || source === null || Array.isArray(source)) {
            throw this.#invalid(start(key), '<< must be given mappings');
          }
          merged.push(source as Record<string, unknown>);
        }
        continue;
      }
      // `200` and `"200"` are one key of a JSON object.
      const name = keyText(key);
      if (own.has(name)) throw this.#invalid(start(key), 'this key is there twice');
      own.set(name, walk(value));
    }
    for (const [name, value] of merged.flatMap((source) => Object.entries(source))) {
      // Own before merged: a later merge never wins over what is there (yaml.org/type/merge).
      if (!own.has(name)) own.set(name, value);
    }
    // fromEntries defines its properties, so a key `__proto__` stays a key.
    return Object.fromEntries(own);
  }

  /** The pairs of a mapping, own before merged, as in its value. */
  #pairs(map: YAMLMap): Map<string, Pair> {
    const known = this.#pairsOf.get(map);
    if (known) return known;
    const pairs = new Map<string, Pair>();
    for (const pair of map.items) if (!isMergeKey(pair.key)) pairs.set(keyText(pair.key), pair);
    for (const { value } of map.items.filter((pair) => isMergeKey(pair.key))) {
      const source = this.#behind(value);
      for (const entry of isSeq(source) ? source.items : [source]) {
        const from = this.#behind(entry);
        for (const [key, pair] of isMap(from) ? this.#pairs(from) : []) {
          if (!pairs.has(key)) pairs.set(key, pair);
        }
      }
    }
    this.#pairsOf.set(map, pairs);
    return pairs;
  }

  #behind(node: unknown): unknown {
    return isAlias(node) ? this.#sources.get(node) : node;
  }

  #invalid(offset: number | undefined, why: string): UserError {
    return this.#problem(offset, `is not valid YAML (${why})`);
  }

  #problem(offset: number | undefined, what: string): UserError {
    const { line } = lineAt(this.#text, offset ?? 0);
    return new UserError(`${this.#file}:${line} ${what}; mend that line.`);
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
}

/** A key as the plain object has it: a scalar's text, nothing for null. */
function keyText(key: unknown): string {
  const value = isScalar(key) ? key.value : key;
  return value === null ? '' : String(value);
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

function start(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}
