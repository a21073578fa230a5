import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { version } from 'yaml/package.json';
import type { ParsedYaml } from './parsed-yaml.ts';

/** Changed with what `parseYaml` makes of a text, so that nothing older is taken for it. */
const format = 1;

/** Where JavaScript tools keep what can be made again at any time. */
const folder = join(__dirname, '..', 'node_modules', '.cache', 'nomba-auth-conformance');

interface Remembered {
  key: string;
  parsed: ParsedYaml;
}

/**
 * What `parse` makes of a text, from the last process that parsed the same text where there was one: the yaml
 * library takes 130 ms for the contract and the catalogue in each of the three processes of a run, which is a
 * tenth of it. Only files of the repository are remembered, one entry each. What cannot be read or written is
 * just parsed again.
 */
export function remembered(file: string, text: string, parse: () => ParsedYaml): ParsedYaml {
  if (isAbsolute(file)) return parse();
  const key = createHash('sha256').update(`${format} ${version} ${text}`).digest('hex');
  const path = join(folder, `${file.replaceAll(/[^\w.-]/g, '_')}.json`);
  return recall(path, key) ?? remember(path, key, parse());
}

function recall(path: string, key: string): ParsedYaml | undefined {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Remembered;
    return found.key === key ? found.parsed : undefined;
  } catch {
    return undefined;
  }
}

function remember(path: string, key: string, parsed: ParsedYaml): ParsedYaml {
  const text = JSON.stringify({ key, parsed } satisfies Remembered);
  // `.inf` and `.nan` are YAML, but not JSON.
  if (!isDeepStrictEqual((JSON.parse(text) as Remembered).parsed, parsed)) return parsed;
  try {
    mkdirSync(folder, { recursive: true });
    // Renamed into place: another process never reads half of it.
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch {
    // A folder that may not be written to only costs time.
  }
  return parsed;
}
