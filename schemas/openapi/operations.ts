import { list, object } from '../document/json.ts';
import { pointerTo, tokensOf, valueAt } from '../document/pointer.ts';
import type { FoundOperation } from './find-operations.ts';
import { isForm, isJson, isRange, typeUnder } from './media-types.ts';
import { defaultStyle, type Parameter, type ParameterPlace } from './parameters.ts';
import { chosenFrom, readScheme, type SecurityScheme } from './security.ts';
import type { ServerEntry } from './servers.ts';
import { type Survey, targetOf } from './survey.ts';

/** What an operation does for the life of a token, whatever the document calls it. */
export type Role = 'issue' | 'refresh' | 'revoke';
export const roles: readonly Role[] = ['issue', 'refresh', 'revoke'];

/** A JSON schema as the document holds it. */
export type Schema = Record<string, unknown>;

/** A schema, and the pointer it stands at. */
export interface SchemaPiece {
  pointer: string;
  schema: Schema;
}

/** The body an operation takes, in one of its media types. */
export interface RequestBody {
  required: boolean;
  /** As the document writes it, or, of a range, a type in it. */
  mediaType: string;
  format: 'json' | 'form' | 'other';
  schema: Schema;
  pointer: string;
  /** Pointer of the schema, or undefined where the document gives none. */
  schemaPointer: string | undefined;
  /** Values that the document shows for it. */
  examples: unknown[];
}

/** One media type of one documented response. */
export interface ResponseContent {
  mediaType: string;
  /** Pointer of the schema, or undefined where the document gives none. */
  schemaPointer: string | undefined;
}

/** One documented response of an operation. */
export interface ResponseDefinition {
  /** As the document writes it: `200`, `4XX`, `default`. */
  status: string;
  pointer: string;
  contents: ResponseContent[];
  headers: Parameter[];
  /** The reasons for which the document says itself that a request is refused so. */
  refuses: string[];
}

/** The extension by which a response says for what it is the refusal, where its status alone does not. */
const refusesMark = 'x-nomba-refuses';

/** One operation of the contract, with all that requests are built from and responses are held to. */
export interface Operation {
  role: Role;
  id: string;
  method: string;
  path: string;
  pointer: string;
  /** The security schemes that requests are made by; none where the document asks for nothing. */
  security: SecurityScheme[];
  /** Every set of schemes that the document takes, one in place of the other. */
  alternatives: SecurityScheme[][];
  /** Whether a bearer token is among what requests are made by. */
  bearer: boolean;
  parameters: Parameter[];
  /** The body that requests are made with: JSON where the document has it, else a form. */
  body: RequestBody | undefined;
  /** The body in each media type of the document, in its order. */
  bodies: RequestBody[];
  responses: ResponseDefinition[];
  /** Its own servers, or those of its path, which win over the document's; undefined where it has neither. */
  servers: ServerEntry[] | undefined;
}

/** What OpenAPI 3.1.0 has ignored among header parameters (Parameter Object, `name`): others say what they hold. */
const ignoredHeaders = ['accept', 'content-type', 'authorization'];

/** Reads the operations of a document whose references are sound. */
export class OperationReader {
  readonly #root: Schema;
  readonly #survey: Survey;

  constructor(root: Schema, found: Survey) {
    this.#root = root;
    this.#survey = found;
  }

  /** One operation of the document, with all that requests are built from and responses are held to. */
  read({ role, method, path, item, pointer }: FoundOperation, servers?: ServerEntry[]): Operation {
    const definition = object(this.#valueAt(pointer)) ?? {};
    return {
      role,
      id: String(definition.operationId ?? `${method.toLowerCase()} ${path}`),
      method,
      path,
      pointer,
      ...this.#readSecurity(
        definition.security === undefined ? '/security' : pointerTo(pointer, 'security'),
        role,
      ),
      parameters: this.#readParameters([pointerTo(item, 'parameters'), pointerTo(pointer, 'parameters')]),
      ...this.#readBodies(definition.requestBody, pointerTo(pointer, 'requestBody')),
      responses: this.#readResponses(definition.responses, pointerTo(pointer, 'responses')),
      servers,
    };
  }

