import type { Cause, Deviation, Diagnosis, Gravity, RequirementResult } from '../../schemas/report/report.ts';
import { requirement as rowOf } from '../../specs/catalogue/catalogue.ts';
import { cut } from '../formats/text.ts';
import { differencesIn, groupOf, placeOf } from './findings.ts';

const gravities: readonly Gravity[] = ['security', 'success', 'form', 'words'];

/** A deviation that nobody accepted, and the requirement it breaks. */
interface Open {
  requirement: RequirementResult;
  deviation: Deviation;
  /** Whether a valid request of the requirement's operation was answered with its success. */
  succeeds: boolean;
}

/**
 * What the deviations of a run come from: those are one that the same exchange shows, that break the same line in the
 * same way, or that are the same undocumented answer of one operation. In the order in which a reader is to have them:
 * must before should, security before success, form and words, what only the overlay asks for last of its kind. Where
 * it was found out how an operation wants to be asked, or answers, that is what its failing comes from.
 */
export function causesOf(requirements: RequirementResult[], diagnosis: readonly Diagnosis[] = []): Cause[] {
  const valid = requirements.filter(({ id }) => /\.(success|repeatable)$/.test(id));
  const working = new Set(valid.flatMap(({ operation, checks }) => (checks.passed > 0 ? [operation] : [])));
  const open = requirements.flatMap((requirement) =>
    requirement.outcome === 'known'
      ? []
      : requirement.deviations
          .filter(({ acceptance }) => !acceptance)
          .map(
            (deviation): Open => ({ requirement, deviation, succeeds: working.has(requirement.operation) }),
          ),
  );
  const common: Common = {
    undocumented: new Set(open.filter(isUndocumented).map(answerOf)),
    keyless: new Set(open.filter(takesAnyone).map(operationOf)),
    unsteady: new Set(open.filter(comesAndGoes).map(answerOf)),
    open: new Set(
      open
        .filter(takesAnyone)
        .filter(({ deviation }) => deviation.credential === 'made-up')
        .map(operationOf),
    ),
  };
  // What would be told by the same words is told once.
  const groups = connected(open, (one) => [...marksOf(one, common), `told as ${titleOf(one)}`]);
  const found = new Set(diagnosis.filter(({ differences }) => differences.length > 0));
  const ranked = groups
    .map((members) => diagnosed(members, found))
    .sort((a, b) => a.rank - b.rank || b.cause.requirements.length - a.cause.requirements.length);
  return blocked(
    requirements,
    ranked.map(({ cause }) => cause),
  );
}

/** A cause and its place in the order: told by what was found of its operation, once, where that fails for it alone. */
function diagnosed(members: Open[], found: Set<Diagnosis>): { cause: Cause; rank: number } {
  const cause = causeOf(members);
  const [why, ...others] = [...found].filter((one) => members.some((member) => explains(one, member)));
  if (why === undefined || cause.gravity === 'security') {
    return { cause, rank: Math.min(...members.map(rank)) };
  }
  for (const one of [why, ...others]) found.delete(one);
  return {
    cause: { ...cause, title: differencesIn([why, ...others])[0]?.title ?? cause.title },
    rank: gravities.indexOf('success') - 0.1,
  };
}

/** What says of other deviations where they come from. */
interface Common {
  /** Answers that valid requests get in place of the success that others of them get: operation and status. */
  unsteady: Set<string>;
  /** Answers that are not documented: operation and status. */
  undocumented: Set<string>;
  /** Operations that take a request without a credential, or with one that anyone can make up. */
  keyless: Set<string>;
  /** Of these, such as take what is made up: whatever else they take comes of that, what was valid once too. */
  open: Set<string>;
}

/** What a deviation has in common with others of its cause: they share at least one of these. */
function marksOf(one: Open, { undocumented, unsteady, keyless, open }: Common): string[] {
  const { requirement, deviation } = one;
  const { instancePointer, place, expected, actual, proof, credential } = deviation;
  const answer = answerOf(one);
  const wasAlive = credential === 'revoked' || credential === 'expired';
  const operation = operationOf(one);
  if (wasAlive ? open.has(operation) : keyless.has(operation) && isTaken(one)) return [`open ${operation}`];
  const status = /^\d{3}\b/.exec(actual)?.[0];
  const name = JSON.stringify([
    nameOf(requirement),
    ...(status === undefined ? [expected, actual] : [status]),
  ]);
  // What was to be refused and was taken is more than an undocumented answer.
  if (undocumented.has(answer) && !isTaken(one)) {
    // Of operations that answer alike something has to say that they do so for one reason.
    return [`answer ${answer}`, ...(isUndocumented(one) ? [] : [name])];
  }
  if (instancePointer !== undefined) {
    const line = place ? [place.file, place.pointer] : [requirement.id, expected, kindOf(actual)];
    // One value of one property may break a schema, and what is said of the property besides.
    return [JSON.stringify([...line, instancePointer]), `${instancePointer} ${kindOf(actual)}`];
  }
  const decisive = proof.at(-1)?.exchange.id;
  return [
    // Of wrong credentials many things are asked by one name: what was valid once is a matter of its own.
    wasAlive ? `${credential} ${operation}` : name,
    ...(unsteady.has(answer) && /\.(success|repeatable|concurrent)$/.test(requirement.id)
      ? [`unsteady ${answer}`]
      : []),
    ...(isTaken(one) && credential === 'odd' ? [`odd ${operation}`] : []),
    // Not of what is said of headers, of which one answer may have several.
    ...(status !== undefined && decisive !== undefined ? [`exchange ${decisive}`] : []),
  ];
}

