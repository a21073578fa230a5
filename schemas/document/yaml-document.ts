import { readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { JsonText } from './parsed-json.ts';
import { deepestNesting, lineAt, type ParsedText } from './parsed-text.ts';
import { YamlText } from './parsed-yaml.ts';
import { repositoryRoot } from './repository.ts';
import { UserError } from './user-error.ts';

/** Where a reader finds a value: file as shown to people, line and column from 1. */
export interface Place {
  pointer: string;
  file: string;
  line: number;
  column: number;
}

/** Why a file cannot be read, by the code of the error. */
const unreadable: Record<string, string> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory, not a file',
  EACCES: 'may not be read (permission denied)',
  EPERM: 'may not be read (permission denied)',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
};

/** YAML of 12 MB takes six seconds to read on a slow machine; the largest descriptions that are published have 11. */
const largestBytes = 12 * 2 ** 20;

/** A path as reports show it: relative to the repository when inside it, absolute otherwise. */
export function shownPath(path: string): string {
  const shown = relative(repositoryRoot, resolve(path));
  return shown.startsWith('..') ? resolve(path) : shown;
}

/** A YAML (or JSON) file that knows where each of its values stands. */
export class YamlDocument {
  readonly path: string;
  readonly file: string;
  readonly text: string;
  readonly #parsed: ParsedText;

  private constructor(path: string, text: string) {
    this.path = resolve(path);
    this.file = shownPath(path);
    this.text = text;
    this.#parsed = parse(text, this.file);
  }

  /** The parsed value: plain objects, arrays and scalars; what an alias stands for is shared: change none of it. */
  get root(): unknown {
    return this.#parsed.root;
  }

  /**
   * Reads and parses a file. `role` says what the file is for and `remedy` how to name another.
   * Throws a UserError that names the file when it cannot be read, and the line when it is not YAML.
   */
  static load(path: string, role: string, remedy: string): YamlDocument {
    const refuse = (why: string) => new UserError(`The ${role} ${shownPath(path)} ${why}; ${remedy}.`);
    try {
      const found = statSync(path);
      // Other processes of the run read it again; a pipe gives what it has once, and may never end.
      if (!found.isFile() && !found.isDirectory()) throw refuse('is not a regular file');
      if (found.size > largestBytes) throw refuse(`is larger than ${largestBytes / 2 ** 20} MB`);
      // fatal: a file of another encoding is refused, not read as U+FFFD; ignoreBOM keeps the text whole for its digest.
      return new YamlDocument(
        path,
        new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path)),
      );
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (error instanceof UserError || code === undefined) throw error;
      throw refuse(unreadable[code] ?? `cannot be read (${code})`);
    }
  }

  /** A document that is in no file, under a name for people. */
  static of(value: unknown, name: string): YamlDocument {
    return new YamlDocument(name, JSON.stringify(value));
  }

  /**
   * Where the value at `pointer` stands. Where the pointer leads nowhere, the place of its nearest ancestor that
   * exists.
   */
  place(pointer: string): Place {
    return { pointer, file: this.file, ...lineAt(this.text, this.#parsed.offsetOf(pointer)) };
  }
}

/** More brackets that open one after the other than any document has levels. */
const endlessNesting = new RegExp(`(?:[[{]\\s*){${deepestNesting + 1}}`);

/** JSON by the parser of the language where the text is JSON; YAML else, which also says what is wrong with it. */
function parse(text: string, file: string): ParsedText {
  const begins = text.slice(0, 200).replace('\uFEFF', '').trimStart();
  const binary = text.indexOf('\0');
  if (binary >= 0) {
    throw new UserError(
      `${file}:${lineAt(text, binary).line} is not text (it holds a NUL); name the document itself.`,
    );
  }
  // Said before anything reads it: the yaml library takes half a minute to find the end of two million brackets.
  const deep = endlessNesting.exec(text);
  if (deep) {
    const { line } = lineAt(text, deep.index);
    throw new UserError(`${file}:${line} is nested deeper than ${deepestNesting} levels; mend that line.`);
  }
  if (begins.startsWith('<')) {
    throw new UserError(`${file}:1 is a page of HTML or XML; save the document itself, in YAML or JSON.`);
  }
  if (begins.startsWith('{') || begins.startsWith('[')) {
    const json = text.replace('\uFEFF', '');
    let root: unknown;
    try {
      root = JSON.parse(json);
    } catch {
      return new YamlText(text, file);
    }
    return new JsonText(text, root, file);
  }
  return new YamlText(text, file);
}
