/** What a scenario looks like in Playwright's own reports. */

import { isAbsolute } from 'node:path';
import { type TestInfo, test } from '@playwright/test';
import { readable } from '../../fixtures/scenario/record-exchange.ts';
import { reporterTakesPart } from '../../fixtures/settings/safe-run.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import type { CheckRecord, ScenarioRecord } from '../../schemas/report/record.ts';
import { catalogue, requirement, sourceOf, titleIn } from '../catalogue/catalogue.ts';

/** Shows the proof of each deviation as a step, named by the deviation, with a step for each exchange of it. */
export async function showDeviations({ checks, exchanges }: ScenarioRecord): Promise<void> {
  for (const check of checks) {
    if (check.outcome !== 'failed' || !check.proof) continue;
    const steps = check.proof;
    await test.step(sentence(check), async () => {
      for (const { exchange, purpose, decisive } of steps) {
        const shown = exchanges[exchange];
        if (!shown) continue;
        await test.step(decisive ? `${purpose}: shows it` : purpose, (step) =>
          step.attach('exchange', text(readable(shown.record))),
        );
      }
    });
  }
}

/** The annotation of a requirement that a scenario establishes: its level, title and source. */
export function annotation(id: string, contract: Contract): { type: string; description: string } {
  const row = requirement(id);
  const source = sourceOf(row, contract);
  const where = 'rfc' in source ? source.url : linkTo(source);
  return { type: row.level, description: `${id}: ${titleIn(row, contract)} (${where})` };
}

/** A place of the contract: where GitHub runs us, as a link to the line. */
function linkTo({ file, line }: { file: string; line: number }): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = process.env;
  const published = server && repository && commit && !isAbsolute(file);
  return published ? `${server}/${repository}/blob/${commit}/${file}#L${line}` : `${file}:${line}`;
}

/** Gives the test the outcome that its checks say: failed on a must, skipped when nothing could be said. */
export function conclude({ checks, scenario, defect }: ScenarioRecord, testInfo: TestInfo): void {
  const musts = new Set(catalogue().flatMap(({ id, level }) => (level === 'must' ? [id] : [])));
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const broken = failed.filter((check) => musts.has(check.requirement));
  for (const check of failed) {
    if (!broken.includes(check))
      testInfo.annotations.push({ type: 'should finding', description: sentence(check) });
  }
  if (broken.length > 0 || defect !== undefined) {
    // Playwright restarts the worker after an unexpected failure, 1.1 s each; a scenario leaves nothing in its
    // worker that a restart would mend.
    if (reporterTakesPart()) testInfo.expectedStatus = 'failed';
    const lines = [...new Set(broken.map(sentence)), ...(defect === undefined ? [] : [defect])];
    const error = new Error([`${scenario}:`, ...lines].join('\n  '));
    error.stack = error.message;
    throw error;
  }
  const open = checks.find(({ outcome }) => outcome === 'inconclusive' || outcome === 'not-tested');
  if (open) testInfo.skip(true, `${open.outcome}: ${open.requirement}: ${open.reason}`);
}

function sentence({ requirement: id, expected, actual, instancePointer, place }: CheckRecord): string {
  const where = instancePointer ? ` at ${instancePointer}` : '';
  const source = place ? ` (${place.file}:${place.line})` : '';
  return `${id}: expected ${expected}${where}, got ${actual}${source}`;
}

/** An attachment that reports show as it is. */
export function text(body: string): { body: string; contentType: string } {
  return { body, contentType: 'text/plain' };
}
