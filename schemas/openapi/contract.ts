import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { today } from '../document/day.ts';
import { list, object } from '../document/json.ts';
import { parentOf, pointerTo, tokensOf, valueAt } from '../document/pointer.ts';
import { shown } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import { type Place, YamlDocument } from '../document/yaml-document.ts';
import { SchemaCompiler, type SchemaError } from '../validation/compile.ts';
import { unknownFormats } from '../validation/formats.ts';
import { type Corrections, CorrectionsFile } from './corrections.ts';
import { DocumentSet, type Layer, placeIn } from './document-set.ts';
import { type FoundOperation, findOperations, type OutsideOperation } from './find-operations.ts';
import { keyFor } from './media-types.ts';
import { type Direction, oneWay } from './one-way.ts';
import {
  type Operation,
  OperationReader,
  type RequestBody,
  type ResponseContent,
  type ResponseDefinition,
  type Role,
  type Schema,
  type SchemaPiece,
} from './operations.ts';
import { applyOverlay, type Overlaid, type OverlayAction } from './overlay.ts';
import { type Parameter, readParameter } from './parameters.ts';
import { type Refusal, type RightStatuses, rightRefusals } from './refusals.ts';
import { ownServers, readServers, type ServerEntry } from './servers.ts';
import { requireSound } from './soundness.ts';
import { type OpenApiVersion, requireStructure } from './structure.ts';
import { type Survey, type Surveyed, survey } from './survey.ts';
import { testedPart } from './tested-part.ts';
import { takeFiles, upgrade } from './upgrade.ts';

export type { OutsideOperation } from './find-operations.ts';
export type {
  Operation,
  RequestBody,
  ResponseContent,
  ResponseDefinition,
  Role,
  Schema,
} from './operations.ts';
export { roles } from './operations.ts';
export type { Parameter } from './parameters.ts';
export type { RightStatuses } from './refusals.ts';
export type { SecurityScheme } from './security.ts';
export type { ServerEntry } from './servers.ts';

export const shippedContract = join(__dirname, '..', 'nomba-authentication.openapi.yaml');
export const shippedOverlay = join(__dirname, '..', 'nomba-authentication.overlay.yaml');

/** The OpenAPI document a target is held to. Schemas are compiled when they are first used. */
export class Contract {
  readonly document: YamlDocument;
  readonly overlay: YamlDocument | undefined;
  /** What was changed of the document before anything was derived from it. */
  readonly corrections: Corrections | undefined;
  /** Differences that are tried, and that nobody has declared. */
  readonly tried: readonly OverlayAction[];
  readonly title: string;
  readonly version: string;
  readonly sha256: string;
  readonly servers: ServerEntry[];
  readonly operations: Operation[];
  /** The operations of the document that have no part in the life of a token, in its order. */
  readonly outside: OutsideOperation[];
  readonly #set: DocumentSet;
  readonly #openApi: OpenApiVersion;
  readonly #stated: Tested;
  readonly #reader: OperationReader;
  readonly #overlaid: { root: Schema; layers: Layer[]; tested: Tested } | undefined;
  readonly #correctionsFile: CorrectionsFile | undefined;

