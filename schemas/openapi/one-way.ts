import { list, object } from '../document/json.ts';
import { valueAt } from '../document/pointer.ts';
import type { Schema } from './operations.ts';
import type { Survey } from './survey.ts';

/** Whether a value is sent or answered. */
export type Direction = 'request' | 'response';

/** What marks a property that does not go this way (OpenAPI 3.0.3, Schema Object; JSON Schema validation section 9.4). */
const marks: Record<Direction, string> = { request: 'readOnly', response: 'writeOnly' };

/**
 * The document as it holds for one direction: a property that goes only the other way is not required. The document
 * itself where nothing in it goes one way.
 */
export function oneWay(
  root: object,
  { schemas }: Survey,
  direction: Direction,
  resolve: (schema: unknown) => Schema,
): object {
  const mark = marks[direction];
  const goesOtherWay = (schema: unknown) => resolve(schema)[mark] === true;
  const marked = [...schemas.values()].some(({ schema }) => object(schema)?.[mark] === true);
  if (!marked) return root;
  const copy = structuredClone(root);
  for (const { pointer, schema } of schemas.values()) {
    const { required } = object(schema) ?? {};
    // What a schema requires may be described by one beside it, as `allOf` has it.
    const properties = object(resolve(schema).properties) ?? {};
    const kept = list(required).filter((name) => !goesOtherWay(properties[String(name)]));
    if (kept.length === list(required).length) continue;
    (valueAt(copy, pointer) as Schema).required = kept;
  }
  return copy;
}
