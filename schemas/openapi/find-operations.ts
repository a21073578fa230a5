import { list, object } from '../document/json.ts';
import { pointerTo, valueAt } from '../document/pointer.ts';
import { shown, visible } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import type { DocumentSet } from './document-set.ts';
import { namesToken, snakeCase } from './names.ts';
import { type Role, roles } from './operations.ts';
import { targetIn } from './survey.ts';

/** An operation of the document that has a role, and where it stands. */
export interface FoundOperation {
  role: Role;
  method: string;
  path: string;
  /** Of the path item, where it really stands: behind its `$ref`. */
  item: string;
  pointer: string;
}

/** An operation of the document that this suite does not test. */
export interface OutsideOperation {
  method: string;
  path: string;
  operationId: string | null;
}

/** The extension with which a document says itself which operation is which. */
const mark = 'x-nomba-operation';

/** The paths of the shipped contract: an operation there is ours, whatever else there is. */
const shippedPaths: Record<Role, string> = {
  issue: '/v1/auth/token/issue',
  refresh: '/v1/auth/token/refresh',
  revoke: '/v1/auth/token/revoke',
};

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

/** Segments of a path that speak of tokens and their owners, so that `…/token/revoke` is ours and `…/card/revoke` not. */
const aboutTokens =
  /^((access|bearer|auth|refresh)[-_]?)?tokens?$|^(o?auth2?|authenticat(e|ion)|authorization|connect|identity|sessions?)$/;

/** The last segments of a path that say a role by themselves, where what stands before is about tokens. */
const lastSegments: Record<Role, RegExp> = {
  issue: /^(issue|obtain|generate)$/,
  refresh: /^(refresh|renew)$/,
  revoke: /^(revoke|revocation|invalidate|logout|log-out|signout|sign-out)$/,
};

/** Names of an operation that say a role: a verb, a token, and nothing else in between that is neither. */
const token = '(an?_|the_|new_|expired_|access_|bearer_|auth_|oauth2?_|jwt_)*tokens?';
const words: Record<Role, RegExp> = {
  issue: new RegExp(`^(issue|obtain|get|create|generate|request|fetch|acquire)_${token}$|^issue$`),
  refresh: new RegExp(`^(refresh|renew)_${token}$|^${token}_refresh$|^refresh$`),
  revoke: new RegExp(
    `^(revoke|invalidate|delete|cancel)_${token}$|^revoke$|^${token}_revocation$|^log_?out$|^sign_?out$`,
  ),
};

/** What a client proves its identity with, in a request of its own. */
const clientCredential = /^(client|app|application|consumer)_?(id|secret|key)$/;
const credential =
  /^(user_?name|email|login|password|passphrase|pin|grant_type|assertion|client_assertion|api_?(key|secret)|secret_?(key)?|code)$/;

/** Deeper than the tokens of any answer stand. */
const deepest = 5;

/** What one operation takes and gives, as far as the document says. */
interface Shape {
  takesClient: boolean;
  takesCredential: boolean;
  /** Undefined where it takes none, true where each request has one. */
  takesRefreshToken: boolean | undefined;
  takesAccessToken: boolean;
  bearer: boolean;
  /** Whether the document describes what a request or a successful answer holds. */
  saysWhatItTakes: boolean;
  saysWhatItGives: boolean;
  givesAccessToken: boolean;
}

interface Candidate {
  method: string;
  path: string;
  item: string;
  pointer: string;
  definition: Record<string, unknown>;
}

/**
 * Which operations of a document are ours, in the order of the life of a token, and which are outside: by the
 * extension `x-nomba-operation`, then by the path of the shipped contract, then by what an operation is: what it takes
 * and gives, the last segments of its path, its words, in this order.
 * Throws a UserError with file and line where two remain for a role, or none issues a token.
 */
export function findOperations(set: DocumentSet): { ours: FoundOperation[]; outside: OutsideOperation[] } {
  return new Finder(set).found();
}

class Finder {
  readonly #set: DocumentSet;
  readonly #root: unknown;
  readonly #candidates: Candidate[];
  readonly #shapes = new Map<Candidate, Shape>();

  constructor(set: DocumentSet) {
    this.#set = set;
    this.#root = set.root;
    this.#candidates = this.#all();
  }

  found(): { ours: FoundOperation[]; outside: OutsideOperation[] } {
    const taken = new Map<Candidate, Role>();
    for (const candidate of this.#candidates) {
      const role = candidate.definition[mark];
      if (role === undefined || role === 'none' || roles.some((name) => name === role)) continue;
      const { file, line } = this.#set.place(pointerTo(candidate.pointer, mark));
      throw new UserError(`${file}:${line} has ${mark}: ${shown(role)}; write ${roles.join(', ')} or none.`);
    }
    for (const role of roles) {
      const one = this.#oneFor(role, taken);
      if (one) taken.set(one, role);
    }
    if (![...taken.values()].includes('issue')) {
      const { file, line } = this.#set.place('/paths');
      throw new UserError(
        `${file}:${line} has no operation that issues a token (credentials in, an access token out); mark the one that does with "${mark}: issue".`,
      );
    }
    const ours = [...taken].map(([{ method, path, item, pointer }, role]) => {
      return { role, method, path, item, pointer };
    });
    return {
      ours: ours.toSorted((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role)),
      outside: this.#candidates
        .filter((candidate) => !taken.has(candidate))
        .map(({ method, path, definition }) => ({
          method,
          path,
          operationId: typeof definition.operationId === 'string' ? definition.operationId : null,
        })),
    };
  }

