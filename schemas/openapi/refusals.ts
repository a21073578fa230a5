/** Why a request is refused: it is not valid, or it does not prove the right to ask. */
export type Refusal = 'invalid' | 'unauthenticated';

/** The statuses that are right, and how to say so. */
export interface RightStatuses {
  /** As the document writes them: `400 or 401`, `4XX`. */
  words: string;
  /** The first of them, for who has to choose one. */
  first: number;
  all: readonly number[];
  /** Whether the document has no status for the reason, but a range, or nothing. */
  isOpen: boolean;
  includes(status: number | undefined): boolean;
}

/** What HTTP means for each reason, those that say it best first (RFC 9110 sections 15.5.1, 15.5.2, 15.5.4, 15.5.21). */
const meant: Record<Refusal, readonly number[][]> = {
  invalid: [[400, 422]],
  unauthenticated: [[401], [403]],
};

/** What is left where a document names neither these nor a range: RFC 6749 section 5.2 has 400 for both. */
const makeshift: readonly number[][] = [[400], [401, 403]];

/**
 * What a document lets a request be refused with, from its statuses: those that are meant for the reason, where it
 * names one of them; else what it has for refusals of any kind, `4XX` or `default`; else whatever refusal it
 * documents. A document that has none leaves it to the target. A status that the document says itself is for the reason
 * is right besides.
 */
export function rightRefusals(
  documented: readonly string[],
  why: Refusal,
  told: readonly number[] = [],
): RightStatuses {
  const right = meantRefusals(documented, why);
  const others = told.filter((status) => !right.includes(status));
  if (others.length === 0) return right;
  const words = [right.words, ...others].join(' or ');
  return rightStatuses(words, right.first, [...right.all, ...others], right.isOpen);
}

function meantRefusals(documented: readonly string[], why: Refusal): RightStatuses {
  const named = documented.map((status) => status.toUpperCase());
  const others = named.filter((status) => /^4\d\d$/.test(status)).map(Number);
  const anyBut = (words: string, excluded: readonly number[]): RightStatuses => {
    const all = refusals.filter((status) => !excluded.includes(status));
    const [first = 400] = meant[why].flat().filter((status) => all.includes(status));
    return rightStatuses(words, first, all, true);
  };
  const best = among(named, meant[why]);
  if (best) return best;
  if (named.includes('4XX')) return anyBut('4XX', others);
  if (named.includes('DEFAULT')) return anyBut('a 4xx, as "default"', others);
  return among(named, [...makeshift, others]) ?? anyBut('a refusal (4xx)', []);
}

/** What of the first group that has documented statuses is documented. */
function among(documented: readonly string[], groups: readonly number[][]): RightStatuses | undefined {
  for (const group of groups) {
    const right = group.filter((status) => documented.includes(String(status)));
    const [first] = right;
    if (first === undefined) continue;
    return rightStatuses(right.join(' or '), first, right);
  }
  return undefined;
}

/** Every status of the class that refuses for a reason on the client's side. */
const refusals = Array.from({ length: 100 }, (_, index) => 400 + index);

function rightStatuses(words: string, first: number, all: readonly number[], isOpen = false): RightStatuses {
  return { words, first, all, isOpen, includes: (status) => status !== undefined && all.includes(status) };
}
