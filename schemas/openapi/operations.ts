import { list, object } from '../document/json.ts';
import { pointerTo, valueAt } from '../document/pointer.ts';
import { UserError } from '../document/user-error.ts';
import type { Place } from '../document/yaml-document.ts';
import { type Survey, targetOf } from './survey.ts';

/** What an operation does for the life of a token, whatever the document calls it. */
export type Role = 'issue' | 'refresh' | 'revoke';
export const roles: readonly Role[] = ['issue', 'refresh', 'revoke'];

/** The words with which an operation id of a role begins. */
const verbs: Record<Role, readonly string[]> = {
  issue: ['issue', 'obtain'],
  refresh: ['refresh'],
  revoke: ['revoke'],
};

/** A JSON schema as the document holds it. */
export type Schema = Record<string, unknown>;

/** A schema, and the pointer it stands at. */
export interface SchemaPiece {
  pointer: string;
  schema: Schema;
}

/** A header parameter of an operation. */
export interface HeaderParameter {
  name: string;
  required: boolean;
  schema: Schema;
  pointer: string;
}

/** The JSON body an operation takes. */
export interface RequestBody {
  required: boolean;
  mediaType: string;
  schema: Schema;
  pointer: string;
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
}

/** One operation of the contract, with all that requests are built from and responses are held to. */
export interface Operation {
  role: Role;
  id: string;
  method: string;
  path: string;
  pointer: string;
  /** Whether `security` asks for a bearer token. */
  bearer: boolean;
  headers: HeaderParameter[];
  body: RequestBody | undefined;
  responses: ResponseDefinition[];
}

/** What OpenAPI 3.1.0 has ignored among header parameters (Parameter Object, `name`): others say what they hold. */
const ignoredHeaders = ['accept', 'content-type', 'authorization'];

const httpMethods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** Reads the operations of a document whose references are sound. */
export class OperationReader {
  readonly #root: Schema;
  readonly #survey: Survey;

  constructor(root: Schema, found: Survey) {
    this.#root = root;
    this.#survey = found;
  }

  /**
   * The operations that have a role, in the order of the life of a token.
   * Throws a UserError with file and line when two have the same role, or none issues a token.
   */
  read(locate: (pointer: string) => Place): Operation[] {
    const operations: Operation[] = [];
    for (const path of Object.keys(object(this.#root.paths) ?? {})) {
      const item = this.#follow(pointerTo('/paths', path));
      for (const method of httpMethods) {
        const pointer = pointerTo(item, method);
        const definition = object(this.#valueAt(pointer));
        const role = definition && roleOf(path, String(definition.operationId ?? ''));
        if (!definition || !role) continue;
        if (operations.some((other) => other.role === role)) {
          const { file, line } = locate(pointer);
          throw new UserError(`${file}:${line} is a second operation to ${role} a token; keep one of them.`);
        }
        operations.push({
          role,
          id: String(definition.operationId ?? `${method} ${path}`),
          method: method.toUpperCase(),
          path,
          pointer,
          bearer: this.#asksForBearer(definition.security ?? this.#root.security),
          headers: this.#readHeaders([pointerTo(item, 'parameters'), pointerTo(pointer, 'parameters')]),
          body: this.#readBody(definition.requestBody, pointerTo(pointer, 'requestBody')),
          responses: this.#readResponses(definition.responses, pointerTo(pointer, 'responses')),
        });
      }
    }
    if (!operations.some(({ role }) => role === 'issue')) {
      const { file, line } = locate('/paths');
      throw new UserError(
        `${file}:${line} has no operation that issues a token; give one a path that ends in /issue, or an operationId that begins with "issue" or "obtain".`,
      );
    }
    return operations.sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
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

  #asksForBearer(security: unknown): boolean {
    const alternatives = list(security).map((entry) => Object.keys(object(entry) ?? {}));
    // An empty alternative (`{}`) makes the token optional (OpenAPI 3.1.0, Security Requirement Object).
    if (alternatives.length === 0 || alternatives.some((names) => names.length === 0)) return false;
    return alternatives.flat().some((name) => {
      const scheme = this.resolve(valueAt(this.#root, pointerTo('/components/securitySchemes', name)));
      const bearer = scheme.type === 'http' && String(scheme.scheme).toLowerCase() === 'bearer';
      return bearer || scheme.type === 'oauth2' || scheme.type === 'openIdConnect';
    });
  }

  /** The header parameters of a path and its operation; the operation's own win (OpenAPI 3.1.0, Operation Object). */
  #readHeaders(owners: string[]): HeaderParameter[] {
    const headers = new Map<string, HeaderParameter>();
    for (const owner of owners) {
      for (const index of list(this.#valueAt(owner)).keys()) {
        const pointer = this.#follow(pointerTo(owner, index));
        const parameter = this.resolve(this.#valueAt(pointer));
        const name = String(parameter.name);
        if (parameter.in !== 'header' || ignoredHeaders.includes(name.toLowerCase())) continue;
        const schema = this.resolve(parameter.schema);
        headers.set(name.toLowerCase(), { name, required: parameter.required === true, schema, pointer });
      }
    }
    return [...headers.values()];
  }

  #readBody(definition: unknown, pointer: string): RequestBody | undefined {
    const body = this.resolve(definition);
    const contents = Object.entries(object(body.content) ?? {});
    const [mediaType, media] = contents.find(([type]) => isJson(type)) ?? contents[0] ?? [];
    if (mediaType === undefined) return undefined;
    return {
      required: body.required === true,
      mediaType,
      schema: this.resolve(object(media)?.schema),
      pointer: pointerTo(this.#follow(pointer), 'content', mediaType),
    };
  }

  #readResponses(definition: unknown, pointer: string): ResponseDefinition[] {
    const statuses = Object.entries(object(definition) ?? {}).filter(([name]) => !name.startsWith('x-'));
    return statuses.map(([status, entry]) => {
      const at = this.#follow(pointerTo(pointer, status));
      const contents = Object.entries(object(this.resolve(entry).content) ?? {}).map(
        ([mediaType, media]) => ({
          mediaType: mediaType.toLowerCase(),
          schemaPointer:
            object(media)?.schema === undefined ? undefined : pointerTo(at, 'content', mediaType, 'schema'),
        }),
      );
      return { status, pointer: pointerTo(pointer, status), contents };
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
  return {
    ...below,
    ...above,
    ...(below.properties || above.properties ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

function roleOf(path: string, operationId: string): Role | undefined {
  const segment = path.split('/').findLast((part) => part !== '');
  const id = operationId.toLowerCase();
  return (
    roles.find((role) => role === segment) ??
    roles.find((role) => verbs[role].some((verb) => id.startsWith(verb)))
  );
}

function isJson(mediaType: string): boolean {
  return /^application\/(.+\+)?json\b/i.test(mediaType);
}
