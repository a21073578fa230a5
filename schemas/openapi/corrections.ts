/** Reads the file of corrections, strictly, and says what it makes of a contract: a difference nobody owns is none. */

import { daysAfter, isDay, longestAcceptanceDays } from '../document/day.ts';
import { list, object } from '../document/json.ts';
import { nearestTo } from '../document/nearest.ts';
import { parentOf, pointerTo, tokensOf, valueAt } from '../document/pointer.ts';
import { shown } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import { type Place, YamlDocument } from '../document/yaml-document.ts';
import type { Correction } from '../report/report.ts';
import { applyOverlay, type Change, type Overlaid } from './overlay.ts';

type Root = Record<string, unknown>;

/** What one action says beside its target and what it does there. */
interface Entry {
  target: string;
  reason: string;
  owner: string;
  expires: string;
  side: Correction['side'];
}

/** How a file of corrections bears on a contract. */
export interface Corrections {
  applied: Correction[];
  /** A sentence for each action that is expired, or not true of the contract any more. */
  problems: string[];
  /** A sentence for each action that loosens more than it names. */
  warnings: string[];
}

const role = 'file of corrections';

/** What each field takes, as words that follow "write". */
const rootFields = {
  overlay: 'overlay: 1.0.0',
  info: 'a mapping with title and version',
  extends: 'the address of the contract, or leave it out',
  actions: 'a list of actions',
};
const actionFields = {
  target: 'target, a JSONPath into the contract, as $.paths',
  description: 'description, the reason in one sentence',
  update: 'update, what is merged into the target, or remove: true',
  remove: 'remove: true, or an update',
  'x-owner': 'x-owner, who sees to it',
  'x-expires': `x-expires, the last day on which it counts, as 2026-04-14, at most ${longestAcceptanceDays} days ahead`,
  'x-side': 'x-side: contract or x-side: target, which of the two is to change',
};

/** Declared differences between a contract and what is tested, each for a while. */
export class CorrectionsFile {
  readonly document: YamlDocument;
  readonly #entries: Entry[];
  readonly #day: string;

  /**
   * Reads a file for a run on a day (UTC, `2026-04-14`). Throws a UserError with file and line that says what to
   * write, for a file that cannot be read or is malformed.
   */
  constructor(path: string, day: string) {
    this.document = YamlDocument.load(path, role, 'correct NOMBA_CORRECTIONS or unset it');
    this.#day = day;
    const root = object(this.document.root);
    if (!root || typeof root.overlay !== 'string' || !root.overlay.startsWith('1.')) {
      throw this.#refusal('/overlay', 'is no OpenAPI Overlay', 'overlay: 1.0.0');
    }
    this.#requireFields('', root, rootFields);
    const { title, version } = object(root.info) ?? {};
    if (!isText(title) || !isText(version)) throw this.#refusal('/info', 'has no info', rootFields.info);
    if (!Array.isArray(root.actions) || root.actions.length === 0) {
      throw this.#refusal('/actions', 'has no actions', rootFields.actions);
    }
    this.#entries = root.actions.map((action, index) => this.#entry(action, pointerTo('/actions', index)));
  }

  /** A document after the actions that count on the day, those that select nothing in it left out. */
  applyTo(root: Root): Overlaid {
    const applies = (index: number) => (this.#entries[index]?.expires ?? '') >= this.#day;
    return applyOverlay(root, this.document, { role, applies, mayIdle: true });
  }

  /**
   * What the actions changed, and which are not true any more. The document is given after each application: alone,
   * and, where there is an overlay, on top of it.
   */
  bearing(published: Root, applied: Overlaid[], placeOf: (pointer: string) => Place): Corrections {
    const result: Corrections = { applied: [], problems: [], warnings: [] };
    this.#entries.forEach((entry, index) => {
      const { target, reason, owner, expires, side } = entry;
      const at = this.#at(pointerTo('/actions', index));
      if (expires < this.#day) {
        result.problems.push(
          `${at} corrected ${shown(target)} until ${expires}; mend the ${side}, or decide anew and write a later date.`,
        );
        return;
      }
      if (applied.every(({ idle }) => idle.includes(index))) {
        result.problems.push(
          `${at} has the target ${shown(target)}, which selects nothing in the contract; correct the path, or delete the action.`,
        );
        return;
      }
      const byPlace = new Map(
        applied
          .toReversed()
          .flatMap(({ changes }) => changes.filter(({ action }) => action === index))
          .map((change) => [change.pointer, change]),
      );
      if (byPlace.size === 0) {
        result.problems.push(
          `${at} says of ${shown(target)} what the contract says already; delete the action.`,
        );
        return;
      }
      const { file, line } = this.document.place(pointerTo('/actions', index));
      result.applied.push({
        at: { pointer: pointerTo('/actions', index), file, line },
        target,
        changes: [...byPlace.values()].map(({ pointer, was, is }) => ({
          pointer,
          source: sourceOf(published, pointer, placeOf),
          was: was === undefined ? null : shown(was),
          is: is === undefined ? null : shown(is),
        })),
        reason,
        owner,
        expires,
        side,
      });
      for (const change of byPlace.values()) {
        const what = looseness(change, applied[0]?.root ?? {});
        if (what !== undefined) result.warnings.push(`${at} ${what}`);
      }
    });
    result.warnings.push(...this.#opened(published, applied[0]?.root ?? {}));
    return result;
  }