/** What operations have in common: the id of a requirement without its operation. */
function nameOf({ id, operation }: RequirementResult): string {
  return operation !== null && id.startsWith(`${operation}.`) ? id.slice(operation.length + 1) : id;
}

function operationOf({ requirement: { operation }, deviation: { exchange } }: Open): string {
  return exchange?.operation ?? operation ?? '';
}

/** The operation that was asked, and the status of its answer. */
function answerOf(one: Open): string {
  const { exchange, actual } = one.deviation;
  const status = exchange?.response?.status ?? /^\d{3}\b/.exec(actual)?.[0] ?? '';
  return `${operationOf(one)} ${status}`;
}

/** Whether a request that proves no right was taken. */
function isTaken({ requirement, deviation: { credential, actual, expected } }: Open): boolean {
  if (!/^2\d\d\b/.test(actual)) return false;
  if (rowOf(requirement.id).gravity === 'security') return true;
  return credential !== undefined && /\b4(\d\d|xx)\b|no success/.test(expected);
}

/** Whether a credential was taken that anyone can make up, or none at all. */
function takesAnyone(one: Open): boolean {
  const { credential } = one.deviation;
  return isTaken(one) && (credential === 'made-up' || credential === 'absent');
}

/** A value by its kind: numbers, texts and absences of one sort differ each time. */
function kindOf(actual: string): string {
  return actual.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\d+/g, '0');
}

/** The parts of a list whose members share a mark with another of the part, in the order of the list. */
function connected<T>(all: T[], marks: (one: T) => string[]): T[][] {
  const parts: { members: T[]; marks: Set<string> }[] = [];
  for (const one of all) {
    const own = marks(one);
    const near = parts.filter((part) => own.some((mark) => part.marks.has(mark)));
    const [into = { members: [], marks: new Set<string>() }, ...others] = near;
    if (near.length === 0) parts.push(into);
    for (const other of others) {
      into.members.push(...other.members);
      for (const mark of other.marks) into.marks.add(mark);
      parts.splice(parts.indexOf(other), 1);
    }
    into.members.push(one);
    for (const mark of own) into.marks.add(mark);
  }
  return parts.map(({ members }) => members);
}

function causeOf(members: Open[]): Cause {
  const sorted = members.toSorted((a, b) => rank(a) - rank(b) || effort(a) - effort(b));
  const gravest = sorted[0] as Open;
  // Title and proof are of one member: where an answer is documented nowhere, of what says so.
  const best = sorted.find(isUndocumented) ?? sorted.find(comesAndGoes) ?? gravest;
  const { requirement, deviation } = best;
  return {
    title: `${timesOf(best, sorted) ?? titleOf(best)}${alike(best, sorted)}`,
    level: gravest.requirement.level,
    gravity: gravityOf(gravest),
    requirements: [...new Set([best, ...sorted].map((one) => one.requirement.id))],
    deviations: [...new Set([best, ...sorted])].map((one) => ({
      requirement: one.requirement.id,
      at: one.requirement.deviations.indexOf(one.deviation),
    })),
    blocks: [],
    source: placeOf(requirement, deviation),
    proof: deviation.proof,
  };
}

/** Whether valid requests got this answer, and others of them success. */
function comesAndGoes({ requirement, deviation: { actual }, succeeds }: Open): boolean {
  if (!requirement.id.endsWith('.repeatable') || !/^[345]/.test(actual)) return false;
  return actual.includes('success a moment later') || succeeds;
}

/** The title of what is not always so, with how often it is; undefined where nothing shows that. */
function timesOf(best: Open, members: Open[]): string | undefined {
  const { requirement, deviation, succeeds } = best;
  const others = members.filter((one) => !isUndocumented(one));
  const isAtOnce = others.length > 0 && others.every(({ requirement: { id } }) => id.endsWith('.concurrent'));
  const when = members.some(comesAndGoes)
    ? 'now and then'
    : isAtOnce && isUndocumented(best) && succeeds
      ? 'where requests come at once'
      : undefined;
  if (when === undefined) return undefined;
  const { passed, failed } = requirement.checks;
  const answer = deviation.actual.replace(/,.*$/, '');
  const times = `${deviation.occurrences} of ${passed + failed}`;
  return isUndocumented(best)
    ? `${operationOf(best)} answers ${answer} ${when} (${times} answers), which is not documented`
    : `${operationOf(best)} answers valid requests ${answer} ${when} (${times} in sequence)`;
}

