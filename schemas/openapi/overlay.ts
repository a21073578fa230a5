import { isDeepStrictEqual } from 'node:util';
import { exec } from 'jsonpath-rfc9535';
import { object } from '../document/json.ts';
import { parentOf, pointerTo, tokensOf, valueAt } from '../document/pointer.ts';
import { shown } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import type { YamlDocument } from '../document/yaml-document.ts';
import { unshared } from './tested-part.ts';

/** A document after an overlay, and which of its places the overlay wrote. */
export interface Overlaid {
  root: Record<string, unknown>;
  /** Pointer in the overlaid document → pointer in the overlay file, for every value the overlay wrote. */
  written: Map<string, string>;
  /** What became another value, in the order of the actions. */
  changes: Change[];
  /** The actions, by their places in the file, whose target selected nothing; only where that is let be. */
  idle: number[];
}

/** A value that an action changed; undefined stands for nothing. */
export interface Change {
  /** The place of the action in the file. */
  action: number;
  pointer: string;
  was: unknown;
  is: unknown;
}

/** One action of an OpenAPI Overlay 1.0. */
export interface OverlayAction {
  /** JSONPath. */
  target: string;
  update?: Record<string, unknown>;
  remove?: true;
}

/** What of an overlay is applied, and what is let be. */
export interface OverlayOptions {
  /** What the file is called in an error. */
  role?: string;
  /** Whether the action at a place is applied; all of them when left out. */
  applies?: (index: number) => boolean;
  /** Whether an action may select nothing. */
  mayIdle?: boolean;
}

/** Takes down what one action writes and changes. */
interface Notes {
  written: Map<string, string>;
  changed(pointer: string, was: unknown, is: unknown): void;
}

interface Action {
  target: string;
  update: Record<string, unknown> | undefined;
  remove: boolean;
}

/**
 * Applies an OpenAPI Overlay 1.0 document: each action's `update` is merged into every object its JSONPath
 * `target` selects (objects merge, arrays are appended to, anything else is replaced) and put at the end of every
 * array it selects; `remove: true` takes the selected values out. A word that is in a list already is not added
 * again: `required: [code]` may be said twice, by a later contract and by the overlay. The document given is not
 * changed.
 * Throws a UserError with file and line for what is not an overlay, and for a target that selects nothing:
 * an overlay that silently no longer applies would loosen every check that rests on it.
 */
export function applyOverlay(
  root: Record<string, unknown>,
  overlay: YamlDocument,
  { role = 'overlay', applies = () => true, mayIdle = false }: OverlayOptions = {},
): Overlaid {
  const copy = unshared(root, overlay.file) as Record<string, unknown>;
  const overlaid: Overlaid = { root: copy, written: new Map(), changes: [], idle: [] };
  actionsOf(overlay, role).forEach((action, index) => {
    if (!applies(index)) return;
    const at = pointerTo('/actions', index);
    const refuse = (what: string) =>
      problem(overlay, role, `${at}/target`, `${shown(action.target)} ${what}`);
    const notes: Notes = {
      written: overlaid.written,
      changed: (pointer, was, is) => {
        if (!isDeepStrictEqual(was, is)) overlaid.changes.push({ action: index, pointer, was, is });
      },
    };
    const pointers = select(copy, action.target);
    if (!pointers) throw refuse('is not a JSONPath');
    if (pointers.length === 0 && mayIdle) {
      overlaid.idle.push(index);
      return;
    }
    if (pointers.length === 0) throw refuse('selects nothing in the contract');
    if (action.remove) {
      if (pointers.includes('')) throw refuse('selects the whole contract, which cannot be removed');
      for (const pointer of pointers) notes.changed(pointer, valueAt(copy, pointer), undefined);
      removeAll(copy, pointers);
      return;
    }
    for (const pointer of pointers) {
      const value = valueAt(copy, pointer);
      const target = object(value);
      if (target) merge(target, action.update, pointer, `${at}/update`, notes);
      else if (Array.isArray(value)) append(value, [action.update], pointer, [`${at}/update`], notes);
      else throw refuse('is neither an object nor a list');
    }
  });
  return overlaid;
}

function actionsOf(overlay: YamlDocument, role: string): Action[] {
  const root = object(overlay.root);
  if (typeof root?.overlay !== 'string' || !root.overlay.startsWith('1.')) {
    throw problem(overlay, role, '/overlay', 'it has no "overlay: 1.0.0", so it is not an OpenAPI Overlay');
  }
  if (!Array.isArray(root.actions) || root.actions.length === 0) {
    throw problem(overlay, role, '/actions', 'it has no actions');
  }
  return root.actions.map((entry: unknown, index): Action => {
    const { target, update, remove } = object(entry) ?? {};
    if (typeof target === 'string' && (object(update) || remove === true)) {
      return { target, update: object(update), remove: remove === true };
    }
    throw problem(overlay, role, pointerTo('/actions', index), 'an action needs "target" and "update"');
  });
}

/** The pointers of what a JSONPath selects (RFC 9535), or undefined when it is not one. */
function select(root: unknown, path: string): string[] | undefined {
  const pointers: string[] = [];
  try {
    exec(root as Parameters<typeof exec>[0], path, (_value, steps) => {
      pointers.push(pointerTo('', ...steps));
    });
  } catch {
    return undefined;
  }
  return pointers;
}

function removeAll(root: unknown, pointers: string[]): void {
  const targets = pointers.map((pointer) => ({
    parent: valueAt(root, parentOf(pointer)),
    key: tokensOf(pointer).at(-1) ?? '',
  }));
  // Items from the last to the first: removing one moves those behind it.
  for (const { parent, key } of targets.sort((a, b) => (Number(b.key) || 0) - (Number(a.key) || 0))) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(object(parent) ?? {}, key);
  }
}

function merge(
  into: Record<string, unknown>,
  update: Record<string, unknown> | undefined,
  pointer: string,
  source: string,
  notes: Notes,
): void {
  for (const [key, value] of Object.entries(update ?? {})) {
    const at = pointerTo(pointer, key);
    const from = pointerTo(source, key);
    const present = Object.hasOwn(into, key) ? into[key] : undefined;
    const [below, added] = [object(present), object(value)];
    if (below && added) merge(below, added, at, from, notes);
    else if (Array.isArray(present) && Array.isArray(value)) {
      const sources = value.map((_, index) => pointerTo(from, index));
      append(present, value, at, sources, notes);
      notes.written.set(at, from);
    } else {
      // Defined, not assigned: assigning to `__proto__` would set the prototype.
      Object.defineProperty(into, key, {
        value: structuredClone(value),
        writable: true,
        enumerable: true,
        configurable: true,
      });
      mark(value, at, from, notes.written);
      notes.changed(at, present, value);
    }
  }
}

function append(
  into: unknown[],
  values: unknown[],
  pointer: string,
  sources: string[],
  { written, changed }: Notes,
): void {
  const was = structuredClone(into);
  values.forEach((value, index) => {
    if (typeof value === 'string' && into.includes(value)) return;
    mark(value, pointerTo(pointer, into.length), sources[index] ?? '', written);
    into.push(structuredClone(value));
  });
  changed(pointer, was, structuredClone(into));
}

function mark(value: unknown, pointer: string, source: string, written: Map<string, string>): void {
  written.set(pointer, source);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    mark(child, pointerTo(pointer, key), pointerTo(source, key), written);
  }
}

function problem(overlay: YamlDocument, role: string, pointer: string, what: string): UserError {
  const { file, line } = overlay.place(pointer);
  return new UserError(`The ${role} ${file}:${line} cannot be applied: ${what}.`);
}
