import type { ErrorObject } from 'ajv';
import { list } from '../document/json.ts';
import { pointerTo } from '../document/pointer.ts';
import { shown } from '../document/shown.ts';
import type { Place } from '../document/yaml-document.ts';
import { oneOf, wordingOf } from './wording.ts';

/** One way in which a value is not valid under a schema. */
export interface SchemaError {
  /** Where in the value, as a JSON pointer; for a missing property, where it would be. */
  instancePointer: string;
  /** What the schema asks for there, in words: `must be string`. */
  expected: string;
  /** What the value has there, as JSON, cut to 120 characters; `absent` for a missing property. */
  actual: string;
  keyword: string;
  /** Where the document asks for it. */
  place: Place;
}

/** What telling the errors of a value needs to know of the schemas. */
export interface SchemaLookup {
  /** The pointer of the schema an error is about, or undefined where it is not known. */
  pointerOf(error: ErrorObject): string | undefined;
  /** True for a schema `false`, which allows nothing. */
  isFalse(error: ErrorObject): boolean;
  /** ajv's own errors of a value under the schema at a pointer. */
  judge(pointer: string, value: unknown): ErrorObject[];
  locate(pointer: string): Place;
}

/** More says nothing new to a reader, and a hostile value can have as many errors as it has items. */
export const mostErrors = 100;

/** Alternatives in alternatives are told apart down to this level; below it only the summary is given. */
const deepestAlternatives = 4;

/**
 * The errors of ajv in words, at most 100. ajv reports each failed branch of `anyOf`, `oneOf`, `contains`, … and
 * then a summary; here one error stands for both: that of the branch that was meant, where that is plain (the
 * value has its type, or its constant), else one that names the alternatives.
 */
export function tell(errors: ErrorObject[], lookup: SchemaLookup, base = '', level = 0): SchemaError[] {
  const folded = new Map<string, number>();
  const kept: { error: ErrorObject; branches: ErrorObject[][] }[] = [];
  // From the end, because a summary stands behind the errors of its branches.
  for (const error of errors.toReversed()) {
    const key = folded.size > 0 ? keyOf(error, lookup) : '';
    const left = folded.get(key) ?? 0;
    if (left > 0) {
      folded.set(key, left - 1);
      continue;
    }
    // The errors of the branch `then` or `else` are there already.
    if (error.keyword === 'if') continue;
    const branches = level < deepestAlternatives ? branchesOf(error, lookup) : [];
    for (const branch of branches.flat()) {
      const below = keyOf({ ...branch, instancePath: error.instancePath + branch.instancePath }, lookup);
      folded.set(below, (folded.get(below) ?? 0) + 1);
    }
    kept.push({ error, branches });
  }
  const told: SchemaError[] = [];
  for (let next = kept.pop(); next && told.length < mostErrors; next = kept.pop()) {
    told.push(...tellOne(next.error, next.branches, lookup, base, level));
  }
  return told.slice(0, mostErrors);
}

/** The errors of each branch that a summary stands for, relative to the value the summary is about. */
function branchesOf(error: ErrorObject, lookup: SchemaLookup): ErrorObject[][] {
  const { keyword, data, schema } = error;
  const pointer = lookup.pointerOf(error);
  if (pointer === undefined) return [];
  const below = pointerTo(pointer, keyword);
  switch (keyword) {
    case 'anyOf':
    case 'oneOf':
      return list(schema).map((_, at) => lookup.judge(pointerTo(below, at), data));
    case 'contains':
      return list(data).map((item, at) =>
        lookup.judge(below, item).map((inner) => ({ ...inner, instancePath: `/${at}${inner.instancePath}` })),
      );
    case 'propertyNames':
      return [lookup.judge(below, error.params.propertyName)];
    default:
      return [];
  }
}

function tellOne(
  error: ErrorObject,
  branches: ErrorObject[][],
  lookup: SchemaLookup,
  base: string,
  level: number,
): SchemaError[] {
  const { keyword } = error;
  const schemaPointer = lookup.pointerOf(error) ?? '';
  const { instancePointer, expected, actual } = wordingOf(error);
  const at = base + instancePointer;
  const place = lookup.locate(pointerTo(schemaPointer, keyword));
  const summary: SchemaError = { instancePointer: at, expected, actual, keyword, place };
  if (lookup.isFalse(error)) {
    return [
      { ...summary, expected: 'must be absent', keyword: 'false', place: lookup.locate(schemaPointer) },
    ];
  }
  if (keyword === 'propertyNames') {
    const [inner] = tell(branches[0] ?? [], lookup, '', level + 1);
    const name = String(error.params.propertyName);
    const why = inner ? `: a name ${inner.expected}` : '';
    return [
      { ...summary, instancePointer: pointerTo(at, name), expected: expected + why, actual: shown(name) },
    ];
  }
  const union = (keyword === 'anyOf' || keyword === 'oneOf') && branches.length > 0;
  if (!union || list(error.params.passingSchemas).length > 0) return [summary];
  return tellAlternatives(
    summary,
    branches.map((branch) => tell(branch, lookup, at, level + 1)),
  );
}

function tellAlternatives(summary: SchemaError, alternatives: SchemaError[][]): SchemaError[] {
  const { instancePointer: at } = summary;
  const mistyped = alternatives.map((errors) =>
    errors.find((error) => error.keyword === 'type' && error.instancePointer === at),
  );
  const types = mistyped.flatMap((error) =>
    error ? error.expected.replace('must be ', '').split(/, | or /) : [],
  );
  if (mistyped.every((error) => error !== undefined)) {
    return [{ ...summary, keyword: 'type', expected: `must be ${oneOf([...new Set(types)])}` }];
  }
  const typed = alternatives.filter((_, index) => !mistyped[index]);
  const tagged = typed.filter((errors) => !errors.some(({ keyword }) => constants.includes(keyword)));
  const [meant, ...others] = typed.length === 1 ? typed : tagged;
  if (meant && others.length === 0) return meant;
  const wants = alternatives.map((errors) => wanted(errors, at));
  const expected = `must meet one of: ${[...new Set(wants)].join('; ')}`;
  return [expected.length > 300 ? summary : { ...summary, expected }];
}

const constants = ['const', 'enum', 'false'];

/** What one alternative asks for: its first error, and how many more there are. */
function wanted([first, ...more]: SchemaError[], at: string): string {
  if (!first) return 'nothing';
  const where = first.keyword === 'required' ? '' : first.instancePointer.slice(at.length);
  const text = where === '' ? first.expected : `${where} ${first.expected}`;
  return more.length === 0 ? text : `${text} and ${more.length} more`;
}

function keyOf(error: ErrorObject, lookup: SchemaLookup): string {
  return JSON.stringify([error.keyword, error.instancePath, lookup.pointerOf(error), error.params]);
}