  #all(): Candidate[] {
    const paths = Object.keys(object(valueAt(this.#root, '/paths')) ?? {}).filter((path) =>
      path.startsWith('/'),
    );
    return paths.flatMap((path) => {
      const item = this.#follow(pointerTo('/paths', path)) ?? '/paths';
      return methods.flatMap((method) => {
        const pointer = pointerTo(item, method);
        const definition = object(valueAt(this.#root, pointer));
        return definition ? [{ method: method.toUpperCase(), path, item, pointer, definition }] : [];
      });
    });
  }

  #oneFor(role: Role, taken: Map<Candidate, Role>): Candidate | undefined {
    const marked = this.#candidates.filter(({ definition }) => definition[mark] === role);
    const free = this.#candidates.filter(
      (candidate) => candidate.definition[mark] === undefined && !taken.has(candidate),
    );
    const shipped = free.filter(({ path }) => path === shippedPaths[role]);
    const groups = [marked, shipped, free];
    for (const group of groups) {
      const ranked = group
        .map((candidate) => ({
          candidate,
          rank: group === free ? this.#rank(role, candidate) : [1],
        }))
        .flatMap(({ candidate, rank }) => (rank ? [{ candidate, rank }] : []))
        .sort((a, b) => compare(b.rank, a.rank));
      const [first, second] = ranked;
      if (!first) continue;
      if (second && compare(first.rank, second.rank) === 0)
        throw this.#undecided(role, [first.candidate, second.candidate]);
      return first.candidate;
    }
    return undefined;
  }

  #undecided(role: Role, both: Candidate[]): UserError {
    const named = both.map(({ method, path, pointer }) => {
      const { file, line } = this.#set.place(pointer);
      return `${method} ${visible(path)} (${file}:${line})`;
    });
    return new UserError(
      `${named.join(' and ')} both ${role} a token; mark the one to be tested with "${mark}: ${role}", the other with "${mark}: none".`,
    );
  }

