/** Reads the file of known deviations, strictly: an exception that nobody can check is none. */

import type { ErrorObject } from 'ajv';
import { daysAfter, longestAcceptanceDays } from '../../schemas/document/day.ts';
import { object } from '../../schemas/document/json.ts';
import { nearestTo } from '../../schemas/document/nearest.ts';
import { parentOf, pointerTo, tokensOf, valueAt } from '../../schemas/document/pointer.ts';
import { shown } from '../../schemas/document/shown.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import { YamlDocument } from '../../schemas/document/yaml-document.ts';
import schema from '../../schemas/known-deviations.schema.json';
import type { Contract } from '../../schemas/openapi/contract.ts';
import { compileFirstError } from '../../schemas/report/validate.ts';
import { appliesTo, catalogue, everyExchange } from '../../specs/catalogue/catalogue.ts';
import { KnownDeviations, type KnownEntry, type NotTestableEntry } from './known-deviations.ts';

/** What the entries of a file must fit. */
export interface Applicable {
  contract: Contract;
  /** Every scenario of the contract. */
  scenarios: readonly { title: string; establishes: string[] }[];
  /** The day of the run, UTC, `2026-04-14`. */
  today: string;
}

/**
 * The known deviations in a file (`schemas/known-deviations.schema.json`). Throws a UserError with file and line
 * that says what to write: for a file that cannot be read or is malformed, a requirement or scenario that the
 * contract does not have, a date too far ahead, and entries that repeat or contradict each other.
 */
export function loadKnownDeviations(path: string, applicable: Applicable): KnownDeviations {
  const document = YamlDocument.load(
    path,
    'file of known deviations',
    'correct NOMBA_KNOWN_DEVIATIONS or unset it',
  );
  // A file with nothing in it, or comments alone, accepts nothing: the last entry may be deleted.
  if (document.root === null || document.root === undefined) return new KnownDeviations();
  const error = compileFirstError(schema)(document.root);
  if (error) throw malformed(document, error, applicable.today);
  const known = entriesOf<KnownEntry>(document, 'known');
  const notTestable = entriesOf<NotTestableEntry>(document, 'notTestable');
  for (const entry of [...known, ...notTestable]) requireApplicable(entry, applicable);
  requireDistinct(known, notTestable);
  return new KnownDeviations(known, notTestable);
}

function entriesOf<E extends NotTestableEntry>(document: YamlDocument, list: 'known' | 'notTestable'): E[] {
  const { [list]: entries = [] } = document.root as Partial<Record<typeof list, Omit<E, 'at'>[]>>;
  return entries.map((entry, index) => ({ ...entry, at: lineOf(document, pointerTo('', list, index)) }) as E);
}

function lineOf(document: YamlDocument, pointer: string): string {
  const { file, line } = document.place(pointer);
  return `${file}:${line}`;
}

/** What to write is what the schema says of the place. */
function malformed(document: YamlDocument, error: ErrorObject, today: string): UserError {
  const { keyword, instancePath, schemaPath, params } = error;
  const holder = parentOf(schemaPath.slice(1));
  const name = tokensOf(instancePath).at(-1);
  const value = shown(valueAt(document.root, instancePath));
  const [pointer, asked, what] =
    keyword === 'required'
      ? [
          instancePath,
          pointerTo(holder, 'properties', params.missingProperty),
          `has no ${params.missingProperty}`,
        ]
      : keyword === 'additionalProperties'
        ? [
            pointerTo(instancePath, params.additionalProperty),
            holder,
            `has ${shown(params.additionalProperty)}, which means nothing here; the nearest is ${nearestTo(params.additionalProperty, Object.keys(object(object(valueAt(schema, holder))?.properties) ?? {}))}`,
          ]
        : [
            instancePath,
            holder,
            name === undefined || /^\d+$/.test(name) ? `has ${value}` : `gives ${value} as ${name}`,
          ];
  const { description } = valueAt(schema, asked) as { description: string };
  const advice = `${description.charAt(0).toLowerCase()}${description.slice(1)}`.replace(
    /\d{4}-\d\d-\d\d/,
    daysAfter(today, 30),
  );
  return new UserError(`${lineOf(document, pointer)} ${what}; write ${advice}`);
}

function requireApplicable(entry: KnownEntry | NotTestableEntry, { contract, scenarios, today }: Applicable) {
  const { at, requirement, expires } = entry;
  const row = catalogue().find(({ id }) => id === requirement);
  if (!row) {
    const nearest = nearestTo(
      requirement,
      catalogue().map(({ id }) => id),
    );
    throw new UserError(
      `${at} names the requirement ${shown(requirement)}, which does not exist; the nearest is ${nearest}, and "npm run requirements" lists them.`,
    );
  }
  if (!appliesTo(row, contract, scenarios)) {
    throw new UserError(
      `${at} names the requirement ${requirement}, which this contract gives no occasion for; delete the entry.`,
    );
  }
  if ('scenario' in entry && entry.scenario !== undefined) {
    const right = scenarios.filter(
      ({ establishes }) => row.scenario === everyExchange || establishes.includes(requirement),
    );
    if (!right.some(({ title }) => title === entry.scenario)) {
      const titles = row.scenario === everyExchange ? [] : right.map(({ title }) => shown(title));
      const choice = titles.length > 0 ? titles.join(' or ') : 'a title that "npm run requirements" lists';
      throw new UserError(
        `${at} names the scenario ${shown(entry.scenario)}, which does not establish ${requirement}; write ${choice}, or leave it out.`,
      );
    }
  }
  const latest = daysAfter(today, longestAcceptanceDays);
  if (expires > latest) {
    throw new UserError(
      `${at} expires on ${expires}, more than ${longestAcceptanceDays} days ahead; write ${latest} or an earlier day.`,
    );
  }
}

function requireDistinct(known: KnownEntry[], notTestable: NotTestableEntry[]): void {
  for (const [index, entry] of known.entries()) {
    const other = known
      .slice(0, index)
      .find(
        ({ requirement, scenario }) =>
          requirement === entry.requirement &&
          (scenario === undefined || entry.scenario === undefined || scenario === entry.scenario),
      );
    if (other) throw twice(entry, other);
  }
  for (const [index, entry] of notTestable.entries()) {
    const isSame = ({ requirement }: NotTestableEntry) => requirement === entry.requirement;
    const other = notTestable.slice(0, index).find(isSame);
    if (other) throw twice(entry, other);
    const failing = known.find(isSame);
    if (failing) {
      throw new UserError(
        `${entry.at} says that ${entry.requirement} cannot be tested, and ${failing.at} that it fails; keep the one that is true.`,
      );
    }
  }
}

function twice({ at, requirement }: NotTestableEntry, other: NotTestableEntry): UserError {
  return new UserError(`${at} says again what ${other.at} says of ${requirement}; keep one of the two.`);
}
