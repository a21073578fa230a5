import { list, object } from '../document/json.ts';
import { pointerTo, valueAt } from '../document/pointer.ts';
import type { Destination } from './document-set.ts';

/** A place where the document has a schema, and the schemas below it. */
export interface SchemaNode {
  pointer: string;
  /** An object, `true` or `false`; what else the document may wrongly have there. */
  schema: unknown;
  /** Schemas that judge the same value as this one: `allOf`, `if`, `dependentSchemas`, … */
  inPlace: string[];
  /** Schemas that judge a part of the value: `properties`, `items`, … */
  parts: string[];
}

/** A `$ref` or `$dynamicRef`, and what it leads to. */
export interface Reference {
  /** Of the object that holds the reference. */
  holder: string;
  keyword: '$ref' | '$dynamicRef';
  reference: string;
  /** Pointer of the target, or undefined where it leads nowhere in this document. */
  target: string | undefined;
}

/** The schemas and references of an OpenAPI document, by pointer. */
export interface Survey {
  schemas: Map<string, SchemaNode>;
  references: Map<string, Reference[]>;
  /** `$anchor` and `$dynamicAnchor` names, each behind the pointer of its file and `#`, and their schemas. */
  anchors: Map<string, string>;
  /** Where the survey began, and what references led to: all else lies below them. */
  tops: Surveyed[];
}

/** A place, and what OpenAPI has there. */
export interface Surveyed {
  pointer: string;
  kind: Kind;
}

/** Where a survey begins, and how it follows references. */
export interface SurveyOptions {
  from?: Surveyed[];
  /** What a reference in the object at `holder` names, or undefined where it cannot be followed. */
  resolve?: (holder: string, reference: string) => Destination | undefined;
  /** OpenAPI 3.0: what stands beside a `$ref` is ignored (3.0.4, Reference Object). */
  ignoresSiblings?: boolean;
}

export type Kind =
  | 'document'
  | 'components'
  | 'paths'
  | 'pathItem'
  | 'operation'
  | 'parameter'
  | 'header'
  | 'requestBody'
  | 'responses'
  | 'response'
  | 'mediaType'
  | 'encoding'
  | 'callback'
  | 'securityScheme'
  | 'example'
  | 'link'
  | 'schema';

/** A field holds one object of a kind, a list of them, or a map of them under names of the author's. */
type Field = Kind | ['list' | 'map', Kind];

const operation: Field = 'operation';
const parameters: Field = ['list', 'parameter'];
const content: Field = ['map', 'mediaType'];
const headers: Field = ['map', 'header'];
const examples: Field = ['map', 'example'];

/**
 * Where OpenAPI 3.0 to 3.2 put objects that hold a schema or a reference. `*` is every field but the `x-` extensions.
 * Walking by position tells a property named `example` from the keyword, and a reference from data that happens
 * to have a field `$ref`.
 */
const openApi: Record<Exclude<Kind, 'schema'>, Record<string, Field>> = {
  document: { paths: 'paths', webhooks: ['map', 'pathItem'], components: 'components' },
  components: {
    schemas: ['map', 'schema'],
    responses: ['map', 'response'],
    parameters: ['map', 'parameter'],
    examples,
    requestBodies: ['map', 'requestBody'],
    headers,
    securitySchemes: ['map', 'securityScheme'],
    links: ['map', 'link'],
    callbacks: ['map', 'callback'],
    pathItems: ['map', 'pathItem'],
    mediaTypes: ['map', 'mediaType'],
  },
  paths: { '*': 'pathItem' },
  pathItem: {
    parameters,
    get: operation,
    put: operation,
    post: operation,
    delete: operation,
    options: operation,
    head: operation,
    patch: operation,
    trace: operation,
    query: operation,
    additionalOperations: ['map', 'operation'],
  },
  operation: {
    parameters,
    requestBody: 'requestBody',
    responses: 'responses',
    callbacks: ['map', 'callback'],
  },
  parameter: { schema: 'schema', content, examples },
  header: { schema: 'schema', content, examples },
  requestBody: { content },
  responses: { '*': 'response' },
  response: { headers, content, links: ['map', 'link'] },
  mediaType: { schema: 'schema', itemSchema: 'schema', examples, encoding: ['map', 'encoding'] },
  encoding: { headers },
  callback: { '*': 'pathItem' },
  securityScheme: {},
  example: {},
  link: {},
};