  private constructor(
    document: YamlDocument,
    overlay: YamlDocument | undefined,
    corrections: CorrectionsFile | undefined,
    tried: readonly OverlayAction[] = [],
  ) {
    this.tried = tried;
    const trial = tried.length > 0 ? YamlDocument.of(trialOf(tried), 'what is tried') : undefined;
    this.document = document;
    this.#correctionsFile = corrections;
    this.overlay = overlay;
    this.#openApi = openApiVersion(document);
    const published = new DocumentSet(document);
    if (corrections) {
      // Has the files beside the document read: what stands in them can be corrected too.
      const from = starts(published.root, findOperations(published).ours);
      testedIn(published.root, {
        set: published,
        version: this.#openApi,
        from,
        locate: (pointer) => published.place(pointer),
      });
    }
    const layersOn = (given: Schema): { root: Schema; layers: Layer[]; corrected: Overlaid | undefined } => {
      const corrected = corrections?.applyTo(given);
      const tried = trial && applyOverlay(corrected?.root ?? given, trial, { mayIdle: true });
      const layers = [
        ...(corrections && corrected ? [{ document: corrections.document, written: corrected.written }] : []),
        ...(trial && tried ? [{ document: trial, written: tried.written }] : []),
      ];
      return { root: (tried ?? corrected)?.root ?? given, layers, corrected };
    };
    const { root, layers: changed, corrected } = layersOn(published.root);
    this.#set = changed.length > 0 ? published.overlaid(root, changed) : published;
    const { ours, outside } = findOperations(this.#set);
    const from = starts(root, ours);
    const tested = (given: Schema, locate: (pointer: string) => Place): Tested =>
      testedIn(given, { set: this.#set, version: this.#openApi, from, locate });
    this.#stated = tested(root, (pointer) => this.#set.place(pointer));
    let tightened: Overlaid | undefined;
    if (overlay) {
      // Corrections come last: the overlay is written for the document as it was published.
      const overlaid = applyOverlay(published.root, overlay);
      const above = layersOn(overlaid.root);
      tightened = above.corrected;
      const layers = [{ document: overlay, written: overlaid.written }, ...above.layers];
      this.#overlaid = {
        root: above.root,
        layers,
        tested: tested(above.root, (pointer) => this.#tightenedPlace(pointer, layers)),
      };
    }
    this.corrections =
      corrections && corrected
        ? corrections.bearing(published.root, [corrected, ...(tightened ? [tightened] : [])], (pointer) =>
            published.place(pointer),
          )
        : undefined;
    this.sha256 = sha256(document.text);
    const info = object(root.info) ?? {};
    this.title = String(info.title ?? 'untitled');
    this.version = String(info.version ?? 'unversioned');
    this.servers = readServers(root.servers);
    this.#reader = new OperationReader(this.#stated.part, this.#stated.survey);
    this.operations = ours.map((found) => this.#reader.read(found, ownServers(root, found)));
    this.outside = outside;
  }

  /**
   * Loads a contract and its overlay. The shipped contract has the shipped overlay; another document has none
   * unless one is named. Corrections change the document before anything is derived from it, each until its last
   * day; `day` is that of the run, today's when left out.
   * Throws a UserError (file, line, remedy) when the document cannot be read, is not YAML or not OpenAPI 3.0 to 3.2,
   * has a `$ref` that leads nowhere, or describes no operation that issues a token.
   */
  static load(
    options: {
      contract?: string | undefined;
      overlay?: string | undefined;
      corrections?: string | undefined;
      day?: string;
    } = {},
  ): Contract {
    const path = resolve(options.contract ?? shippedContract);
    const document = YamlDocument.load(
      path,
      'contract',
      'set NOMBA_CONTRACT to an OpenAPI 3.0, 3.1 or 3.2 document',
    );
    const overlayPath = options.overlay ?? (path === shippedContract ? shippedOverlay : 'none');
    const overlay =
      overlayPath === 'none'
        ? undefined
        : YamlDocument.load(overlayPath, 'overlay', 'set NOMBA_OVERLAY to an OpenAPI Overlay or to none');
    const corrections =
      options.corrections === undefined
        ? undefined
        : new CorrectionsFile(options.corrections, options.day ?? today());
    return new Contract(document, overlay, corrections);
  }

  /**
   * The same contract without its tightening, and with differences that nobody has declared: what a target may want
   * in its place. Throws a UserError where they make no sound document of it.
   */
  changed(actions: readonly OverlayAction[]): Contract {
    return new Contract(this.document, undefined, this.#correctionsFile, [...this.tried, ...actions]);
  }

  /** Of some actions those that change anything, of the document or of its tightening, each after those before it. */
  effective<Action extends OverlayAction>(actions: readonly Action[]): Action[] {
    if (actions.length === 0) return [];
    const trial = YamlDocument.of(trialOf(actions), 'what is tried');
    const changing = [this.#set.root, ...(this.#overlaid ? [this.#overlaid.root] : [])].flatMap((root) =>
      applyOverlay(root, trial, { mayIdle: true }).changes.map(({ action }) => action),
    );
    return actions.filter((_, index) => changing.includes(index));
  }

  /** The files the contract is written in: the document, and those beside it that it refers to. */
  get files(): YamlDocument[] {
    return this.#set.files;
  }

  /** What of the document is tested: our operations and all that they refer to, each under its pointer. */
  get tested(): Schema {
    return this.#stated.part;
  }

  /** The operation of a role, or undefined where the document has none. */
  operation(role: Role): Operation | undefined {
    return this.operations.find((operation) => operation.role === role);
  }

  /** The roles that the document has an operation for, in the order of the life of a token. */
  get roles(): Role[] {
    return this.operations.map(({ role }) => role);
  }

  /**
   * The role whose operation shows whether an access token is alive: revoke where it asks for a bearer token,
   * else refresh where that does; undefined where no operation asks for one.
   */
  get protectedRole(): Role | undefined {
    return (['revoke', 'refresh'] as const).find((role) => this.operation(role)?.bearer);
  }

  /** The documented response for a status: exact, then its class (`4XX`), then `default`. */
  response(operation: Operation, status: number): ResponseDefinition | undefined {
    const named = (name: string) =>
      operation.responses.find((response) => response.status.toUpperCase() === name);
    return named(String(status)) ?? named(`${Math.floor(status / 100)}XX`) ?? named('DEFAULT');
  }

  /**
   * Whether a status is one that the document lets an operation answer with: a documented one, or any refusal where
   * the document has none at all.
   */
  allows(operation: Operation, status: number): boolean {
    const refuses = operation.responses.some((response) => response.status.startsWith('4'));
    const refusal = status >= 400 && status < 500;
    return this.response(operation, status) !== undefined || (refusal && !refuses);
  }

  /** What of the document is taken otherwise than its author may think, each with file and line. */
  get notes(): string[] {
    return [...unknownFormats(this.#stated.survey)].map(([format, pointer]) => {
      const { file, line } = this.place(pointer);
      return `${file}:${line} names the format ${shown(format)}, which nobody registered; it is taken for an annotation.`;
    });
  }

  /** Errors of a response body under the schema as the contract states it. */
  responseErrors(content: ResponseContent, body: unknown): SchemaError[] {
    return this.#statedErrors(content.schemaPointer, body, 'response');
  }

  /** Errors of a response body under what the overlay adds: those the contract's own schema does not have. */
  envelopeErrors(content: ResponseContent, body: unknown): SchemaError[] {
    const tightened = this.#overlaid?.tested.compiler('response');
    if (!tightened || content.schemaPointer === undefined) return [];
    const known = new Set(this.responseErrors(content, body).map(errorKey));
    return tightened
      .validator(content.schemaPointer)(body)
      .filter((error) => {
        const isNew = !known.has(errorKey(error));
        known.add(errorKey(error));
        return isNew;
      });
  }

  /**
   * What an error under the overlay rests on: how strong its action is (`x-level`, a must where it says nothing),
   * and where the contract itself speaks of the value, if it does.
   */
  groundsOf(
    { schemaPointer }: ResponseContent,
    { instancePointer, place }: SchemaError,
  ): { level: 'must' | 'should'; sentence: Place | undefined } {
    const [, index] = tokensOf(place.pointer);
    const action = object(list(object(this.overlay?.root)?.actions)[Number(index)]);
    const level = action?.['x-level'] === 'should' ? 'should' : 'must';
    const described = schemaPointer && this.describedAt(schemaPointer, tokensOf(instancePointer));
    const spoken = described && this.valueAt(described) !== undefined;
    return { level, sentence: spoken ? this.place(this.nearest(`${described}/description`)) : undefined };
  }

  /** The pointer at which a schema, or what it is laid together from, describes a property by the way to it. */
  describedAt(pointer: string, way: readonly string[]): string {
    return way.reduce((at, name) => {
      const piece = this.pieces(at).find(({ schema }) =>
        Object.hasOwn(object(schema.properties) ?? {}, name),
      );
      return pointerTo(piece?.pointer ?? at, 'properties', name);
    }, pointer);
  }

  /** The status of the documented success: the first 2xx that is named, 200 where there is only a range. */
  successOf({ responses }: Operation): number {
    return Number(responses.find(({ status }) => /^2\d\d$/.test(status))?.status ?? 200);
  }

  /** The documented content that a media type falls under in an answer of this status, or undefined. */
  content(operation: Operation, status: number, mediaType: string): ResponseContent | undefined {
    const contents = this.response(operation, status)?.contents ?? [];
    const key = keyFor(
      contents.map((content) => content.mediaType),
      mediaType,
    );
    return contents.find((content) => content.mediaType === key);
  }

  /** What the document lets a request be refused with: one that is not valid, or one that proves no right. */
  refusalOf(operation: Operation, why: Refusal): RightStatuses {
    return rightRefusals(
      operation.responses.map(({ status }) => status),
      why,
      operation.responses.filter(({ refuses }) => refuses.includes(why)).map(({ status }) => Number(status)),
    );
  }

  /** Errors of a request body under the operation's schema. */
  requestErrors(body: RequestBody, value: unknown): SchemaError[] {
    return this.#statedErrors(body.schemaPointer, value, 'request');
  }

  /** Errors of a parameter's value under its schema; numbers, booleans and lists are read from the text. */
  parameterErrors(parameter: Parameter, ...texts: string[]): SchemaError[] {
    return this.#statedErrors(parameter.schemaPointer, readParameter(parameter, texts), 'request');
  }

  /**
   * Holds a document other than the shipped one to the structure of its version of OpenAPI, and compiles every schema
   * that the operations use, so that a bad one is found before anything is sent. Once a run is enough: what a process
   * needs later it compiles when it is first used.
   * Throws a UserError with the file and the line at fault.
   */
  compileAll(): void {
    if (this.document.path !== shippedContract || this.corrections) {
      const { tops, asWritten } = this.#stated;
      const locate = (pointer: string) => this.#set.place(pointer);
      requireStructure({ version: this.#openApi, root: this.#set.root, part: asWritten(), tops, locate });
    }
    const pointers = (holders: { schemaPointer: string | undefined }[]) =>
      holders.flatMap(({ schemaPointer }) => schemaPointer ?? []);
    const requests = this.operations.flatMap(({ bodies, parameters }) => [...bodies, ...parameters]);
    const responses = this.operations.flatMap((operation) => operation.responses);
    const answers = pointers(responses.flatMap(({ contents }) => contents));
    const headers = pointers(responses.flatMap((response) => response.headers));
    this.#stated.compiler('request').verify([...pointers(requests), ...headers]);
    this.#stated.compiler('response').verify(answers);
    this.#overlaid?.tested.compiler('response').verify(answers);
  }

  /** A schema with its `$ref` followed and the branches of `allOf` laid over each other; its own keywords win. */
  resolve(schema: unknown): Schema {
    return this.#reader.resolve(schema);
  }

  /** The schema at a pointer and all that judges the same value with it, each where it stands. */
  pieces(pointer: string): SchemaPiece[] {
    return this.#reader.pieces(pointer);
  }

  /** As `pieces`, and what the tightening says besides, under pointers of the document. */
  tightenedPieces(pointer: string): SchemaPiece[] {
    const { part, survey: found } = this.#overlaid?.tested ?? this.#stated;
    return new OperationReader(part, found).pieces(pointer);
  }

  /** The value at a pointer of the document, as corrected. */
  valueAt(pointer: string): unknown {
    return valueAt(this.#set.root, pointer);
  }

  /** The pointer itself where the document has it, else its nearest ancestor that exists. */
  nearest(pointer: string): string {
    return pointer === '' || this.valueAt(pointer) !== undefined ? pointer : this.nearest(parentOf(pointer));
  }

  /**
   * Where a reader finds what a pointer of the document names: in the contract, or in the overlay for what
   * only the overlay says.
   */
  place(pointer: string): Place {
    return this.valueAt(pointer) === undefined && this.#overlaid
      ? this.#tightenedPlace(pointer, this.#overlaid.layers)
      : this.#set.place(pointer);
  }

  /** Where a pointer of the overlaid document stands: in the overlay for all that it wrote. */
  #tightenedPlace(pointer: string, layers: Layer[]): Place {
    const isBelow = (at: string) => this.valueAt(at) !== undefined;
    return placeIn(layers, pointer, isBelow) ?? this.#set.place(pointer);
  }

  #statedErrors(pointer: string | undefined, value: unknown, direction: Direction): SchemaError[] {
    return pointer === undefined ? [] : this.#stated.compiler(direction).validator(pointer)(value);
  }
}

function trialOf(actions: readonly OverlayAction[]): object {
  return { overlay: '1.0.0', info: { title: 'What is tried', version: '1.0.0' }, actions };
}

/** SHA-256 of a text, hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Where the survey of what is tested begins: our operations, the parameters of their paths, and their security. */
function starts(root: Schema, ours: FoundOperation[]): Surveyed[] {
  const security = ['', ...ours.map(({ pointer }) => pointer)].flatMap((holder) =>
    list(valueAt(root, pointerTo(holder, 'security'))).flatMap((entry) => Object.keys(object(entry) ?? {})),
  );
  const schemes = [...new Set(security)].map((name) => pointerTo('/components/securitySchemes', name));
  const parameters = ours.flatMap(({ item }) =>
    [...list(valueAt(root, pointerTo(item, 'parameters'))).keys()].map((at) =>
      pointerTo(item, 'parameters', at),
    ),
  );
  return [
    ...ours.map(({ pointer }): Surveyed => ({ pointer, kind: 'operation' })),
    ...parameters.map((pointer): Surveyed => ({ pointer, kind: 'parameter' })),
    ...schemes
      .filter((pointer) => valueAt(root, pointer) !== undefined)
      .map((pointer): Surveyed => ({ pointer, kind: 'securityScheme' })),
  ];
}

/** The part of a document that is tested, in the words of OpenAPI 3.1. */
interface Tested {
  part: Schema;
  survey: Survey;
  tops: Surveyed[];
  /** The part in the words of the user, made anew. */
  asWritten(): Schema;
  /** What judges values that go one way; both ways share one where nothing goes one way alone. */
  compiler(direction: Direction): SchemaCompiler;
}

interface TestedOptions {
  set: DocumentSet;
  version: OpenApiVersion;
  from: Surveyed[];
  locate: (pointer: string) => Place;
}

/** Throws a UserError with file and line where what is tested cannot be followed. */
function testedIn(root: Schema, { set, version, from, locate }: TestedOptions): Tested {
  const isOld = version === '3.0';
  const found = survey(root, {
    from,
    ignoresSiblings: isOld,
    resolve: (holder, reference) => set.resolve(holder, reference),
  });
  const operations = from.filter(({ kind }) => kind === 'operation');
  requireSound(root, found, operations, locate);
  const copy = () => testedPart(root, found, set.main.file);
  const part = copy();
  const orNull = isOld ? upgrade(part, found) : new Set<string>();
  const after = survey(part, { from });
  const reader = new OperationReader(part, after);
  const ways = new Map<Direction, object>();
  const compilers = new Map<object, SchemaCompiler>();
  return {
    part,
    survey: after,
    tops: found.tops,
    asWritten: () => {
      const written = copy();
      if (isOld)
        for (const pointer of found.schemas.keys()) takeFiles(object(valueAt(written, pointer)) ?? {});
      return written;
    },
    compiler: (direction) => {
      const way = ways.get(direction) ?? oneWay(part, after, direction, (schema) => reader.resolve(schema));
      ways.set(direction, way);
      const compiler = compilers.get(way) ?? new SchemaCompiler(way, locate, after, orNull);
      compilers.set(way, compiler);
      return compiler;
    },
  };
}

/** The version of OpenAPI a document is written in. Throws a UserError for what is none that is read. */
function openApiVersion(document: YamlDocument): OpenApiVersion {
  const version = object(document.root)?.openapi;
  const [, read] = typeof version === 'string' ? (/^(3\.[012])\.\d+(-.+)?$/.exec(version) ?? []) : [];
  if (read !== undefined) return read as OpenApiVersion;
  const { file, line } = document.place(
    object(document.root)?.swagger === undefined ? '/openapi' : '/swagger',
  );
  throw new UserError(
    `${file}:${line} is not an OpenAPI 3.0, 3.1 or 3.2 document: ${insteadOfVersion(document.root)}.`,
  );
}

/** What a document has in place of `openapi: 3.x.y`, and the remedy. */
function insteadOfVersion(value: unknown): string {
  const root = object(value);
  if (value === null) return 'it is empty';
  if (!root) return `it is ${Array.isArray(value) ? 'a list' : 'a single value'}, not a mapping`;
  const { openapi, swagger } = root;
  if (openapi === undefined && swagger === undefined)
    return 'it has no "openapi" version; begin with openapi: 3.1.0';
  if (typeof openapi === 'number' && [3, 3.1, 3.2].includes(openapi)) {
    const number = openapi === 3 ? '3.0' : String(openapi);
    return `its version is the number ${number}; write openapi: ${number}.0`;
  }
  const found = openapi === undefined ? `swagger: ${shown(swagger)}` : `openapi: ${shown(openapi)}`;
  return `it has ${found}; convert it to openapi: 3.1.0`;
}

function errorKey({ instancePointer, keyword }: SchemaError): string {
  return `${keyword} ${instancePointer}`;
}
