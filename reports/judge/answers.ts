/** In what the answers of a target differ from the contract: told by what a run saw, without asking anything more. */

import { STATUS_CODES } from 'node:http';
import {
  pathIn,
  piecesAlong,
  replacing,
  withoutItems,
  withoutMembers,
} from '../../fixtures/diagnosis/edits.ts';
import { typeOf } from '../../fixtures/scenario/observations.ts';
import { list, object } from '../../schemas/document/json.ts';
import { parentOf, pointerTo, tokensOf, valueAt } from '../../schemas/document/pointer.ts';
import type { Contract, Operation } from '../../schemas/openapi/contract.ts';
import { essenceOf, isJson } from '../../schemas/openapi/media-types.ts';
import { knownName, snakeCase } from '../../schemas/openapi/names.ts';
import { type Refusal, rightRefusals } from '../../schemas/openapi/refusals.ts';
import type { AnswerRecord, DiagnosisRecord } from '../../schemas/report/record.ts';
import type {
  ConformanceReport,
  Deviation,
  Diagnosis,
  Drift,
  DriftAction,
  RequirementResult,
} from '../../schemas/report/report.ts';
import { listed } from '../formats/text.ts';

/** What is known of the answers of a run. */
interface Seen {
  contract: Contract;
  requirements: readonly RequirementResult[];
  coverage: ConformanceReport['coverage'];
  /** How its operations want to be asked. */
  asked: readonly DiagnosisRecord[];
  /** What they answer to who asks so. */
  answers: readonly AnswerRecord[];
}

/** Whether an operation refuses its valid request: then of its answers only those to who asks in its way count. */
function isBlocked({ asked }: Seen, { role }: Operation): boolean {
  return asked.some(({ operation, probes }) => operation === role && probes > 0);
}

/** So many properties are named: an answer of a list of bytes has hundreds. */
const mostNamed = 12;
/** What the vendor's own documentation has, and the contract has not. */
const documentedByVendor = /^(expiresAt|businessId|403|404|422|429)$/;

/** Every difference in answers, by operation. */
export function answersOtherwise(seen: Seen): Diagnosis[] {
  const found = seen.contract.operations.flatMap((operation) => [
    ...otherStatuses(seen, operation),
    ...otherMediaTypes(seen, operation),
    ...otherProperties(seen, operation),
    ...tokenElsewhere(seen, operation),
    ...otherValues(seen, operation),
  ]);
  return found.map((one) => ({
    ...one,
    about: 'answer',
    probes: 0,
    side: one.differences.every((name) => documentedByVendor.test(name)) ? 'contract' : 'target',
  }));
}

/** A difference in answers, before what all of them have. */
type Otherwise = Omit<Diagnosis, 'about' | 'probes' | 'side'>;

function deviationsOf({ requirements }: Seen, id: string): Deviation[] {
  return requirements.find((row) => row.id === id)?.deviations ?? [];
}

/**
 * A refusal with a status that is not documented, and a success with one. What a server breaks down with is none, and
 * no document may say that it is. An operation that wants to be asked otherwise refuses for that alone: of it only
 * what it answers to who asks so counts.
 */
function otherStatuses(seen: Seen, operation: Operation): Otherwise[] {
  const { contract, coverage } = seen;
  const { role } = operation;
  const id = `${role}.documented-status`;
  const answers = seen.answers.filter((one) => one.operation === role);
  const granted = [
    ...deviationsOf(seen, `${role}.success`).map(({ actual }) => statusIn(actual)),
    ...answers.filter(({ why }) => !why).map((one) => String(one.status)),
  ];
  const statuses = coverage.undocumented.filter(
    ({ kind, operation: asked, what }) =>
      kind === 'status' &&
      asked === role &&
      (!isBlocked(seen, operation) || answers.some((one) => String(one.status) === what)),
  );
  return statuses.flatMap(({ what: status, types = [] }): Otherwise[] => {
    const isRefusal = /^4\d\d$/.test(status);
    if (!isRefusal && !(/^2\d\d$/.test(status) && granted.includes(status))) return [];
    const alike = isRefusal ? (status === '403' ? 'unauthenticated' : 'invalid') : undefined;
    const like = alike ? contract.refusalOf(operation, alike).first : contract.successOf(operation);
    const definition = contract.resolve(
      contract.valueAt(pointerTo(operation.pointer, 'responses', String(like))),
    );
    const refuses = isRefusal ? reasonsFor(seen, operation, status) : [];
    const said = {
      ...cameAs(definition, types),
      description: STATUS_CODES[status] ?? `Status ${status}`,
      ...(refuses.length > 0 && { 'x-nomba-refuses': refuses }),
    };
    const shown = deviationsOf(seen, id).find(({ actual }) => statusIn(actual) === status);
    return [
      {
        operation: role,
        title: `${`${role} answers ${status} ${STATUS_CODES[status] ?? ''}`.trim()}, which is not documented`,
        differences: [status],
        requirements: failing(seen, [id, ...(isRefusal ? [] : [`${role}.success`])], true),
        remedies: {
          contract: `document ${status} for ${role}`,
          target: `answer ${like} in its place`,
        },
        actions: [
          { target: pathIn(contract, pointerTo(operation.pointer, 'responses')), update: { [status]: said } },
        ],
        proof: shown?.proof ?? [],
      },
    ];
  });
}

