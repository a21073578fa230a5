import { object } from '../document/json.ts';
import { valueAt } from '../document/pointer.ts';
import type { Schema } from './operations.ts';
import type { Survey } from './survey.ts';

/** Keywords that hand the same value on to other schemas, which know nothing of its being nullable. */
const handedOn = ['allOf', 'anyOf', 'oneOf', 'not'];

/**
 * Rewrites the schemas of OpenAPI 3.0 as those of 3.1, in place; every value keeps its pointer, so that what is
 * said of it still points at the line the user wrote. Done by position, which `found` knows: a property named
 * `nullable`, or an example with one, stays as it is. Gives the pointers of schemas that also allow null for all
 * that they hand the value on to (`allOf: [$ref], nullable: true`); in 3.1 there is no one keyword for it.
 */
export function upgrade(root: Schema, found: Survey): Set<string> {
  const orNull = new Set<string>();
  for (const { holder, keyword } of [...found.references.values()].flat()) {
    if (keyword !== '$ref') continue;
    const reference = object(valueAt(root, holder)) ?? {};
    for (const sibling of Object.keys(reference)) if (sibling !== '$ref') delete reference[sibling];
  }
  for (const pointer of found.schemas.keys()) {
    const schema = object(valueAt(root, pointer));
    if (!schema || typeof schema.$ref === 'string') continue;
    bound(schema, 'minimum', 'exclusiveMinimum');
    bound(schema, 'maximum', 'exclusiveMaximum');
    takeFiles(schema);
    if (schema.nullable === true && allowNull(schema)) orNull.add(pointer);
    if (typeof schema.nullable === 'boolean') delete schema.nullable;
  }
  return orNull;
}

/** `type: file` is of Swagger 2, and often left over: a text, as `format: binary` is. */
export function takeFiles(schema: Schema): void {
  if (schema.type === 'file') schema.type = 'string';
}

/** 3.0: true makes the bound beside it exclusive, false says nothing. 3.1: the exclusive bound itself. */
function bound(schema: Schema, inclusive: string, exclusive: string): void {
  if (typeof schema[exclusive] !== 'boolean') return;
  if (schema[exclusive] && schema[inclusive] !== undefined) {
    schema[exclusive] = schema[inclusive];
    delete schema[inclusive];
  } else delete schema[exclusive];
}

/**
 * Lets null be among the types and values of a schema. 3.0.3 says that `nullable` adds null to the `type` beside it,
 * earlier editions that it "allows sending a null value"; by the latter an `enum` without null and an `allOf` do
 * not take it back. Where both readings are right null is allowed. True where that takes more than the schema's own
 * keywords.
 */
function allowNull(schema: Schema): boolean {
  if (typeof schema.type === 'string') schema.type = [schema.type, 'null'];
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum = [...schema.enum, null];
  return handedOn.some((keyword) => keyword in schema);
}
