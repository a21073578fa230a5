import { test as base, request, type TestDetails, type TestInfo } from '@playwright/test';
import { type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import { contextOptions } from '../../fixtures/http/transport.ts';
import type { Redactor } from '../../fixtures/redaction/redactor.ts';
import { readable, recordExchange } from '../../fixtures/scenario/record-exchange.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import { type Hooks, ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { openSession, type Session } from '../../fixtures/scenario/session.ts';
import { limitsFrom } from '../../fixtures/settings/limits.ts';
import { contractOfRun } from '../../fixtures/settings/loaded-contract.ts';
import { runFolderVariable } from '../../fixtures/settings/own-variables.js';
import { requireSafeRun } from '../../fixtures/settings/safe-run.ts';
import { targetFrom } from '../../fixtures/settings/target.ts';
import { recordAttachment } from '../../schemas/report/record.ts';
import { checkExchange } from '../checks/form.ts';
import { annotation, conclude, showDeviations, text } from './shown.ts';

/** Runs a scenario to its end, also where Playwright ends the test before. */
type ToItsEnd = (scenario: () => Promise<void>) => Promise<void>;

/** Playwright's test, with what the scenarios of one worker share. */
export const test = base.extend<{ toItsEnd: ToItsEnd }, { session: Session }>({
  // Playwright leaves a test that is interrupted, or out of time, at once; its fixtures it takes down with patience.
  // There the client is told, the scenario ends early, revokes its tokens and attaches its record.
  toItsEnd: async ({ session }, use) => {
    let underWay: Promise<void> | undefined;
    let ended = false;
    await use((scenario) => {
      underWay = scenario().finally(() => {
        ended = true;
      });
      return underWay;
    });
    if (ended) return;
    session.client.interrupt();
    await underWay?.catch(() => {});
  },
  session: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
    async ({}, use, workerInfo) => {
      const contract = contractOfRun();
      const target = targetFrom(process.env, contract);
      if (!target.embedded) requireSafeRun(workerInfo.project.use);
      const context = await request.newContext(contextOptions(target));
      const limits = limitsFrom(process.env, target);
      const session = openSession(
        context,
        contract,
        target,
        limits,
        String(workerInfo.workerIndex),
        process.env[runFolderVariable],
      );
      redactStrayErrors(session.redactor);
      await use(session);
      await revokeHeld(session);
      await context.dispose();
    },
    { scope: 'worker' },
  ],
});

/** The token that is held for the last scenario, where that was not selected: none may outlive the run. */
async function revokeHeld(session: Session): Promise<void> {
  if (!session.watch.alive) return;
  // Taken, and not left: no scenario has counted it as a token that it left.
  const run = async (t: ScenarioRun) => void (await t.takeAlive());
  const nothing = { title: 'tidying up', establishes: [], requests: () => 1, run };
  const hooks: Hooks = { onExchange() {}, around: (_title, send) => send() };
  await new ScenarioRun(session, nothing, hooks).run();
}

/** Takes secrets out of errors that nothing catches, before Playwright, whose listener comes later, reports them. */
function redactStrayErrors(redactor: Redactor): void {
  process.prependListener('uncaughtException', (error) => redactor.error(error));
  process.prependListener('unhandledRejection', (reason) => {
    if (reason instanceof Error) redactor.error(reason);
  });
}

/** What Playwright shows of a scenario: requirement ids as its tags, levels and sources as annotations. */
export function details({ establishes }: Scenario): TestDetails {
  return {
    tag: establishes.map((id) => `@${id}`),
    annotation: establishes.map((id) => annotation(id, contractOfRun())),
  };
}

/** The body of the Playwright test that a scenario is. */
export function runs(scenario: Scenario) {
  return ({ session, toItsEnd }: { session: Session; toItsEnd: ToItsEnd }, testInfo: TestInfo) =>
    toItsEnd(async () => {
      const shown: ShownExchange[] = [];
      const record = await new ScenarioRun(session, scenario, hooksFor(session, shown, testInfo)).run();
      // Only now: what is secret of an exchange may be known only when its scenario has ended.
      for (const { title, exchange } of shown) {
        const name = session.redactor.text(`${title}: ${outcomeOf(exchange)}`);
        await testInfo.attach(name, text(readable(recordExchange(exchange, session.redactor))));
      }
      await showDeviations(record);
      // Last: the reporter takes it out again.
      await testInfo.attach(recordAttachment, {
        body: JSON.stringify(record),
        contentType: 'application/json',
      });
      conclude(record, testInfo);
    });
}

/** An exchange to show, and what it was for. */
interface ShownExchange {
  title: string;
  exchange: Exchange;
}

/**
 * Each request is a step, named by what it is for. What was asked and what came is attached when the scenario has
 * ended. What our own mock answers is no news: there the attachments would only cost time, a tenth of a run.
 */
function hooksFor({ target }: Session, shown: ShownExchange[], { file, line, column }: TestInfo): Hooks {
  // Told where a step is, Playwright does not look for it on the stack: a tenth of a worker's time.
  const location = { file, line, column };
  return {
    onExchange: checkExchange,
    around: async (title, send) => {
      const sent = await test.step(title, send, { location });
      if (!target.embedded) for (const exchange of [sent].flat()) shown.push({ title, exchange });
      return sent;
    },
  };
}
