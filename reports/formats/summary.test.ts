import { expect, test } from '@playwright/test';
import { marked, type Token, type Tokens } from 'marked';
import { partlyAcceptedReport } from '../../fixtures/lab/reports/partly-accepted.ts';
import {
  conformingReport,
  deviationOf,
  differenceOf,
  hugeReport,
  inconclusiveReport,
  nonconformingReport,
  withRequirement,
} from '../../fixtures/lab/reports/report-builder.ts';
import { failedIn, requirementIn } from '../../fixtures/lab/reports/requirement-in.ts';
import type { ConformanceReport } from '../../schemas/report/report.ts';
import { summary } from './summary.ts';

function tables(markdown: string): Tokens.Table[] {
  const found: Tokens.Table[] = [];
  marked.walkTokens(marked.lexer(markdown, { gfm: true }), (token: Token) => {
    if (token.type === 'table') found.push(token as Tokens.Table);
  });
  return found;
}

/** The text of a cell as a reader sees it. */
function shown(markdown: string): string {
  const html = marked.parseInline(markdown, { gfm: true, async: false });
  return html
    .replace(/<!--.*?-->|<\/?code>/g, '')
    .replace(/&#(\d+);/g, (_, number) => String.fromCodePoint(Number(number)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

test('in what a target differs comes next to the verdict, with the file of corrections where there are any', () => {
  const actions = [{ target: '$.paths', remove: true as const }];
  const text = (changes: object) =>
    summary({ ...nonconformingReport(), causes: [], diagnosis: [differenceOf('refresh', changes)] }).split(
      '\n',
    );
  expect(text({ remedies: { contract: 'ask', target: 'ask not' }, actions }).slice(2, 7)).toEqual([
    '### In what the target differs from the contract',
    '',
    '- refresh succeeds with a bearer token, which the contract does not ask for',
    '',
    'All of it as corrections to fill in: `drift.overlay.yaml`.',
  ]);
  expect(text({}).slice(4, 7).join()).toMatch(/so that the server is to change,,- /);
});

for (const report of [conformingReport(), nonconformingReport(), inconclusiveReport()]) {
  test(`the first line of a ${report.verdict} run is the verdict sentence`, () => {
    expect(shown(summary(report).split('\n')[0] ?? '')).toBe(report.sentence);
  });
}

test('a conforming run has counts and coverage and no table', () => {
  const report = conformingReport();
  const text = summary(report);
  expect(tables(text)).toEqual([]);
  expect(text).toContain(`Requirements: ${report.requirements.length} passed\n`);
  expect(text).toMatch(/Coverage: 9 of 9 statuses seen, \d+ of \d+ response properties seen/);
});

test('what failed, is known or has no answer is one table with the place in the contract', () => {
  const report = nonconformingReport();
  const { first } = failedIn(report, 'issue.missing-parameter');
  const { title } = report.causes.find(({ requirements: [id] }) => id === 'issue.missing-parameter') ?? {};
  const [table] = tables(summary(report));
  const rows = (table?.rows ?? []).map((cells) => cells.map(({ text }) => shown(text)));
  expect(rows.map(([outcome]) => outcome?.replace(/^\S+ /, ''))).toEqual([
    ...Array(4).fill('failed'),
    'known',
    'not tested',
    'not tested',
    'inconclusive',
  ]);
  expect(rows[1]?.[1]).toBe(`issue.missing-parameter ${title}`);
  expect(rows[1]?.[2]).toMatch(/^schemas\/nomba-authentication\.openapi\.yaml:\d+$/);
  expect(rows[1]?.[3]).toBe(`expected ${first.expected}, actual ${first.actual}, and 1 more`);
  expect(rows[4]?.[3]).toContain('(sandbox-limitation, payments-platform, until 2026-03-01)');
});

test('should findings have a table of their own', () => {
  const report = nonconformingReport();
  const [, table] = tables(summary(report));
  expect(table?.rows.map(([requirement]) => requirement?.text)).toEqual([
    `\`http.no-store\` ${requirementIn(report, 'http.no-store').title}`,
  ]);
});

test('rerun commands and entries to accept are there to copy, each once', () => {
  const report = nonconformingReport();
  const { rerun } = failedIn(report, 'issue.missing-parameter').first;
  const text = summary(report);
  expect(text.split('\n').filter((line) => line === rerun)).toHaveLength(1);
  expect(text).toContain('- requirement: issue.missing-parameter\n  reason: ""');
});

test('errors of the run and stale known deviations are listed', () => {
  const report = {
    ...inconclusiveReport(),
    knownDeviationProblems: ['issue.enum passes now; delete its entry.'],
  };
  const text = summary(report);
  expect(text).toContain('- outage: https:\\/\\/sandbox.nomba.com refused 5 connections in a row');
  expect(text).toContain('- known deviations: issue.enum passes now; delete its entry.');
});

for (const hostile of [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '| a | b |\n| - | - |\n| c | d |',
  '\\| backslash before a pipe \\',
  '\\*backslashes\\* before \\[stars\\](x)',
  '`code` ``more`` ```\nfence',
  '[link](javascript:alert(1)) ![image](https://evil.example/x.png) <https://evil.example>',
  'https://evil.example www.evil.example @octocat #1 :tada: $x$ ~~gone~~ **bold** _it_',
  '</details></code>&lt;b&gt; <!-- hidden -->',
  '\u202e\u200babc\u0000',
]) {
  test(`a target that says ${JSON.stringify(hostile.slice(0, 24))} changes nothing in the markdown`, () => {
    const report = (text: string): ConformanceReport => ({
      ...withRequirement(conformingReport(), 'issue.success', {
        outcome: 'failed',
        deviations: [deviationOf({ expected: text, actual: text })],
      }),
      sentence: text,
      errors: [{ kind: 'outage', message: text }],
    });
    const shape = (markdown: string) => {
      const types: string[] = [];
      marked.walkTokens(marked.lexer(markdown, { gfm: true }), (token) => {
        const plain = ['text', 'escape', 'codespan'].includes(token.type);
        if (token.type === 'html') {
          for (const [tag] of token.text.matchAll(/<[^>]*>/g)) types.push(tag);
        } else if (!plain) types.push(token.type);
      });
      return types.filter((type) => !['<code>', '</code>', '<!-- -->'].includes(type));
    };
    const markdown = summary(report(hostile));
    expect(shape(markdown)).toEqual(shape(summary(report('plain words'))));
    const cell = tables(markdown)[0]?.rows[0]?.[3]?.text ?? '';
    const visible = hostile
      .replaceAll('\n', '\\n')
      .replace(/[\p{Cc}\u200b\u202e]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
    expect(shown(cell)).toBe(`expected ${visible}, actual ${visible}`);
    expect(shown(markdown.split('\n')[0] ?? '')).toBe(visible);
  });
}

test('a run with 500 deviations of a megabyte each stays below what a job summary may have', () => {
  const huge = hugeReport(500);
  const requirements = huge.requirements.map((requirement) => ({
    ...requirement,
    deviations: requirement.deviations.map((deviation) => ({ ...deviation, actual: '|'.repeat(1_000_000) })),
  }));
  expect(summary({ ...huge, requirements }).length).toBeLessThan(500_000);
});

test('a deviation that is accepted has a row of its own, beside the breach of the same requirement', () => {
  const rows = tables(summary(partlyAcceptedReport()))[0]?.rows ?? [];
  const cells = rows.map((row) => row.map(({ text }) => shown(text)));
  const about = cells.filter(([, requirement]) => requirement?.startsWith('issue.missing-parameter'));
  expect(about.map(([outcome]) => outcome)).toEqual(['❌ failed', '🟦 known']);
  expect(about[1]?.[3]).toBe('Mended soon. (target-bug, auth, until 2026-03-01)');
});

test('a should requirement that is known is no finding', () => {
  const report = nonconformingReport();
  const { acceptance } = requirementIn(report, 'revoke.unauthenticated');
  if (!acceptance) throw new Error('revoke.unauthenticated is not accepted.');
  const accepted = withRequirement(report, 'http.no-store', { outcome: 'known', acceptance });
  const [, ...others] = tables(summary(accepted));
  expect(others.map(({ header }) => header[0]?.text)).toEqual(['What']);
});
