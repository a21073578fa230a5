import type { Deviation } from '../../schemas/report/report.ts';

/** Which part of a response a deviation is about, so that the page can mark it. */
export interface DifferingPart {
  status: boolean;
  /** Names of headers that came, in lower case. */
  headers: ReadonlySet<string>;
  /** Headers that were expected and did not come, as the deviation writes them. */
  absentHeaders: readonly string[];
  /** JSON pointer into the body; the whole body when empty; undefined when it is not about the body. */
  pointer: string | undefined;
}

/** Response headers a requirement may be about; any other hyphenated word is prose. */
const headerNames =
  /\b(?:cache-control|pragma|www-authenticate|content-type|content-length|content-encoding|allow|location|set-cookie|retry-after|strict-transport-security|access-control-allow-(?:origin|credentials)|server|x-powered-by)\b/gi;

/** Nothing to mark: the answer is as it has to be. */
export const nothingDiffers: DifferingPart = {
  status: false,
  headers: new Set(),
  absentHeaders: [],
  pointer: undefined,
};

/**
 * What to mark: the place in the body where the deviation names one; else the headers its words name; else
 * the status line, which then is what differs.
 */
export function differingPart({ expected, actual, instancePointer, exchange }: Deviation): DifferingPart {
  if (instancePointer !== undefined) return { ...nothingDiffers, pointer: instancePointer };
  const came = new Set(exchange?.response?.headers.map(([name]) => name.toLowerCase()));
  const named = [...new Set(`${expected} ${actual}`.slice(0, 4_000).match(headerNames))];
  const headers = new Set(named.map((name) => name.toLowerCase()).filter((name) => came.has(name)));
  const absentHeaders = (expected.slice(0, 2_000).match(headerNames) ?? []).filter(
    (name, at, all) => !came.has(name.toLowerCase()) && all.indexOf(name) === at,
  );
  if (headers.size > 0 || absentHeaders.length > 0) return { ...nothingDiffers, headers, absentHeaders };
  return { ...nothingDiffers, status: true };
}