  /** How much speaks for a role: what the operation takes and gives, its path, its words; undefined where too little. */
  #rank(role: Role, candidate: Candidate): number[] | undefined {
    const segments = candidate.path
      .toLowerCase()
      .split('/')
      .filter((part) => part !== '' && !/^v\d+(\.\d+)*$|[{}]/.test(part));
    const [last = '', before] = segments.toReversed();
    const isAbout = before === undefined || aboutTokens.test(before);
    const says = lastSegments[role].test(last) && isAbout;
    const isToken = role === 'issue' && aboutTokens.test(last) && candidate.method === 'POST';
    const { operationId, summary } = candidate.definition;
    const isNamed = [operationId, summary].some((name) => words[role].test(inWords(name)));
    const shape = this.#shape(candidate);
    const fit = fits(role, shape, says || isNamed || isRemoval(candidate, last));
    // A path that ends in `token/issue` is taken at its word; that no token comes out is said in a sentence of its own.
    const isOurs = fit === undefined ? says || isToken || isNamed : fit > 0 || (role === 'issue' && says);
    return isOurs ? [fit ?? 0, says ? 2 : isToken ? 1 : 0, isNamed ? 1 : 0] : undefined;
  }

  #shape(candidate: Candidate): Shape {
    const known = this.#shapes.get(candidate);
    if (known) return known;
    const shape = this.#readShape(candidate);
    this.#shapes.set(candidate, shape);
    return shape;
  }

  #readShape({ item, pointer, definition }: Candidate): Shape {
    const takes = new Map<string, boolean>();
    const note = (names: [string, boolean][], into: Map<string, boolean>) => {
      for (const [name, always] of names) into.set(name, always || into.get(name) === true);
    };
    for (const media of this.#contents(pointerTo(pointer, 'requestBody'))) note(this.#names(media), takes);
    const saysWhatItTakes = takes.size > 0;
    for (const owner of [item, pointer]) {
      for (const index of list(valueAt(this.#root, pointerTo(owner, 'parameters'))).keys()) {
        const parameter = object(this.#valueOf(pointerTo(owner, 'parameters', index)));
        if (parameter) takes.set(snakeCase(String(parameter.name)), parameter.required === true);
      }
    }
    const gives = new Map<string, boolean>();
    for (const status of Object.keys(object(definition.responses) ?? {})) {
      if (!/^2/.test(status)) continue;
      for (const media of this.#contents(pointerTo(pointer, 'responses', status)))
        note(this.#names(media), gives);
    }
    const schemes = this.#schemes(definition.security);
    const names = [...takes.keys()];
    const refresh = names.filter((name) => namesToken(name, 'refresh_token') !== undefined);
    return {
      takesClient: names.some((name) => clientCredential.test(name)) || schemes.includes('client'),
      takesCredential: names.some((name) => credential.test(name)),
      takesRefreshToken: refresh.length === 0 ? undefined : refresh.some((name) => takes.get(name) === true),
      takesAccessToken: names.some((name) => namesToken(name, 'access_token') !== undefined),
      bearer: schemes.includes('bearer'),
      saysWhatItTakes,
      saysWhatItGives: gives.size > 0,
      givesAccessToken: [...gives.keys()].some((name) => namesToken(name, 'access_token') !== undefined),
    };
  }

  /** The pointers of the schemas in the content of a request body or response. */
  #contents(pointer: string): string[] {
    const at = this.#follow(pointer);
    const content = at === undefined ? undefined : object(valueAt(this.#root, pointerTo(at, 'content')));
    return Object.keys(content ?? {}).map((type) => pointerTo(at ?? '', 'content', type, 'schema'));
  }

  /** The names of properties that a schema describes, at any depth, and whether each valid value has them. */
  #names(pointer: string, always = true, depth = 0): [string, boolean][] {
    const at = depth > deepest ? undefined : this.#follow(pointer);
    const schema = at === undefined ? undefined : object(valueAt(this.#root, at));
    if (at === undefined || !schema) return [];
    const required = list(schema.required);
    const own = Object.keys(object(schema.properties) ?? {}).flatMap((name): [string, boolean][] => [
      [snakeCase(name), always && required.includes(name)],
      ...this.#names(pointerTo(at, 'properties', name), always && required.includes(name), depth + 1),
    ]);
    const others = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) =>
      list(schema[keyword]).flatMap((_, index) =>
        this.#names(pointerTo(at, keyword, index), always && keyword === 'allOf', depth + 1),
      ),
    );
    return [...own, ...others];
  }

  /** What kinds of security an operation asks for: a bearer token, or what a client proves itself with. */
  #schemes(own: unknown): ('bearer' | 'client')[] {
    const security = list(own ?? valueAt(this.#root, '/security'));
    return security
      .flatMap((entry) => Object.keys(object(entry) ?? {}))
      .map((name) => {
        const { type, scheme } = object(this.#valueOf(pointerTo('/components/securitySchemes', name))) ?? {};
        const isBearer = type === 'oauth2' || type === 'openIdConnect' || /^bearer$/i.test(String(scheme));
        return isBearer ? 'bearer' : 'client';
      });
  }

  #valueOf(pointer: string): unknown {
    const at = this.#follow(pointer);
    return at === undefined ? undefined : valueAt(this.#root, at);
  }

  /** The pointer behind a chain of references; undefined where it is broken: what is ours is held to it later. */
  #follow(pointer: string, steps = 0): string | undefined {
    const reference = object(valueAt(this.#root, pointer))?.$ref;
    if (typeof reference !== 'string') return pointer;
    try {
      const target = targetIn(this.#set.resolve(pointer, reference), new Map());
      return target === undefined || steps > 50 ? undefined : this.#follow(target, steps + 1);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }
}

/**
 * Whether what an operation takes and gives is that of a role: 2 where client credentials or tokens say so by name,
 * 1 where it fits, -1 where it is something else, undefined where the document does not say. `isNamed`: whether path or
 * words speak of the role, without which taking a token and giving none is not yet a revocation (it may look it up).
 */
function fits(role: Role, shape: Shape, isNamed: boolean): number | undefined {
  const { takesClient, takesCredential, takesRefreshToken, takesAccessToken, bearer } = shape;
  const { saysWhatItTakes, saysWhatItGives, givesAccessToken } = shape;
  const givesNone = saysWhatItGives && !givesAccessToken;
  switch (role) {
    case 'issue':
      if (takesRefreshToken || givesNone) return -1;
      if (takesClient && givesAccessToken) return 2;
      if (takesCredential && givesAccessToken) return 1;
      return saysWhatItTakes && !takesClient && !takesCredential ? -1 : undefined;
    case 'refresh':
      if (givesNone || (saysWhatItTakes && takesRefreshToken === undefined)) return -1;
      return givesAccessToken && takesRefreshToken !== undefined ? (takesRefreshToken ? 2 : 1) : undefined;
    case 'revoke':
      if (givesAccessToken || !isNamed) return -1;
      if (takesAccessToken || takesRefreshToken !== undefined) return 2;
      return bearer && !saysWhatItTakes ? 1 : saysWhatItTakes ? -1 : undefined;
  }
}

/** Whether an operation takes away what its path names, and that is a token or session. */
function isRemoval({ method }: Candidate, last: string): boolean {
  return method === 'DELETE' && aboutTokens.test(last);
}

/** A name as words in lower case with `_` between them. */
function inWords(name: unknown): string {
  return typeof name === 'string'
    ? snakeCase(name)
        .replace(/[^a-z\d]+/g, '_')
        .replace(/^_|_$/g, '')
    : '';
}

function compare(a: number[], b: number[]): number {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - (b[index] ?? 0);
  return 0;
}
