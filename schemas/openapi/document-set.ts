import { existsSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { object } from '../document/json.ts';
import { pointerTo, tokensOf } from '../document/pointer.ts';
import { visible } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import { type Place, YamlDocument } from '../document/yaml-document.ts';

/** The field of the root under which the files beside the document stand, each under its relative path. */
export const besides = 'x-nomba-files';

/** What a reference names: a file, as the pointer its content stands at, and a fragment of it. */
export interface Destination {
  base: string;
  fragment: string;
}

/**
 * An OpenAPI document with the files it refers to, as one value: what stands in another file has pointers that
 * begin with `/x-nomba-files/<path>`. A file is read when a reference to it is first followed.
 */
export class DocumentSet {
  readonly main: YamlDocument;
  /** Not to be changed: values may be shared, and stand for what the user wrote. */
  readonly root: Record<string, unknown>;
  readonly #files = new Map<string, YamlDocument>();
  readonly #contents: Record<string, unknown> = {};

  constructor(main: YamlDocument) {
    this.main = main;
    this.root = { ...object(main.root) };
  }

  /** All files of the set, the document itself first. */
  get files(): YamlDocument[] {
    return [this.main, ...this.#files.values()];
  }

  /** Where a reader finds what a pointer names; the pointer stays that of the set. */
  place(pointer: string): Place {
    const [base, file] = this.#fileOf(pointer);
    return { ...file.place(pointer.slice(base.length)), pointer };
  }

  /**
   * What a reference in the object at `holder` names. Throws a UserError with file and line when that is on another
   * machine, in no file, or in a file outside of the document's folder.
   */
  resolve(holder: string, reference: string): Destination {
    const [address = '', fragment = ''] = split(reference);
    const [base, file] = this.#fileOf(holder);
    if (address === '') return { base, fragment };
    const refuse = (what: string) => {
      const { file: name, line } = this.place(pointerTo(holder, '$ref'));
      return new UserError(`${name}:${line} refers to "${visible(reference)}", ${what}.`);
    };
    if (/^([a-z][a-z\d+.-]*:|[\\/]{2})/i.test(address)) {
      throw refuse('on another machine; save it beside the document and refer to it by its relative path');
    }
    const path = resolve(dirname(file.path), decoded(address));
    if (path === this.main.path) return { base: '', fragment };
    const folder = dirname(this.main.path);
    // A document from elsewhere must not have other files of this machine read, and their lines shown in a report.
    const outside = 'a file outside of the folder of the document; move it there, or move the document up';
    if (isOutside(folder, path)) throw refuse(outside);
    if (!existsSync(path))
      throw refuse('a file that does not exist; mend the reference, or put the file there');
    if (isOutside(realpathSync(folder), realpathSync(path))) throw refuse(outside);
    return { base: this.#load(relative(folder, path), path), fragment };
  }

  #load(name: string, path: string): string {
    const base = pointerTo('', besides, name.replaceAll(sep, '/'));
    if (!this.#files.has(base)) {
      const document = YamlDocument.load(path, 'file', 'mend the reference to it');
      this.#files.set(base, document);
      this.#contents[name.replaceAll(sep, '/')] = document.root;
      this.root[besides] = this.#contents;
    }
    return base;
  }

  #fileOf(pointer: string): [base: string, file: YamlDocument] {
    const [field, name] = pointer.startsWith(`/${besides}/`) ? tokensOf(pointer) : [];
    const base = field === undefined || name === undefined ? '' : pointerTo('', field, name);
    const file = this.#files.get(base);
    return file ? [base, file] : ['', this.main];
  }
}

function split(reference: string): [address: string, fragment: string] {
  const at = reference.indexOf('#');
  return at < 0 ? [reference, ''] : [reference.slice(0, at), reference.slice(at + 1)];
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

function isOutside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '..' || way.startsWith(`..${sep}`) || resolve(folder, way) !== path;
}