/** The keywords of JSON Schema 2020-12 whose schemas judge the same value. */
const inPlaceKeywords: Record<string, Field> = {
  allOf: ['list', 'schema'],
  anyOf: ['list', 'schema'],
  oneOf: ['list', 'schema'],
  not: 'schema',
  if: 'schema',
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
  then: 'schema',
  else: 'schema',
  dependentSchemas: ['map', 'schema'],
};

/** The keywords of JSON Schema 2020-12 whose schemas judge a part of the value, or nothing by themselves. */
const partKeywords: Record<string, Field> = {
  properties: ['map', 'schema'],
  patternProperties: ['map', 'schema'],
  additionalProperties: 'schema',
  unevaluatedProperties: 'schema',
  propertyNames: 'schema',
  prefixItems: ['list', 'schema'],
  items: 'schema',
  unevaluatedItems: 'schema',
  contains: 'schema',
  contentSchema: 'schema',
  $defs: ['map', 'schema'],
};

const grammar: Record<Kind, Record<string, Field>> = {
  ...openApi,
  schema: { ...inPlaceKeywords, ...partKeywords },
};

/**
 * Finds the schemas and references of an OpenAPI document. What a reference leads to counts as what stands at
 * the reference, wherever it is; a place is visited once, so references in a circle are no trouble.
 */
export function survey(
  root: unknown,
  {
    from = [{ pointer: '', kind: 'document' }],
    resolve = local,
    ignoresSiblings = false,
  }: SurveyOptions = {},
): Survey {
  const schemas = new Map<string, SchemaNode>();
  const references = new Map<string, Reference[]>();
  const anchors = new Map<string, string>();
  const unresolved: { from: Reference; kind: Kind }[] = [];
  const seen = new Set<string>();
  const tops = new Map(from.map((top) => [`${top.kind} ${top.pointer}`, top]));
  const waiting = [...from];

  const visit = (pointer: string, kind: Kind): void => {
    const key = `${kind} ${pointer}`;
    if (seen.has(key)) return;
    seen.add(key);
    const value = valueAt(root, pointer);
    const written = object(value) ?? {};
    const isBare = ignoresSiblings && kind !== 'pathItem' && typeof written.$ref === 'string';
    const fields = isBare ? { $ref: written.$ref } : written;
    if (kind === 'schema') {
      const node: SchemaNode = { pointer, schema: value, inPlace: [], parts: [] };
      schemas.set(pointer, node);
      for (const [keyword, field] of Object.entries(grammar.schema)) {
        const below = places(fields, keyword, field, pointer);
        (keyword in inPlaceKeywords ? node.inPlace : node.parts).push(...below.map((place) => place.pointer));
      }
      for (const anchor of [fields.$anchor, fields.$dynamicAnchor]) {
        if (typeof anchor === 'string')
          anchors.set(`${resolve(pointer, '#')?.base ?? ''}#${anchor}`, pointer);
      }
    }
    for (const keyword of ['$ref', '$dynamicRef'] as const) {
      const reference = fields[keyword];
      if (typeof reference !== 'string' || (keyword === '$dynamicRef' && kind !== 'schema')) continue;
      const from: Reference = { holder: pointer, keyword, reference, target: undefined };
      references.set(pointer, [...(references.get(pointer) ?? []), from]);
      unresolved.push({ from, kind });
    }
    for (const [name, field] of Object.entries(grammar[kind])) {
      waiting.push(...places(fields, name, field, pointer));
    }
  };

  for (;;) {
    for (let next = waiting.pop(); next; next = waiting.pop()) visit(next.pointer, next.kind);
    // Anchors are all known only once everything was visited; what a reference adds is then visited in turn.
    for (const { from, kind } of unresolved.splice(0)) {
      const destination = resolve(from.holder, from.reference);
      const target = targetIn(destination, anchors) ?? anchored(root, destination);
      if (target === undefined || valueAt(root, target) === undefined) continue;
      from.target = target;
      tops.set(`${kind} ${target}`, { pointer: target, kind });
      waiting.push({ pointer: target, kind });
    }
    if (waiting.length === 0) return { schemas, references, anchors, tops: [...tops.values()] };
  }
}

/** The pointers of the schemas a schema rests on, itself first: parts, alternatives, and targets of references. */
export function reachable({ schemas, references }: Survey, from: string): string[] {
  const found = new Set<string>();
  const waiting = [from];
  for (let pointer = waiting.pop(); pointer !== undefined; pointer = waiting.pop()) {
    const node = schemas.get(pointer);
    if (!node || found.has(pointer)) continue;
    found.add(pointer);
    waiting.push(...node.parts, ...node.inPlace);
    for (const { target } of references.get(pointer) ?? []) if (target !== undefined) waiting.push(target);
  }
  return [...found];
}