/** `, refresh and revoke too`: other operations of which the same is true. */
function alike({ requirement: best }: Open, members: Open[]): string {
  const others = members.flatMap(({ requirement }) =>
    requirement.id !== best.id && nameOf(requirement) === nameOf(best) ? [requirement.operation] : [],
  );
  const operations = [...new Set(others)];
  return operations.length === 0 ? '' : `, ${operations.join(' and ')} too`;
}

function isUndocumented({ requirement }: Open): boolean {
  return requirement.id.endsWith('.documented-status');
}

/** What the target does: where the answer says it better than the requirement, the answer. */
function titleOf(one: Open): string {
  const { requirement, deviation } = one;
  const operation = deviation.exchange?.operation;
  if (isUndocumented(one) && operation) {
    return `${operation} answers ${deviation.actual}, which is not documented`;
  }
  const { broken, gravity } = rowOf(requirement.id);
  const { instancePointer, expected, actual } = deviation;
  if (/\.(response-schema|envelope)$/.test(requirement.id) && instancePointer && operation) {
    const what = instancePointer.slice(1).replaceAll('/', '.');
    return actual === 'absent'
      ? `${operation} answers without ${what}`
      : `${operation} answers with ${cut(actual, 80)} as ${what}, which ${expected}`;
  }
  const [, request] = / to a request with (.+)$/.exec(actual) ?? [];
  if (request !== undefined && isTaken(one)) {
    if (gravity !== 'security') return `${operation} accepts a request with ${request}`;
    if (isShared(requirement)) return `${broken}: ${request}`;
  }
  if (gravity === 'security' && isRefused(deviation) && operation) {
    return `${operation} answers ${deviation.actual.replace(', to', ' to')}, where ${deviation.expected} is right`;
  }
  return broken ?? `breaks “${requirement.title}”`;
}

/** Whether a deviation is what was found of its operation, or comes of it. */
function explains(
  { operation, about, requirements, differences, proof }: Diagnosis,
  { requirement: { id }, deviation: { actual, instancePointer = '' } }: Open,
): boolean {
  const refused = String(proof[0]?.exchange.response?.status);
  switch (id) {
    case `${operation}.success`:
    case `${operation}.envelope`:
      return requirements.includes(id);
    case `${operation}.documented-status`:
      return about === 'request' && requirements.includes(id) && actual.startsWith(refused);
    case `${operation}.response-schema`:
      return differences.some((name) => `/${name.replaceAll('.', '/')}` === instancePointer);
    default:
      return false;
  }
}

/** What was to be refused and is refused in another way has done no harm. */
function isRefused({ actual }: Deviation): boolean {
  return /^[45]\d\d\b(?!.*access token)/.test(actual);
}

function gravityOf(one: Open): Gravity {
  const { gravity = 'form' } = rowOf(one.requirement.id);
  if (isTaken(one)) return 'security';
  return gravity === 'security' && isRefused(one.deviation) ? 'success' : gravity;
}

/** Whether a requirement is broken in many ways that have little in common. */
function isShared({ id }: RequirementResult): boolean {
  return /\.(unauthenticated|invalid-client|invalid-token)$/.test(id);
}

/** Where a deviation stands in the order of what a reader is to have first. */
function rank(one: Open): number {
  const { id, level } = one.requirement;
  // These are broken beside one that says more: a revoked token that is taken, a property that is missing.
  const isCommon = /\.(envelope|unauthenticated)$/.test(id);
  const before = takesAnyone(one) ? (isShared(one.requirement) ? -0.5 : -0.4) : isCommon ? 0.5 : 0;
  return (level === 'must' ? 0 : 10) + gravities.indexOf(gravityOf(one)) + before;
}

/** What it takes to follow a deviation: its steps, and more where no script sends them again, as of several at once. */
function effort({ deviation: { proof, script } }: Open): number {
  return proof.length + (script === undefined ? 100 : 0);
}

/** The causes with what they leave open: without a success of an operation nothing that needs one is established. */
function blocked(requirements: RequirementResult[], causes: Cause[]): Cause[] {
  const open = requirements.filter(({ outcome }) => outcome === 'inconclusive');
  const taken = new Set<string>();
  return causes.map((cause) => {
    const failing = cause.requirements.flatMap((id) => (id.endsWith('.success') ? [groupOf(id)] : []));
    // A success without its tokens leaves open what says so.
    const poor = cause.requirements.flatMap((id) => (id.endsWith('.envelope') ? [groupOf(id)] : []));
    const blocks = open.filter(
      ({ id, operation, reason }) =>
        !taken.has(id) &&
        (failing.some((role) => role === 'issue' || operation === role || reason.includes(role)) ||
          poor.some((role) => reason.includes(`the ${role} operation gives no`))),
    );
    for (const { id } of blocks) taken.add(id);
    return { ...cause, blocks: blocks.map(({ id }) => id) };
  });
}