/** A response as another has it, its content under the types of JSON that it came with; without any where it has none. */
function cameAs({ content, ...rest }: Record<string, unknown>, types: string[]): Record<string, unknown> {
  const [media] = Object.values(object(content) ?? {});
  if (media === undefined || types.length === 0) return rest;
  const named = types.filter(isJson);
  return {
    ...rest,
    content: named.length === 0 ? content : Object.fromEntries(named.map((type) => [type, media])),
  };
}

/** For what a status is the refusal, where nothing but the answers tells it: a reason that it is not meant for. */
function reasonsFor(seen: Seen, operation: Operation, status: string): Refusal[] {
  const { contract, requirements } = seen;
  const documented = [...operation.responses.map((response) => response.status), status];
  const isFor = (why: Refusal) => {
    if (rightRefusals(documented, why).includes(Number(status))) return false;
    const isTold = seen.answers.some(
      (one) => one.operation === operation.role && one.why === why && String(one.status) === status,
    );
    if (isTold || isBlocked(seen, operation)) return isTold;
    const { words } = contract.refusalOf(operation, why);
    return requirements.some(
      (row) =>
        row.operation === operation.role &&
        row.deviations.some(
          ({ actual, expected }) => statusIn(actual) === status && expected.split(' or ')[0] === words,
        ),
    );
  };
  return (['invalid', 'unauthenticated'] as const).filter(isFor);
}

function statusIn(actual: string): string {
  return /^\d{3}\b/.exec(actual)?.[0] ?? '';
}

/** JSON under another name than the documented one. Of an operation that is blocked, whatever it answers. */
function otherMediaTypes(seen: Seen, operation: Operation): Otherwise[] {
  const { contract, coverage } = seen;
  const { role } = operation;
  const id = `${role}.documented-media-type`;
  const met = coverage.undocumented.filter(
    ({ kind, operation: asked, what }) => kind === 'media-type' && asked === role && isJson(what),
  );
  return [...new Set(met.map(({ what }) => what))].map((type): Otherwise => {
    const where = met.filter(({ what }) => what === type).map((drift) => drift.where);
    const contents = operation.responses
      .filter(({ status }) => isBlocked(seen, operation) || where.includes(status))
      .flatMap((response) => response.contents.slice(0, 1));
    const medias = contents.flatMap(({ schemaPointer }) =>
      schemaPointer === undefined ? [] : [parentOf(schemaPointer)],
    );
    const shown = deviationsOf(seen, id).find(({ actual }) => essenceOf(actual) === type);
    const documented = contents[0]?.mediaType;
    return {
      operation: role,
      title: `${role} answers as ${type}, where the contract has ${documented}`,
      differences: [type],
      requirements: failing(seen, [id], true),
      remedies: {
        contract: `document ${type} for the answers of ${role}`,
        target: `answer as ${documented}`,
      },
      actions: medias.map((media) => ({
        target: pathIn(contract, parentOf(media)),
        update: { [type]: contract.valueAt(media) },
      })),
      proof: shown?.proof ?? [],
    };
  });
}

/** Names that say the same of the end of a token. */
const ends = /^(expires|expiry|expiration|valid)_?(in|at|on|until|time|date)?$/;
/** Names of what no answer may tell: documented, it would be a secret all the same. */
const untellable = /secret|passw|private|stack|trace|exception|debug|sql|internal/i;

function meaningOf(pointer: string): string {
  const name = nameIn(pointer);
  return ends.test(snakeCase(name)) ? 'expires_in' : knownName(name);
}