/**
 * A reference that leads back to itself without ever going into a part of the value, so that following it (or
 * judging any value by it) never ends. Undefined where there is none; recursion through parts is sound.
 */
export function endlessReference({ schemas, references }: Survey): Reference | undefined {
  const done = new Set<string>();
  const open = new Set<string>();
  const search = (pointer: string, via: Reference | undefined): Reference | undefined => {
    if (open.has(pointer)) return via;
    if (done.has(pointer)) return undefined;
    open.add(pointer);
    for (const below of schemas.get(pointer)?.inPlace ?? []) {
      const found = search(below, via);
      if (found) return found;
    }
    for (const reference of references.get(pointer) ?? []) {
      if (reference.target === undefined || reference.keyword !== '$ref') continue;
      const found = search(reference.target, reference);
      if (found) return found;
    }
    open.delete(pointer);
    done.add(pointer);
    return undefined;
  };
  for (const start of references.keys()) {
    const found = search(start, undefined);
    if (found) return found;
  }
  return undefined;
}

/**
 * A schema alone: what is below it replaced by a schema without trouble, references and identities left out.
 * What is wrong with the rest is wrong with its own keywords.
 */
export function alone(schema: Record<string, unknown>): Record<string, unknown> {
  const harmless = { type: 'object' };
  const rest = { ...schema };
  for (const identity of ['$ref', '$dynamicRef', '$anchor', '$dynamicAnchor']) {
    if (typeof rest[identity] === 'string') delete rest[identity];
  }
  for (const [keyword, field] of Object.entries(grammar.schema)) {
    const value = rest[keyword];
    const container = typeof field === 'string' ? 'one' : field[0];
    if (container === 'list' && Array.isArray(value)) rest[keyword] = value.map(() => harmless);
    const names = object(value);
    if (container === 'one' && names) rest[keyword] = harmless;
    if (container === 'map' && names) {
      rest[keyword] = Object.fromEntries(Object.keys(names).map((name) => [name, harmless]));
    }
  }
  return rest;
}

/** The pointer a local reference names (RFC 3986 fragment, percent-encoded), or undefined where it is none. */
export function targetOf(reference: string, anchors: Map<string, string>): string | undefined {
  return targetIn(local('', reference), anchors);
}

/** The pointer a fragment of a file names: a JSON pointer in it, or an anchor. */
export function targetIn(
  destination: Destination | undefined,
  anchors: Map<string, string>,
): string | undefined {
  if (!destination) return undefined;
  const { base, fragment } = destination;
  if (fragment !== '' && !fragment.startsWith('/')) return anchors.get(`${base}#${fragment}`);
  try {
    return base + decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}

/** The pointer of a schema with an anchor that the survey did not come past: searched for in its whole file. */
function anchored(root: unknown, destination: Destination | undefined): string | undefined {
  if (!destination || /^(\/|$)/.test(destination.fragment)) return undefined;
  const seen = new Set<unknown>();
  const waiting = [destination.base];
  for (let pointer = waiting.pop(); pointer !== undefined; pointer = waiting.pop()) {
    const value = valueAt(root, pointer);
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const { $anchor, $dynamicAnchor } = value as Record<string, unknown>;
    if ([$anchor, $dynamicAnchor].includes(destination.fragment)) return pointer;
    waiting.push(...Object.keys(value).map((key) => pointerTo(pointer ?? '', key)));
  }
  return undefined;
}

/** A reference within the document. */
function local(_holder: string, reference: string): Destination | undefined {
  return reference.startsWith('#') ? { base: '', fragment: reference.slice(1) } : undefined;
}

/** What the fields of a kind lead to, below an object at `pointer`. */
function places(fields: Record<string, unknown>, name: string, field: Field, pointer: string): Surveyed[] {
  if (name === '*') {
    const names = Object.keys(fields).filter((key) => !key.startsWith('x-'));
    return names.map((key) => ({ pointer: pointerTo(pointer, key), kind: field as Kind }));
  }
  const value = fields[name];
  if (value === undefined) return [];
  const at = pointerTo(pointer, name);
  if (typeof field === 'string') return [{ pointer: at, kind: field }];
  const [container, kind] = field;
  const keys = container === 'list' ? list(value).map((_, index) => index) : Object.keys(object(value) ?? {});
  return keys.map((key) => ({ pointer: pointerTo(at, key), kind }));
}
