import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { conformingReport, deviationOf, withRequirement } from '../../fixtures/lab/reports/report-builder.ts';
import { repositoryRoot } from '../../schemas/document/repository.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { causesOf } from './causes.ts';
import { conformingSentence, gateGap, inconclusiveSentence, nonconformingSentence } from './sentence.ts';

const sources = ['schemas', 'fixtures', 'specs', 'reports']
  .flatMap((layer) =>
    readdirSync(join(repositoryRoot, layer), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(layer, file),
    ),
  )
  .filter((file) => /(?<!\.test)\.ts$/.test(file) && !file.startsWith(join('fixtures', 'lab')))
  .sort();

/** Texts in the source that a user reads as they stand, with what is put into them as `…`. */
function written(opening: RegExp): string[] {
  return sources.flatMap((file) => {
    const source = readFileSync(join(repositoryRoot, file), 'utf8');
    return [...source.matchAll(opening)].flatMap(({ index, 0: start }) => {
      const rest = source.slice(index + start.length);
      const [, text] =
        /^\s*(?:'((?:[^'\\]|\\.)*)'|`((?:\$\{(?:[^{}]|\{[^{}]*\})*\}|[^`\\]|\\.)*)`)/
          .exec(rest)
          ?.filter((one) => one !== undefined) ?? [];
      return text === undefined ? [] : [filled(text)];
    });
  });
}

/** A template with what stands in it left open, however deep its braces are. */
function filled(text: string): string {
  let result = text;
  for (let before = ''; before !== result; ) {
    before = result;
    result = result.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…');
  }
  return result.replace(/\\(['`])/g, '$1');
}

/** The report with some requirements failed, and what comes of that. */
function broken(ids: string[], report = conformingReport()): ConformanceReport {
  const failed = ids.reduce(
    (all, id) =>
      withRequirement(all, id, { outcome: 'failed', deviations: [deviationOf({ expected: id, proof: [] })] }),
    report,
  );
  return { ...failed, causes: causesOf(failed.requirements) };
}

/** The requirements of a report that turn its verdict. */
const turning = (report: ConformanceReport) =>
  report.requirements.filter(({ level, outcome }) => level === 'must' && outcome === 'failed');

const nonconforming = (report: ConformanceReport) => nonconformingSentence(report, turning(report));
const stale = ['known.yaml:3 accepts that issue.enum fails, and it does not any more; delete the entry.'];

test('the verdict in all its sentences', () => {
  const sound = conformingReport();
  const custom = { name: 'custom', baseUrl: 'http://127.0.0.1:8080' };
  const sentences = [
    conformingSentence(sound),
    conformingSentence({ ...sound, partial: true }),
    conformingSentence(withRequirement(sound, 'token.leeway', { outcome: 'failed' })),
    conformingSentence(withRequirement(sound, 'issue.enum', { outcome: 'known' })),
    conformingSentence(sound, sound),
    nonconforming(broken(['token.revoked-unusable'])),
    nonconforming({
      ...broken([
        'issue.enum',
        'issue.success',
        'refresh.invalid-token',
        'revoke.success',
        'refresh.hostile-value',
      ]),
      target: custom,
    }),
    nonconforming({ ...broken(['issue.enum']), knownDeviationProblems: stale }),
    nonconforming({ ...sound, knownDeviationProblems: stale }),
    inconclusiveSentence(sound, 'the target refuses connections'),
    inconclusiveSentence(sound, 'this does not look like the API; is the base URL right?'),
    inconclusiveSentence(
      sound,
      gateGap(
        [
          withRequirement(sound, 'issue.enum', { reason: 'no token could be had' }).requirements.find(
            ({ id }) => id === 'issue.enum',
          ),
        ].flatMap((one) => one ?? []),
      ),
    ),
  ];
  expect(sentences).toEqual([
    'Conforming: the mock keeps 62 of 62 must requirements of Nomba Authentication API 1.0.0 (378 requests).',
    'Conforming: the mock keeps the 62 must requirements of this partial run of Nomba Authentication API 1.0.0 (378 requests).',
    'Conforming: the mock keeps 62 of 62 must requirements of Nomba Authentication API 1.0.0 (378 requests, 1 should finding to look at).',
    'Conforming: the mock keeps 61 of 62 must requirements of Nomba Authentication API 1.0.0 (378 requests, 1 known deviation accepted).',
    'No regression since the baseline of 2026-01-15 on the mock: the mock keeps 62 of 62 must requirements of Nomba Authentication API 1.0.0 (378 requests).',
    'Nonconforming: the mock accepts a revoked token (contract, line 138). Do not release before this is mended or accepted as known.',
    'Nonconforming: on http://127.0.0.1:8080, refresh accepts a refresh token that was not issued: client_secret left out (contract, line 129). It breaks the contract in 3 more ways: issue does not answer a valid request with the documented success, revoke too; issue does not refuse a value outside an enum as documented; and 1 more. Do not release before these are mended or accepted as known.',
    'Nonconforming: on the mock, issue does not refuse a value outside an enum as documented (contract, line 53). In the known deviations, known.yaml:3 accepts that issue.enum fails, and it does not any more; delete the entry. Do not release before this is mended or accepted as known.',
    'Nonconforming: 1 entry of the known deviations is not true of the mock any more; mend the file: known.yaml:3 accepts that issue.enum fails, and it does not any more; delete the entry.',
    'Inconclusive: no verdict on the mock: the target refuses connections; run again when that is mended.',
    'Inconclusive: no verdict on the mock: this does not look like the API; is the base URL right? Run again when that is mended.',
    'Inconclusive: no verdict on the mock: the gate needs every must requirement established, and issue.enum is not (no token could be had); run again when that is mended.',
  ]);
});

test('whatever a target breaks can be read aloud after its name', () => {
  const told = conformingReport()
    .requirements.filter(({ level }) => level === 'must')
    .map(({ id }) => nonconforming(broken([id])));
  for (const sentence of told) {
    expect(sentence).toMatch(isSound);
    // Of a requirement without words for its breach the title would be quoted.
    expect(sentence).not.toContain('“');
  }
});

/** No gap, nothing undefined, no word twice in a row, no stop twice. */
const isSound = /^(?!.*(?: {2}|undefined|\bnull\b|\.\.|;;|,,|\b(\w{2,}) \1\b)).+$/;

test('an error is one sentence that ends, and says what to do', () => {
  const errors = written(/new UserError\(/g);
  expect(errors.length).toBeGreaterThan(50);
  for (const error of errors) {
    expect.soft(error).toMatch(isSound);
    expect.soft(error).toMatch(/^[A-Z"….-].*[;,:].*[.…]$/);
  }
});

test('a reason follows a colon: it begins small and has no full stop', () => {
  const reasons = [
    ...written(/new Unobtainable\(/g),
    ...written(/\.(?:notTested|inconclusive)\(\s*[^,()]+,/g),
  ];
  expect(reasons.length).toBeGreaterThan(15);
  for (const reason of reasons) {
    expect.soft(reason).toMatch(isSound);
    expect.soft(reason).toMatch(/^[a-z…].*[^.]$/);
  }
});
