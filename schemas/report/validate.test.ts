import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  conformingReport,
  historyEntryOf,
  hugeReport,
  inconclusiveReport,
  nonconformingReport,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import reportSchema from '../conformance-report.schema.json';
import { repositoryRoot } from '../document/repository.ts';
import historySchema from '../history-entry.schema.json';
import { jsonSchemas } from './json-schemas.ts';
import type { ConformanceReport } from './report.ts';
import { schemaFormats, schemaOptions, validateReport } from './validate.ts';

interface ObjectSchema {
  type?: string;
  description?: string;
  $defs?: Record<string, ObjectSchema>;
  properties?: Record<string, ObjectSchema>;
  items?: ObjectSchema;
  then?: ObjectSchema;
  additionalProperties?: unknown;
  required?: string[];
}

const schemas = [reportSchema, historySchema] as unknown as [ObjectSchema, ObjectSchema];

/** A report in which every part is there at least once. */
function fullReport(): ConformanceReport {
  const overlay = { path: 'schemas/nomba-authentication.overlay.yaml', sha256: 'a'.repeat(64) };
  const report = { ...nonconformingReport(), overlay, errors: inconclusiveReport().errors };
  // As a file holds it: nothing in it stands in two places.
  return JSON.parse(JSON.stringify(report)) as ConformanceReport;
}

test('the schemas are valid JSON Schema 2020-12 and say what every object and list is for', () => {
  const undescribed: string[] = [];
  for (const schema of schemas) {
    const ajv = new Ajv2020({ ...schemaOptions, validateSchema: true });
    addFormats(ajv, schemaFormats);
    expect(ajv.validateSchema(schema)).toBe(true);
    walk(schema, ({ properties, $defs }, where) => {
      for (const [name, part] of Object.entries({ ...properties, ...$defs })) {
        // A number or a text may be plain by its name.
        const composite = part.type === 'object' || part.type === 'array' || part === $defs?.[name];
        if (composite && part.description === undefined) undescribed.push(`${where}/${name}`);
      }
    });
  }
  expect(undescribed).toEqual([]);
});

test('every object of the report schema refuses unknown properties', () => {
  const open: string[] = [];
  walk(schemas[0], ({ properties, additionalProperties }, where) => {
    if (properties && additionalProperties !== false) open.push(where);
  });
  expect(open).toEqual([]);
});

test('the schemas are in step with the types: npm run schemas', () => {
  for (const [file, text] of Object.entries(jsonSchemas())) {
    expect(JSON.parse(readFileSync(join(repositoryRoot, 'schemas', file), 'utf8')), file).toEqual(
      JSON.parse(text),
    );
  }
});

test('reports of every verdict are valid and come back as they are', () => {
  for (const report of [conformingReport(), nonconformingReport(), inconclusiveReport(), hugeReport(60)]) {
    expect(validateReport(report)).toBe(report);
  }
});

test('a report without one of its properties is not valid, and the sentence names place and property', () => {
  const accepted: string[] = [];
  const report = fullReport();
  for (const { holder, path } of objectsIn(report)) {
    for (const name of Object.keys(holder)) {
      const where = `${path}/${name}`;
      const optional =
        /\/(instancePointer|place|deviations\/\d+\/exchange|causes\/\d+\/deviations|curl|script|waitedMs|decisive|link|acceptance|outages|cuts)$/;
      if (optional.test(where)) continue;
      const kept = holder[name];
      delete holder[name];
      const message = messageOf(() => validateReport(report));
      holder[name] = kept;
      if (!message?.includes(`${path || 'the value'} must have required property '${name}'`)) {
        accepted.push(where);
      }
    }
  }
  expect(accepted).toEqual([]);
});

test('a report with a property that nobody knows is not valid', () => {
  const accepted: string[] = [];
  const report = fullReport();
  for (const { holder, path } of objectsIn(report)) {
    holder.surplus = 1;
    if (!messageOf(() => validateReport(report))?.includes('(surplus)')) accepted.push(path);
    delete holder.surplus;
  }
  expect(accepted).toEqual([]);
});

for (const { what, spoilt, told } of [
  { what: 'no object', spoilt: 'conforming', told: 'the value must be object' },
  {
    what: 'another verdict',
    spoilt: { ...conformingReport(), verdict: 'fine' },
    told: '/verdict must be equal to one of the allowed values (conforming, nonconforming, inconclusive)',
  },
  {
    what: 'a known requirement without its acceptance',
    spoilt: withRequirement(conformingReport(), 'issue.success', {
      outcome: 'known',
      deviations: nonconformingReport()
        .requirements.flatMap(({ deviations }) => deviations)
        .slice(0, 1),
    }),
    told: "/requirements/0 must have required property 'acceptance'",
  },
  {
    what: 'a failed requirement without a deviation',
    spoilt: withRequirement(conformingReport(), 'issue.success', { outcome: 'failed' }),
    told: '/requirements/0/deviations must NOT have fewer than 1 items',
  },
  {
    what: 'a date that is none',
    spoilt: { ...conformingReport(), startedAt: 'yesterday' },
    told: '/startedAt must match format "date-time"',
  },
]) {
  test(`a value with ${what} is refused in one sentence`, () => {
    expect(messageOf(() => validateReport(spoilt))).toBe(
      `This is not a report as schemas/conformance-report.schema.json describes it: ${told}.`,
    );
  });
}

test('an entry of the history is valid under its schema', () => {
  const ajv = new Ajv2020(schemaOptions);
  addFormats(ajv, schemaFormats);
  const validate = ajv.compile(historySchema);
  expect(validate(historyEntryOf(nonconformingReport())), JSON.stringify(validate.errors)).toBe(true);
});

function messageOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** One object per shape in the value (the first of each list), with its JSON pointer. */
function* objectsIn(value: unknown, path = ''): Generator<{ holder: Record<string, unknown>; path: string }> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const shapes = new Set<string>();
    for (const [at, item] of value.entries()) {
      const shape = typeof item === 'object' && item !== null ? Object.keys(item).sort().join() : typeof item;
      if (!shapes.has(shape)) yield* objectsIn(item, `${path}/${at}`);
      shapes.add(shape);
    }
    return;
  }
  const holder = value as Record<string, unknown>;
  yield { holder, path };
  for (const [name, inner] of Object.entries(holder)) yield* objectsIn(inner, `${path}/${name}`);
}

/** Visits the schema and those within it that describe a value of their own. */
function walk(schema: ObjectSchema, visit: (schema: ObjectSchema, where: string) => void, where = '#'): void {
  visit(schema, where);
  for (const group of ['$defs', 'properties'] as const) {
    for (const [name, inner] of Object.entries(schema[group] ?? {}))
      walk(inner, visit, `${where}/${group}/${name}`);
  }
  for (const part of ['items', 'then'] as const) {
    const inner = schema[part];
    if (inner) walk(inner, visit, `${where}/${part}`);
  }
}
