import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type ParsedYaml, parseYaml } from './parsed-yaml.ts';
import { parentOf } from './pointer.ts';
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
  readonly #places: ParsedYaml['places'];

  private constructor(path: string, text: string) {
    this.path = resolve(path);
    this.file = shownPath(path);
    this.text = text;
    const { root, places } = parseYaml(text, this.file);
    this.root = root;
    this.#places = places;
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
   * Where the value at `pointer` stands. Where the pointer leads nowhere, the place of its nearest ancestor that
   * exists.
   */
  place(pointer: string): Place {
    let at = pointer;
    while (at !== '' && !Object.hasOwn(this.#places, at)) at = parentOf(at);
    const [line, column] = this.#places[at] ?? [1, 1];
    return { pointer, file: this.file, line, column };
  }
}