  /**
   * A schema with its `$ref` followed and the branches of `allOf` laid over each other; its own keywords win
   * (OpenAPI 3.1 allows siblings of a `$ref`).
   */
  resolve(schema: unknown): Schema {
    return this.#resolve(object(schema) ?? {}, []);
  }

  #resolve(here: Schema, within: Schema[]): Schema {
    if (typeof here.$ref !== 'string' && !Array.isArray(here.allOf)) return here;
    // A schema that is only itself says nothing.
    if (within.includes(here)) return {};
    const { $ref, allOf, ...own } = here;
    const target = typeof $ref === 'string' ? targetOf($ref, this.#survey.anchors) : undefined;
    const layers = [target === undefined ? undefined : this.#valueAt(target), ...list(allOf)];
    return layers
      .map((layer) => this.#resolve(object(layer) ?? {}, [...within, here]))
      .concat(own)
      .reduce(overlaid);
  }

  /**
   * The schema at a pointer and all that judges the same value with it: what its `$ref` leads to, and the branches
   * of `allOf`, each where it stands.
   */
  pieces(pointer: string, seen = new Set<string>()): SchemaPiece[] {
    const schema = object(this.#valueAt(pointer));
    if (!schema || seen.has(pointer)) return [];
    seen.add(pointer);
    const target = this.#survey.references.get(pointer)?.find(({ keyword }) => keyword === '$ref')?.target;
    const others = [
      ...(target === undefined ? [] : [target]),
      ...list(schema.allOf).map((_, index) => pointerTo(pointer, 'allOf', index)),
    ];
    return [...others.flatMap((other) => this.pieces(other, seen)), { pointer, schema }];
  }

  #readSecurity(pointer: string, role: Role): Pick<Operation, 'security' | 'alternatives' | 'bearer'> {
    const alternatives = list(this.#valueAt(pointer)).map((entry, index) =>
      Object.keys(object(entry) ?? {}).map((name) => {
        const scheme = this.resolve(this.#valueAt(pointerTo('/components/securitySchemes', name)));
        return readScheme(name, scheme, pointerTo(pointer, index, name));
      }),
    );
    const security = chosenFrom(alternatives, role === 'issue');
    return { security, alternatives, bearer: security.some(({ kind }) => kind === 'bearer') };
  }

  /** The parameters of a path and its operation; the operation's own win (OpenAPI 3.1.0, Operation Object). */
  #readParameters(owners: string[]): Parameter[] {
    const parameters = new Map<string, Parameter>();
    for (const owner of owners) {
      for (const index of list(this.#valueAt(owner)).keys()) {
        const pointer = this.#follow(pointerTo(owner, index));
        const { name, in: place } = this.resolve(this.#valueAt(pointer));
        const parameter = this.#readParameter(String(name), place as ParameterPlace, pointer);
        const header = parameter.in === 'header';
        if (header && ignoredHeaders.includes(parameter.name.toLowerCase())) continue;
        parameters.set(
          `${parameter.in} ${header ? parameter.name.toLowerCase() : parameter.name}`,
          parameter,
        );
      }
    }
    return [...parameters.values()];
  }

  /** A Parameter or Header Object: they differ in who says the name and the place. */
  #readParameter(name: string, place: ParameterPlace, pointer: string): Parameter {
    const given = this.resolve(this.#valueAt(pointer));
    const [mediaType] = Object.keys(object(given.content) ?? {});
    const holder = mediaType === undefined ? pointer : pointerTo(pointer, 'content', mediaType);
    const written = mediaType !== undefined && isJson(mediaType) ? 'json' : defaultStyle[place];
    const style = typeof given.style === 'string' ? given.style : written;
    return {
      name,
      in: place,
      required: given.required === true,
      ...this.#readSchema(holder),
      pointer,
      style,
      explode: typeof given.explode === 'boolean' ? given.explode : style === 'form',
    };
  }

  /** The schema of a parameter or media type, and the values that are shown beside it. */
  #readSchema(holder: string): Pick<Parameter, 'schema' | 'schemaPointer' | 'examples'> {
    const { schema, example, examples } = this.resolve(this.#valueAt(holder));
    return {
      schema: this.resolve(schema),
      schemaPointer: schema === undefined ? undefined : pointerTo(holder, 'schema'),
      examples: [
        ...(example === undefined ? [] : [example]),
        ...Object.values(object(examples) ?? {}).flatMap((entry) => {
          const { value } = this.resolve(entry);
          return value === undefined ? [] : [value];
        }),
      ],
    };
  }

  #readBodies(definition: unknown, pointer: string): Pick<Operation, 'body' | 'bodies'> {
    const given = this.resolve(definition);
    const bodies = Object.keys(object(given.content) ?? {}).map((key): RequestBody => {
      const at = pointerTo(this.#follow(pointer), 'content', key);
      const mediaType = typeUnder(key);
      const format = isJson(mediaType) ? 'json' : isForm(mediaType) ? 'form' : 'other';
      return { required: given.required === true, mediaType, format, ...this.#readSchema(at), pointer: at };
    });
    // JSON by its own name, else in a range; then a form.
    const ranked = (wanted: RequestBody['format']) => {
      const fitting = bodies.filter(({ format }) => format === wanted);
      return fitting.find(({ pointer: at }) => !isRange(tokensOf(at).at(-1) ?? '')) ?? fitting[0];
    };
    return { body: ranked('json') ?? ranked('form') ?? bodies[0], bodies };
  }

  #readResponses(definition: unknown, pointer: string): ResponseDefinition[] {
    const statuses = Object.entries(object(definition) ?? {}).filter(([name]) => !name.startsWith('x-'));
    return statuses.map(([status, entry]) => {
      const at = this.#follow(pointerTo(pointer, status));
      const { content, headers, [refusesMark]: refuses } = this.resolve(entry);
      return {
        status,
        refuses: [refuses ?? []].flat().map(String),
        pointer: pointerTo(pointer, status),
        contents: Object.entries(object(content) ?? {}).map(([mediaType, media]) => ({
          mediaType: mediaType.toLowerCase(),
          schemaPointer:
            object(media)?.schema === undefined ? undefined : pointerTo(at, 'content', mediaType, 'schema'),
        })),
        // OpenAPI 3.1.0 has a Content-Type among them ignored (Response Object, `headers`).
        headers: Object.keys(object(headers) ?? {})
          .filter((name) => name.toLowerCase() !== 'content-type')
          .map((name) => this.#readParameter(name, 'header', this.#follow(pointerTo(at, 'headers', name)))),
      };
    });
  }

  /** The pointer a value really stands at: that of its `$ref`, where it is one. */
  #follow(pointer: string): string {
    const target = this.#survey.references.get(pointer)?.find(({ keyword }) => keyword === '$ref')?.target;
    return target === undefined ? pointer : this.#follow(target);
  }

  #valueAt(pointer: string): unknown {
    return valueAt(this.#root, pointer);
  }
}

/** Two schemas that judge the same value, as one; what both say of a property goes on as an `allOf`. */
function overlaid(below: Schema, above: Schema): Schema {
  const properties: Schema = { ...object(below.properties) };
  for (const [name, schema] of Object.entries(object(above.properties) ?? {})) {
    properties[name] = Object.hasOwn(properties, name) ? { allOf: [properties[name], schema] } : schema;
  }
  const required = [...new Set([...list(below.required), ...list(above.required)])];
  const values = [below.enum, above.enum].every(Array.isArray)
    ? list(above.enum).filter((value) => list(below.enum).includes(value))
    : [];
  // Alternatives of both hold side by side.
  const displaced = ['oneOf', 'anyOf', 'if'].filter((keyword) => keyword in below && keyword in above);
  const both = [...list(below.allOf), ...displaced.map((keyword) => choiceOf(below, keyword))];
  return {
    ...below,
    ...above,
    ...(values.length > 0 ? { enum: values } : {}),
    ...(both.length > 0 ? { allOf: [...both, ...list(above.allOf)] } : {}),
    ...(below.properties || above.properties ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** What a schema leaves open by a keyword, alone. */
function choiceOf(schema: Schema, keyword: string): Schema {
  const keywords = keyword === 'if' ? ['if', 'then', 'else'] : [keyword];
  return Object.fromEntries(keywords.flatMap((name) => (name in schema ? [[name, schema[name]]] : [])));
}
