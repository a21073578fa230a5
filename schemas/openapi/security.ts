/** What a request proves its right by, under one security scheme of the document. */
export interface SecurityScheme {
  /** The name that the document gives the scheme. */
  name: string;
  /** `bearer` is a token of this API; `basic` the client's id and secret; `key` a value that is known to both sides. */
  kind: 'bearer' | 'basic' | 'key' | 'other';
  /** Where a key stands, and under which name. */
  in?: string;
  parameter?: string;
  /** What it is, in words: `the API key "X-Key" in the header`. */
  what: string;
  /** Of the requirement that asks for it. */
  pointer: string;
}

/** A Security Scheme Object under its name; what it is for a run. */
export function readScheme(
  name: string,
  { type, scheme, in: place, name: parameter }: Record<string, unknown>,
  pointer: string,
): SecurityScheme {
  const http = type === 'http' ? String(scheme).toLowerCase() : undefined;
  if (http === 'bearer' || type === 'oauth2' || type === 'openIdConnect') {
    return { name, kind: 'bearer', what: 'a bearer token', pointer };
  }
  if (http === 'basic') return { name, kind: 'basic', what: 'the client credentials as HTTP Basic', pointer };
  if (type === 'apiKey') {
    const what = `the API key "${parameter}" in the ${place}`;
    return { name, kind: 'key', in: String(place), parameter: String(parameter), what, pointer };
  }
  return { name, kind: 'other', what: http ? `HTTP ${scheme}` : String(type), pointer };
}

/**
 * The alternative that requests are made by: the one that a run can give with least, in the order of the document.
 * None is asked for where one of them is empty, which makes the others optional (OpenAPI 3.1.0, Security
 * Requirement Object).
 */
export function chosenFrom(alternatives: SecurityScheme[][], issuesTokens: boolean): SecurityScheme[] {
  if (alternatives.some((schemes) => schemes.length === 0)) return [];
  return (
    alternatives.toSorted((one, other) => costOf(one, issuesTokens) - costOf(other, issuesTokens))[0] ?? []
  );
}

/** What it costs to give all of some schemes; more than a hundred where one of them cannot be given at all. */
function costOf(schemes: SecurityScheme[], issuesTokens: boolean): number {
  return schemes.reduce((all, scheme) => {
    if (cannotBeGiven(scheme, issuesTokens)) return all + 100;
    return all + (scheme.kind === 'key' ? 10 : 1);
  }, 0);
}

/** Whether no setting of a run supplies what a scheme asks for: a token before there is one among it. */
export function cannotBeGiven(
  { kind, in: place, parameter }: SecurityScheme,
  issuesTokens: boolean,
): boolean {
  if (kind === 'key') return place !== 'header' || parameter?.toLowerCase() === 'authorization';
  return kind === 'other' || (kind === 'bearer' && issuesTokens);
}
