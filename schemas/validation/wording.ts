import type { ErrorObject } from 'ajv';
import { list } from '../document/json.ts';
import { pointerTo } from '../document/pointer.ts';
import { shown, visible } from '../document/shown.ts';

/** What an error of ajv says of the value: where it is wrong, what is asked for there, what is there. */
export interface Wording {
  instancePointer: string;
  expected: string;
  actual: string;
}

type Phrase = (params: Record<string, unknown>, schema: unknown) => string;

/** What each keyword asks for, as a clause that begins with `must`. */
const phrases: Record<string, Phrase> = {
  type: ({ type }) => `must be ${oneOf(list(type).length > 0 ? list(type).map(String) : [String(type)])}`,
  enum: ({ allowedValues }) => `must be ${oneOf(list(allowedValues).map(shown))}`,
  const: ({ allowedValue }) => `must be ${shown(allowedValue)}`,
  minimum: ({ limit }) => `must be at least ${limit}`,
  maximum: ({ limit }) => `must be at most ${limit}`,
  exclusiveMinimum: ({ limit }) => `must be greater than ${limit}`,
  exclusiveMaximum: ({ limit }) => `must be less than ${limit}`,
  multipleOf: ({ multipleOf }) => `must be a multiple of ${multipleOf}`,
  minLength: ({ limit }) => `must have at least ${counted(limit, 'character')}`,
  maxLength: ({ limit }) => `must have at most ${counted(limit, 'character')}`,
  pattern: ({ pattern }) => `must match the pattern ${visible(String(pattern))}`,
  format: ({ format }) => `must have the format "${visible(String(format))}"`,
  minItems: ({ limit }) => `must have at least ${counted(limit, 'item')}`,
  maxItems: ({ limit }) => `must have at most ${counted(limit, 'item')}`,
  uniqueItems: ({ i, j }) =>
    `must not hold an item twice (items ${[Number(i), Number(j)].sort((a, b) => a - b).join(' and ')} are equal)`,
  items: ({ limit }) => `must have at most ${counted(limit, 'item')}`,
  unevaluatedItems: ({ limit }) => `must have at most ${counted(limit, 'item')}`,
  contains: ({ minContains, maxContains }, schema) => {
    const least = `at least ${counted(minContains, 'item')}`;
    const bounds = maxContains === undefined ? least : `${least} and at most ${maxContains}`;
    return `must have ${bounds} valid under ${shown(schema)}`;
  },
  minProperties: ({ limit }) => `must have at least ${counted(limit, 'property', 'properties')}`,
  maxProperties: ({ limit }) => `must have at most ${counted(limit, 'property', 'properties')}`,
  required: ({ missingProperty }) => `must have property ${shown(missingProperty)}`,
  dependentRequired: ({ missingProperty, property }) =>
    `must have property ${shown(missingProperty)}, because it has ${shown(property)}`,
  additionalProperties: ({ additionalProperty }) => `must not have property ${shown(additionalProperty)}`,
  unevaluatedProperties: ({ unevaluatedProperty }) => `must not have property ${shown(unevaluatedProperty)}`,
  propertyNames: ({ propertyName }) => `must not have a property of the name ${shown(propertyName)}`,
  not: (_, schema) => `must not be valid under ${shown(schema)}`,
  anyOf: (_, schema) => `must be valid under one of ${list(schema).length} alternatives`,
  oneOf: ({ passingSchemas }, schema) =>
    list(passingSchemas).length > 0
      ? `must be valid under only one of ${list(schema).length} alternatives, and is under ${numbers(passingSchemas)}`
      : `must be valid under one of ${list(schema).length} alternatives`,
};

/** The names of ajv's parameters that hold a property the error is about: one too few, or one too many. */
const aboutProperty: Record<string, string> = {
  required: 'missingProperty',
  dependentRequired: 'missingProperty',
  additionalProperties: 'additionalProperty',
  unevaluatedProperties: 'unevaluatedProperty',
};

/** An error of ajv (made with `verbose`) in our words; what is asked for begins with `must`. */
export function wordingOf({ keyword, instancePath, params, schema, data }: ErrorObject): Wording {
  const phrase = phrases[keyword];
  const expected = phrase ? phrase(params, schema) : `must satisfy "${keyword}"`;
  const parameter = aboutProperty[keyword];
  if (parameter === undefined) return { instancePointer: instancePath, expected, actual: shown(data) };
  const property = String((params as Record<string, unknown>)[parameter]);
  const values = data as Record<string, unknown>;
  return {
    instancePointer: pointerTo(instancePath, property),
    expected,
    actual: shown(Object.hasOwn(values, property) ? values[property] : undefined),
  };
}

/** Words as a choice: `a`, `a or b`, `a, b or c`. */
export function oneOf(words: string[]): string {
  const all = words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : (words[0] ?? '');
  return all.length > 300 ? `one of ${words.length} values` : all;
}

function counted(count: unknown, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Positions as people count them: the passing schemas 0 and 2 are `numbers 1 and 3`. */
function numbers(positions: unknown): string {
  return `numbers ${list(positions)
    .map((position) => Number(position) + 1)
    .join(' and ')}`;
}
