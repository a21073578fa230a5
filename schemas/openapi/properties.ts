import { object } from '../document/json.ts';
import type { Contract, Schema } from './contract.ts';

/** One property that a schema describes: the way to it, and its schema with all that judges it. */
export interface DescribedProperty {
  path: string[];
  schema: Schema;
  required: boolean;
}

/** Deeper than any body of this API; a schema may have a part that is itself. */
const deepest = 8;

/** Every property that a schema describes, nested ones after their parent; one inside itself is described once. */
export function describedProperties(contract: Contract, schema: unknown): DescribedProperty[] {
  const walk = (given: unknown, path: string[], within: unknown[]): DescribedProperty[] => {
    if (within.includes(given) || path.length === deepest) return [];
    const { properties, required } = contract.resolve(given);
    return Object.entries(object(properties) ?? {}).flatMap(([name, below]) => {
      const way = [...path, name];
      const property = {
        path: way,
        schema: contract.resolve(below),
        required: Array.isArray(required) && required.includes(name),
      };
      return [property, ...walk(below, way, [...within, given])];
    });
  };
  return walk(schema, [], []);
}
