import { join } from 'node:path';
import { object } from '../../schemas/document/json.ts';
import { pointerTo, tokensOf } from '../../schemas/document/pointer.ts';
import { YamlDocument } from '../../schemas/document/yaml-document.ts';
import { type Contract, type Operation, type Role, roles } from '../../schemas/openapi/contract.ts';
import type { Gravity, Level, Source } from '../../schemas/report/report.ts';

/** One row of the catalogue: one normative sentence with a stable id, a level and a source. */
export interface Requirement {
  id: string;
  level: Level;
  /** What a conforming target does, present tense. */
  title: string;
  /** What a target does that breaks it: words that follow its name (`accepts …`), or a clause (`issue accepts …`). */
  broken?: string;
  /** What is told first of several. */
  gravity?: Gravity;
  /** The sentence of the contract, or the clause of the standard, quoted. */
  text: string;
  source: { pointer: string } | { rfc: number; section: string };
  /** The spec file whose scenario establishes it, or `every exchange`. */
  scenario?: string;
  /** Why nothing establishes it, in place of `scenario`. */
  excluded?: string;
  /** What it takes for it to be tried, where a run under the shipped contract gives no occasion. */
  occasion?: string;
}

/** A row of the file: a requirement, or what several operations have to keep under one name. */
type Row = Requirement | ({ name: string; operations: Role[] } & Record<string, unknown>);

const cataloguePath = join(__dirname, '..', 'requirements.yaml');

/** The marker of requirements that are checked on every exchange of the run, whatever it was for. */
export const everyExchange = 'every exchange';

let loaded: Requirement[] | undefined;

/** All requirements: those of each operation, then the others, in the order of the catalogue. Read once a process. */
export function catalogue(): Requirement[] {
  if (!loaded) {
    const all = catalogueRows().flatMap(requirementsIn);
    const group = ({ id }: Requirement) => roleOfRequirement(id) ?? 'others';
    loaded = [...roles, 'others'].flatMap((name) => all.filter((one) => group(one) === name));
  }
  return loaded;
}

/** The rows of the file, as they are written. */
export function catalogueRows(): Row[] {
  const remedy = 'restore it from the repository';
  return YamlDocument.load(cataloguePath, 'catalogue of requirements', remedy).root as Row[];
}

function requirementsIn(row: Row): Requirement[] {
  if (!('operations' in row)) return [row];
  const { name, operations, ...said } = row;
  return operations.map((role) => ({
    id: `${role}.${name}`,
    ...(saidOf(role, said) as Omit<Requirement, 'id'>),
  }));
}

