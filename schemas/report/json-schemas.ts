import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { repositoryRoot } from '../document/repository.ts';

/** What no type says: which shape a value has depends on a part of it. */
const conditions: Record<string, object> = {
  Source: when({ required: ['rfc'] }, reference('RfcSource'), reference('DocumentSource')),
  RequirementResult: {
    allOf: [
      when(
        { properties: { outcome: { const: 'known' } }, required: ['outcome'] },
        { required: ['acceptance'] },
      ),
      when(
        { properties: { outcome: { enum: ['failed', 'known'] } }, required: ['outcome'] },
        { properties: { deviations: { minItems: 1 } } },
      ),
    ],
  },
};

/** The JSON schemas that `report.ts` says in types: text by file of `schemas/`. */
export function jsonSchemas(): Record<string, string> {
  return {
    'conformance-report.schema.json': jsonSchema('ConformanceReport', 'conformance-report'),
    'history-entry.schema.json': jsonSchema('HistoryEntry', 'history-entry'),
  };
}

function jsonSchema(type: string, name: string): string {
  const generator = createGenerator({
    path: join(repositoryRoot, 'schemas/report/report.ts'),
    type,
    topRef: false,
    sortProps: false,
    // `npm run types` checks them.
    skipTypeCheck: true,
  });
  const { $schema: _, definitions = {}, ...root } = generator.createSchema(type);
  for (const [definition, condition] of Object.entries(conditions)) {
    const { anyOf: __, ...rest } = Object(definitions[definition]);
    if (definition in definitions) definitions[definition] = { ...rest, ...condition };
  }
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:nomba-auth-conformance:${name}:1`,
    ...root,
    $defs: definitions,
  };
  return `${JSON.stringify(schema, as2020, 2).replaceAll('#/definitions/', '#/$defs/')}\n`;
}

function reference(definition: string): object {
  return { $ref: `#/$defs/${definition}` };
}

/** The generator speaks draft 7, where the parts of a tuple are `items`. */
function as2020(_: string, value: unknown): unknown {
  const { items, ...rest } = Object(value);
  return Array.isArray(items) ? { ...rest, prefixItems: items } : value;
}

function when(condition: object, consequence: object, otherwise?: object): object {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  return { if: condition, then: consequence, else: otherwise };
}
