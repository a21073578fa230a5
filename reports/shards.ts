/** A part of a run, as Playwright's `--shard=current/total` names it. */
export interface Shard {
  current: number;
  total: number;
}

/** The entry of a run's metadata that holds its `RunDescription`: where blob reports are merged nothing is set up. */
export const descriptionKey = 'conformance';

const mark = /^shard (\d+) of (\d+)$/;

/** The shard that a command line asks for, or undefined. Playwright itself refuses what is not one. */
export function shardFrom(argv: string[]): Shard | undefined {
  const at = argv.findIndex((argument) => /^--shard(=|$)/.test(argument));
  const [, value = argv[at + 1]] = argv[at]?.split('=') ?? [];
  const [, current, total] = /^(\d+)\/(\d+)$/.exec(value ?? '') ?? [];
  return at < 0 || total === undefined ? undefined : { current: Number(current), total: Number(total) };
}

/** Metadata of a run by which the merging knows its shards: Playwright joins the entries of all. */
export function shardMetadata(shard: Shard | undefined): Record<string, true> {
  return shard === undefined ? {} : { [`shard ${shard.current} of ${shard.total}`]: true };
}

/**
 * Why merged blob reports are no whole run, in a sentence's part: shards are missing, or were cut differently.
 * Undefined where they are one, and where nothing was sharded.
 */
export function shardProblem(metadata: Record<string, unknown>): string | undefined {
  const shards = Object.keys(metadata).flatMap((key): Shard[] => {
    const [, current, total] = mark.exec(key) ?? [];
    return total === undefined ? [] : [{ current: Number(current), total: Number(total) }];
  });
  const [{ total } = { total: 0 }] = shards;
  if (shards.some((shard) => shard.total !== total)) {
    return 'the blob reports are of runs that were cut into different numbers of shards';
  }
  const missing = Array.from({ length: total }, (_, index) => index + 1).filter(
    (number) => !shards.some(({ current }) => current === number),
  );
  if (missing.length === 0) return undefined;
  const [noun, verb] = missing.length === 1 ? ['report of shard', 'is'] : ['reports of shards', 'are'];
  return `the blob ${noun} ${missing.join(', ')} of ${total} ${verb} missing`;
}