  /** Operations that ask for less proof of a right than the contract does. */
  #opened(published: Root, corrected: Root): string[] {
    const before = securities(published);
    return [...securities(corrected)].flatMap(([operation, now]) => {
      const was = before.get(operation);
      if (!was || isOpen(was)) return [];
      const file = this.document.file;
      if (isOpen(now))
        return [`${file} lets everybody ask ${operation}, for which the contract wants proof.`];
      const more = now.length > was.length;
      return more
        ? [`${file} adds another way to be let in to ${operation}: any one of them is enough.`]
        : [];
    });
  }

  #entry(value: unknown, at: string): Entry {
    const action = object(value);
    if (!action) throw this.#refusal(at, 'is no action', 'a mapping with target, description and the rest');
    this.#requireFields(at, action, actionFields);
    const text = (field: 'target' | 'description' | 'x-owner') => {
      const given = action[field];
      if (isText(given)) return given.trim();
      throw this.#unfit(at, action, field);
    };
    const entry = { target: text('target'), reason: text('description'), owner: text('x-owner') };
    const { update, remove, 'x-expires': expires, 'x-side': side } = action;
    if (remove !== undefined && remove !== true) throw this.#unfit(at, action, 'remove');
    if (!object(update) && !remove) throw this.#unfit(at, action, 'update');
    if (update !== undefined && remove) {
      throw this.#refusal(pointerTo(at, 'remove'), 'updates and removes', 'one of the two');
    }
    if (!isDay(expires)) throw this.#unfit(at, action, 'x-expires');
    const latest = daysAfter(this.#day, longestAcceptanceDays);
    if (expires > latest) {
      throw this.#refusal(
        pointerTo(at, 'x-expires'),
        `expires on ${expires}, more than ${longestAcceptanceDays} days ahead`,
        `${latest} or an earlier day`,
      );
    }
    if (side !== 'contract' && side !== 'target') throw this.#unfit(at, action, 'x-side');
    return { ...entry, expires, side };
  }

  #requireFields(at: string, holder: Root, fields: Record<string, string>): void {
    const names = Object.keys(fields);
    const unknown = Object.keys(holder).find((name) => !names.includes(name));
    if (unknown === undefined) return;
    const nearest = nearestTo(unknown, names);
    throw this.#refusal(
      pointerTo(at, unknown),
      `has ${shown(unknown)}, which means nothing here`,
      `${nearest}, which is the nearest name, or delete it`,
    );
  }

  #unfit(at: string, action: Root, field: keyof typeof actionFields): UserError {
    const value = action[field];
    return value === undefined
      ? this.#refusal(at, `has no ${field}`, actionFields[field])
      : this.#refusal(pointerTo(at, field), `gives ${shown(value)} as ${field}`, actionFields[field]);
  }

  #refusal(pointer: string, what: string, advice: string): UserError {
    return new UserError(`${this.#at(pointer)} ${what}; write ${advice}.`);
  }

  #at(pointer: string): string {
    const { file, line } = this.document.place(pointer);
    return `${file}:${line}`;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** Where the contract has what is corrected, or what stands around it. */
function sourceOf(published: Root, pointer: string, placeOf: (pointer: string) => Place) {
  let nearest = pointer;
  while (nearest !== '' && valueAt(published, nearest) === undefined) nearest = parentOf(nearest);
  const { file, line } = placeOf(nearest);
  return { pointer: nearest, file, line };
}

/** Fields that hold many sentences: who takes one of them out whole, or sets it to nothing, says nothing of each. */
const holders = ['schema', 'content', 'properties', 'items', 'responses', 'requestBody', 'parameters'];

/** Keywords of a schema that ask nothing of a value. */
const annotations = /^(title|description|examples?|default|deprecated|\$comment|x-.*)$/;

/** How a change loosens more than it names, as words that follow its place; undefined where it does not. */
function looseness({ pointer, was, is }: Change, corrected: Root): string | undefined {
  const tokens = tokensOf(pointer);
  const name = tokens.at(-1) ?? '';
  const isNamed = tokens.at(-2) === 'properties';
  const isHolder = (holders.includes(name) && !isNamed) || tokens.at(-2) === 'schemas';
  if (isHolder && isFull(was) && !isFull(is)) return `takes ${name} out whole, with all that it asks for.`;
  if (is !== undefined) return undefined;
  const parent = object(valueAt(corrected, parentOf(pointer)));
  const holder = tokensOf(parentOf(pointer)).at(-1) ?? '';
  const isSchema =
    ['schema', 'items'].includes(holder) || /\/(properties|schemas)\/[^/]+$/.test(parentOf(pointer));
  const isEmptied = parent && isSchema && Object.keys(parent).every((key) => annotations.test(key));
  return isEmptied && !annotations.test(name)
    ? `leaves the schema ${holder} without anything that it asks for.`
    : undefined;
}

function isFull(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** What each operation of a document asks for as proof, by its name to people. */
function securities(root: Root): Map<string, unknown[]> {
  return new Map(
    Object.entries(object(root.paths) ?? {}).flatMap(([path, item]) =>
      Object.entries(object(item) ?? {}).flatMap(([method, operation]): [string, unknown[]][] => {
        const definition = object(operation);
        return definition && 'responses' in definition
          ? [[`${method.toUpperCase()} ${path}`, list(definition.security ?? root.security)]]
          : [];
      }),
    ),
  );
}

/** Whether a list of alternatives lets somebody in who proves nothing. */
function isOpen(alternatives: unknown[]): boolean {
  return alternatives.length === 0 || alternatives.some((entry) => !isFull(entry));
}