/** What a part of a row says of one operation: what stands under its name, and its name for `{operation}`. */
function saidOf(role: Role, part: unknown): unknown {
  if (typeof part === 'string') return part.replaceAll('{operation}', role);
  const fields = object(part);
  if (!fields) return part;
  if (roles.some((name) => name in fields)) return saidOf(role, fields[role]);
  const entries = Object.entries(fields).map(([key, value]) => [key, saidOf(role, value)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The requirement of an id. Throws when the catalogue has none: a scenario names an id that does not exist. */
export function requirement(id: string): Requirement {
  const found = catalogue().find((row) => row.id === id);
  if (!found) throw new Error(`specs/requirements.yaml has no requirement "${id}"`);
  return found;
}

/**
 * Whether a contract gives occasion for a requirement: one of its scenarios establishes it, or, for what is
 * checked on every exchange, it has the operation that the requirement is about.
 */
export function appliesTo(
  { id, scenario }: Requirement,
  contract: Contract,
  scenarios: readonly { establishes: string[] }[],
): boolean {
  if (scenario !== everyExchange) return scenarios.some(({ establishes }) => establishes.includes(id));
  const role = roleOfRequirement(id);
  const operation = role && contract.operation(role);
  if (!operation) return role === undefined;
  const describesHeaders = operation.responses.some(({ headers }) => headers.length > 0);
  return describesHeaders || !id.endsWith('.response-header');
}

/** Whether a run under the shipped contract gives no occasion for a requirement. */
export function isOccasional(id: string): boolean {
  return requirement(id).occasion !== undefined;
}

/** What it would take for a requirement to be tried, where a run gives no occasion for it. */
export function occasionFor({ excluded, occasion }: Requirement): string {
  return excluded ?? occasion ?? 'the contract gives no occasion for it';
}

/** The role an id is about (`issue.success` → `issue`), or undefined for the groups `token` and `http`. */
export function roleOfRequirement(id: string): Role | undefined {
  return roles.find((role) => id.startsWith(`${role}.`));
}

/**
 * Where a requirement comes from, as the report says it. A pointer of the shipped contract is followed into
 * the contract at hand: its operation of the same role, and there the nearest place that exists.
 */
export function sourceOf({ source }: Requirement, contract: Contract): Source {
  if ('rfc' in source) {
    const { rfc, section } = source;
    return { rfc, section, url: `https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section}` };
  }
  const { pointer, file, line } = contract.place(pointerIn(contract, source.pointer));
  return { pointer, file, line };
}

/** The sentence a requirement quotes, as the contract at hand words it where it stands at the same place. */
export function textIn({ source, text }: Pick<Requirement, 'source' | 'text'>, contract: Contract): string {
  if ('rfc' in source) return text;
  const pointer = pointerIn(contract, source.pointer);
  const value = contract.valueAt(pointer);
  return quoted(tokensOf(pointer).at(-1) ?? '', value) ?? text;
}

/**
 * The title of a requirement under the contract at hand: where it names a status of the shipped contract, those that
 * this one has for the same refusal.
 */
export function titleIn({ id, title }: Pick<Requirement, 'id' | 'title'>, contract: Contract): string {
  const operation = operationOf(id, contract);
  if (!operation) return title;
  return title
    .replace('400', contract.refusalOf(operation, 'invalid').words)
    .replace('401', contract.refusalOf(operation, 'unauthenticated').words);
}

function operationOf(id: string, contract: Contract): Operation | undefined {
  const role = roleOfRequirement(id);
  return role && contract.operation(role);
}

/** What stands at a keyword of the document: its sentence, or, where it has none, the keyword and its value in one line. */
function quoted(keyword: string, value: unknown): string | undefined {
  if (typeof value === 'string' && /^(description|summary|title)$/.test(keyword)) return value;
  if (typeof value === 'string' || typeof value === 'boolean') return `${keyword}: ${value}`;
  if (Array.isArray(value)) return `${keyword}: ${value.join(', ')}`;
  const { $ref, ...rest } = Object(value) as Record<string, unknown>;
  if (typeof $ref === 'string') return `$ref: ${$ref}`;
  const names = Object.keys(rest);
  if (keyword === 'responses') return `responses: ${names.map((status) => `'${status}'`).join(', ')}`;
  return keyword === 'content' ? `content: ${names.join(', ')}` : undefined;
}

/** Where the contract at hand has what a pointer of the shipped contract names. */
function pointerIn(contract: Contract, pointer: string): string {
  const [paths, path, , ...rest] = tokensOf(pointer);
  const role = paths === 'paths' ? roles.find((name) => path?.endsWith(`/${name}`)) : undefined;
  const operation = role && contract.operation(role);
  if (!operation) return contract.nearest(pointer);
  const followed = pointerTo(operation.pointer, ...counterpart(contract, operation, rest));
  return contract.nearest(followed);
}

/** The way below an operation of the shipped contract as another document has it: its statuses, and its media types. */
function counterpart(contract: Contract, operation: Operation, [first, second, ...rest]: string[]): string[] {
  if (first === undefined || second === undefined) return first === undefined ? [] : [first];
  if (first === 'requestBody' && rest.length > 0) {
    const key = tokensOf(operation.body?.pointer ?? '').at(-1);
    return [first, second, key ?? rest[0] ?? '', ...rest.slice(1)];
  }
  if (first !== 'responses') return [first, second, ...rest];
  const status = {
    200: contract.successOf(operation),
    400: contract.refusalOf(operation, 'invalid').first,
    401: contract.refusalOf(operation, 'unauthenticated').first,
  }[second];
  const response = contract.response(operation, status ?? Number(second));
  const [content, , ...below] = rest;
  const type = response?.contents[0]?.mediaType;
  const way =
    content === 'content' && type !== undefined && rest.length > 1 ? [content, type, ...below] : rest;
  return [first, response?.status ?? second, ...way];
}