/** Properties that are not documented, in place of documented ones that never came, or beside them. */
function otherProperties(seen: Seen, operation: Operation): Otherwise[] {
  const { contract, coverage } = seen;
  const { role } = operation;
  return operation.responses.flatMap(({ status, contents: [content] }): Otherwise[] => {
    const pointer = content?.schemaPointer;
    const isSuccess = status.startsWith('2');
    const isHere = (of: { operation: string }) => of.operation === role;
    const undocumented = coverage.undocumented.filter(
      (drift) =>
        drift.kind === 'property' &&
        isHere(drift) &&
        contract.response(operation, Number(drift.where))?.status === status &&
        isTellable(drift, isSuccess),
    );
    if (pointer === undefined || undocumented.length === 0) return [];
    const documented = coverage.properties.filter((row) => isHere(row) && row.status === status);
    const missing = documented.filter((row) => row.seen === 0).map((row) => row.pointer);
    const fresh = new Map(undocumented.map((drift) => [meaningOf(drift.what), drift]));
    const replaced = missing.filter((one) =>
      missing.some((other) => (other === one || isBelow(other, one)) && fresh.has(meaningOf(other))),
    );
    const schemaOf = (drift: Drift): Record<string, unknown> => {
      const below = undocumented.filter(({ what }) => parentOf(what) === drift.what);
      const old = replaced.find((one) => meaningOf(one) === meaningOf(drift.what));
      const said = old === undefined ? undefined : documentedSchema(contract, pointer, old);
      const type = typeIn(contract, drift.types ?? []);
      const isSame = old !== undefined && knownName(nameIn(old)) === knownName(nameOf(drift));
      // A date is no number of seconds, by whatever name: its words are not for it.
      if (below.length === 0) return isSame && said && said.type === type.type ? said : type;
      return {
        type: 'object',
        properties: Object.fromEntries(below.map((one) => [nameOf(one), schemaOf(one)])),
      };
    };
    const tops = undocumented.filter(({ what }) => !undocumented.some((one) => isBelow(what, one.what)));
    const gone = replaced.filter((one) => !replaced.some((other) => isBelow(one, other)));
    const holders = new Set([...gone, ...tops.map(({ what }) => what)].map(parentOf));
    const actions = [...holders].flatMap((holder) => {
      const here = tops.filter(({ what }) => parentOf(what) === holder);
      return replacing(contract, pointer, {
        way: tokensOf(holder),
        gone: gone.filter((one) => parentOf(one) === holder).map((one) => tokensOf(one).at(-1) ?? ''),
        added: Object.fromEntries(here.map((drift) => [nameOf(drift), schemaOf(drift)])),
        required: [],
      });
    });
    for (const one of replaced) {
      const drift = fresh.get(meaningOf(one));
      if (drift) actions.push(...requiring(contract, pointer, one, drift.what));
    }
    const every = tops.map(({ what }) => what.slice(1).replaceAll('/', '.'));
    const names = listed(every, mostNamed);
    const instead = gone.map((one) => one.slice(1).replaceAll('/', '.'));
    const inPlace = instead.length > 0 ? ` in place of ${instead.join(', ')}` : '';
    return [
      {
        operation: role,
        title: `${role} answers ${status} with ${names}${inPlace || ', which the contract does not mention'}`,
        differences: undocumented.map((drift) => nameOf(drift) || 'a property without a name'),
        requirements: failing(seen, [`${role}.envelope`, `${role}.response-schema`], instead.length > 0),
        remedies: {
          contract: `describe ${names}${inPlace}`,
          target: instead.length > 0 ? `answer with ${instead.join(', ')}` : `leave ${names} out`,
        },
        actions,
        proof: [],
      },
    ];
  });
}

/** A token in a header, where the one of the body never came. No document can say that a header is the token. */
function tokenElsewhere(seen: Seen, { role }: Operation): Otherwise[] {
  const { properties, undocumented } = seen.coverage;
  const isSuccess = (status: string) => status.startsWith('2');
  const documented = properties.find(
    ({ operation, status, pointer }) =>
      operation === role && isSuccess(status) && knownName(nameIn(pointer)) === 'access_token',
  );
  const header = undocumented.find(
    ({ kind, operation, where, what }) =>
      kind === 'header' && operation === role && isSuccess(where) && /token|jwt|^authorization$/.test(what),
  );
  const requirements = failing(seen, [`${role}.envelope`], true);
  if (!documented || documented.seen > 0 || !header || requirements.length === 0) return [];
  const place = documented.pointer.slice(1).replaceAll('/', '.');
  return [
    {
      operation: role,
      title: `${role} gives a token in the header ${header.what}, where the contract has ${place}`,
      differences: [header.what],
      requirements,
      remedies: { target: `answer with ${place}` },
      actions: [],
      proof: deviationsOf(seen, `${role}.envelope`)[0]?.proof ?? [],
    },
  ];
}

function failing({ requirements }: Seen, ids: string[], wanted: boolean): string[] {
  return wanted
    ? ids.filter((id) => requirements.some((row) => row.id === id && row.outcome === 'failed'))
    : [];
}

function isBelow(pointer: string, other: string): boolean {
  return pointer.startsWith(`${other}/`);
}

function nameOf({ what }: Drift): string {
  return nameIn(what);
}

function nameIn(pointer: string): string {
  return tokensOf(pointer).at(-1) ?? '';
}

