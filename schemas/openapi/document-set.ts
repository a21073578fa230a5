import { existsSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { object } from '../document/json.ts';
import { parentOf, pointerTo, tokensOf, valueAt } from '../document/pointer.ts';
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

/** An overlay's file, and what it wrote: pointer in the document → pointer in the file. */
export interface Layer {
  document: YamlDocument;
  written: ReadonlyMap<string, string>;
}

/**
 * Where the last of some layers wrote what a pointer names, or what stands around it; undefined where the document
 * has it without them.
 */
export function placeIn(
  layers: readonly Layer[],
  pointer: string,
  isBelow: (pointer: string) => boolean,
): Place | undefined {
  for (let at = pointer; at !== ''; at = parentOf(at)) {
    for (const { document, written } of layers.toReversed()) {
      const source = written.get(at);
      if (source !== undefined) return document.place(source);
    }
    if (isBelow(at)) break;
  }
  return undefined;
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
  readonly #contents: Record<string, unknown>;
  readonly #layers: Layer[];

  constructor(main: YamlDocument, root = { ...object(main.root) }, layers: Layer[] = []) {
    this.main = main;
    this.root = root;
    this.#contents = object(root[besides]) ?? {};
    this.#layers = layers;
  }

  /** The same files with another root, made of theirs by what the layers wrote. */
  overlaid(root: Record<string, unknown>, layers: Layer[]): DocumentSet {
    const set = new DocumentSet(this.main, root, layers);
    for (const [base, file] of this.#files) set.#files.set(base, file);
    return set;
  }

  /** All files of the set, the document itself first. */
  get files(): YamlDocument[] {
    return [this.main, ...this.#files.values()];
  }

  /** Where a reader finds what a pointer names; the pointer stays that of the set. */
  place(pointer: string): Place {
    const written = placeIn(this.#layers, pointer, (at) => this.#isPublished(at));
    return written ? { ...written, pointer } : this.#published(pointer);
  }

  #isPublished(pointer: string): boolean {
    const [base, file] = this.#fileOf(pointer);
    return valueAt(file.root, pointer.slice(base.length)) !== undefined;
  }

  #published(pointer: string): Place {
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