/** A refusal gives no token, by whatever name, and no answer a secret. */
function isTellable({ what }: Drift, isSuccess: boolean): boolean {
  const names = tokensOf(what);
  if (names.some((name) => untellable.test(name))) return false;
  return isSuccess || !names.some((name) => ['access_token', 'refresh_token'].includes(knownName(name)));
}

/** What may not be missing at one place may not be missing at the one that it has in its stead, by whoever says so. */
function requiring(contract: Contract, schemaPointer: string, old: string, now: string): DriftAction[] {
  const [way, other] = [old, now].map((pointer) => tokensOf(pointer)) as [string[], string[]];
  const name = way.at(-1) ?? '';
  const descent = way.slice(0, -1).reduce((at, step) => pointerTo(at, 'properties', step), '');
  return piecesAlong(contract, schemaPointer, way.slice(0, -1))
    .filter(({ schema, pointer }) => list(schema.required).includes(name) && pointer.endsWith(descent))
    .map(({ pointer }) => {
      const base = descent === '' ? pointer : pointer.slice(0, -descent.length);
      const update = other.reduceRight<Record<string, unknown>>(
        (below, step) => ({
          required: [step],
          ...(Object.keys(below).length > 0 && { properties: { [step]: below } }),
        }),
        {},
      );
      return { target: pathIn(contract, base), update };
    });
}

function documentedSchema(contract: Contract, schemaPointer: string, pointer: string) {
  return object(contract.valueAt(contract.describedAt(schemaPointer, tokensOf(pointer))));
}

/** A schema of what was seen, in the words of the document's version. */
function typeIn(contract: Contract, types: string[]): Record<string, unknown> {
  const known = types.filter((type) => type !== 'null');
  const [first] = known.length > 1 && known.every(isNumber) ? ['number'] : known;
  const isOld = String(valueAt(contract.valueAt(''), '/openapi')).startsWith('3.0');
  if (first === undefined) return isOld ? { nullable: true } : { type: 'null' };
  if (known.length > 1 && !known.every(isNumber)) return {};
  if (!types.includes('null')) return { type: first };
  return isOld ? { type: first, nullable: true } : { type: [first, 'null'] };
}

function isNumber(type: string): boolean {
  return type === 'integer' || type === 'number';
}

/** Values that a documented property has against its schema: of another type, longer, not in a list. */
function otherValues(seen: Seen, operation: Operation): Otherwise[] {
  const { contract } = seen;
  const { role } = operation;
  const id = `${role}.response-schema`;
  const found = new Map<string, Otherwise>();
  const wrong = [
    ...deviationsOf(seen, id).map(({ place, ...rest }) => ({ ...rest, pointer: place?.pointer ?? '' })),
    ...seen.answers
      .filter((one) => one.operation === role)
      .flatMap(({ errors }) => errors.map((error) => ({ ...error, proof: [] }))),
  ];
  for (const { actual, expected, instancePointer = '', pointer, proof } of wrong) {
    if (found.has(pointer) || contract.valueAt(pointer) === undefined) continue;
    const actions = allowing(contract, pointer, instancePointer, actual);
    if (actions.length === 0) continue;
    const what = instancePointer.slice(1).replaceAll('/', '.') || 'its body';
    found.set(pointer, {
      operation: role,
      title: `${role} answers with ${actual} as ${what}, which ${expected}`,
      differences: [what],
      requirements: failing(seen, [id], true),
      remedies: { contract: `describe ${what} as it is`, target: `mend ${what}: it ${expected}` },
      actions,
      proof,
    });
  }
  return [...found.values()];
}

/** What makes a schema take a value that breaks one of its keywords. */
function allowing(
  contract: Contract,
  pointer: string,
  instancePointer: string,
  actual: string,
): DriftAction[] {
  const keyword = tokensOf(pointer).at(-1) ?? '';
  const schema = pathIn(contract, parentOf(pointer));
  const name = tokensOf(instancePointer).at(-1) ?? '';
  const value = parsed(actual);
  switch (keyword) {
    case 'type':
      return value === undefined
        ? []
        : [
            { target: `${schema}.type`, remove: true },
            { target: schema, update: typeIn(contract, [typeOf(value)]) },
          ];
    case 'enum':
      return value === undefined ? [] : [{ target: schema, update: { enum: [value] } }];
    case 'required':
      // An answer without its token is none.
      return ['access_token', 'data'].includes(knownName(name))
        ? []
        : withoutItems(`${schema}.required`, [name]);
    case 'const':
    case 'format':
    case 'pattern':
    case 'minLength':
    case 'maxLength':
    case 'minimum':
    case 'maximum':
      return withoutMembers(schema, [keyword]);
    default:
      return [];
  }
}

/** The value that a deviation shows, where it is shown whole; of a long text, that it is one. */
function parsed(actual: string): unknown {
  try {
    return JSON.parse(actual);
  } catch {
    return actual.startsWith('"') ? '' : undefined;
  }
}
