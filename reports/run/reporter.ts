import { readFileSync } from 'node:fs';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
  TestStep,
} from '@playwright/test/reporter';
import { runKey } from '../../fixtures/redaction/fingerprint.ts';
import type { Redactor } from '../../fixtures/redaction/redactor.ts';
import { redactorFor } from '../../fixtures/scenario/session.ts';
import { reportsDirFrom } from '../../fixtures/settings/files.ts';
import { contractOfRun } from '../../fixtures/settings/loaded-contract.ts';
import { reporterVariable } from '../../fixtures/settings/safe-run.ts';
import { credentialsIn } from '../../fixtures/settings/target.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import { exchangeAttachment, recordAttachment, type ScenarioRecord } from '../../schemas/report/record.ts';
import type { RunError } from '../../schemas/report/report.ts';
import { allScenarios } from '../../specs/scenarios/index.ts';
import { terminal } from '../formats/terminal.ts';
import { writeReports } from '../formats/write.ts';
import { allowancesFrom } from '../judge/allowances.ts';
import { judge } from '../judge/judge.ts';
import { runFacts } from './global-setup.ts';
import { linkFromPlaywright } from './playwright-link.ts';
import { suiteIdentity } from './suite-identity.ts';

/** How a run ends that has no verdict because nothing could be judged (design: exit codes). */
const noVerdict = 3;

/**
 * Collects the records of the scenarios, judges them, writes the reports, and ends the process with the exit
 * code of the verdict. It must be the first reporter: those after it see steps and errors without the call
 * logs in which Playwright shows every request header, and failures that it has put right.
 */
export default class ConformanceReporter implements Reporter {
  readonly #records: ScenarioRecord[] = [];
  readonly #errors: RunError[] = [];
  /** Titles of the scenarios that the run is to hold; undefined where it did not get that far. */
  #selected: Set<string> | undefined;
  /** Whether the run is one of scenarios, or was to be one. */
  #concerned = false;
  #exitCode: number | undefined;

  constructor() {
    process.env[reporterVariable] = String(process.pid);
    runKey();
    // Whoever reads the output may stop (`| head -1`): the verdict is still in the reports and the exit code.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  }

  printsToStdio(): boolean {
    return true;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    const selected = suite.allTests().filter(isScenario);
    this.#concerned =
      selected.length > 0 || config.filteredProjects.some(({ name }) => name === 'conformance');
    // An empty suite is what Playwright gives when a run ends in its setup.
    if (selected.length > 0) this.#selected = new Set(selected.map(({ title }) => title));
  }

  onStepBegin(_test: TestCase, _result: TestResult, step: TestStep): void {
    // Already here: a reporter may keep a step as it begins.
    scrub(step);
  }

  onStepEnd(_test: TestCase, _result: TestResult, step: TestStep): void {
    scrub(step);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    if (!isScenario(test)) return;
    // Marked as expected by the worker, so that Playwright would not restart it; a failure it is all the same.
    if (test.expectedStatus === 'failed') test.expectedStatus = 'passed';
    for (const step of result.steps) scrub(step);
    for (const error of [...result.errors, ...(result.error ? [result.error] : [])]) cutCallLog(error);
    const attachment = result.attachments.find(({ name }) => name === recordAttachment);
    detach(result);
    const body = attachment && contentOf(attachment);
    if (body) {
      const record = JSON.parse(body.toString()) as ScenarioRecord;
      showExchanges(result, record);
      this.#records.push(record);
    } else if (result.status !== 'skipped' && result.status !== 'interrupted') {
      const why = result.error?.message?.split('\n')[0] ?? `it ended as ${result.status}`;
      this.#errors.push({
        kind: 'suite',
        message: `the scenario "${test.title}" left no record: ${plain(why)}`,
      });
    }
  }

  onError(error: TestError): void {
    cutCallLog(error);
    const message = plain(error.message ?? error.value ?? 'unknown error').replace(/^Error: /, '');
    const [, name, sentence = message] = /^(UserError|Unreachable): ([\s\S]*)$/.exec(message) ?? [];
    const kind = name === 'UserError' ? 'configuration' : name === 'Unreachable' ? 'outage' : 'suite';
    const nothingSelected = message.startsWith('No tests found');
    if (nothingSelected) this.#selected = new Set();
    const told = nothingSelected ? 'nothing ran, since no scenario is selected' : sentence.split('\n')[0];
    this.#errors.push({ kind, message: told ?? sentence });
  }

  async onEnd(result: FullResult): Promise<{ status?: FullResult['status'] } | undefined> {
    if (!this.#concerned) {
      for (const { message } of this.#errors) console.error(message);
      return undefined;
    }
    try {
      this.#exitCode = await this.#conclude(result);
    } catch (error) {
      const { message } = error as Error;
      const isConfiguration = error instanceof UserError;
      console.error(isConfiguration ? message : `The report could not be written: ${message}`);
      this.#exitCode = isConfiguration ? 2 : noVerdict;
    }
    // Refused: those that come after this one would write a report of nothing, over the last or where none can be.
    if (this.#exitCode === 2) await this.onExit();
    return { status: this.#exitCode === 0 ? 'passed' : 'failed' };
  }

  async onExit(): Promise<void> {
    if (this.#exitCode === undefined) return;
    // Only now has the HTML reporter, which comes after this one, written its page. Without the link it serves too.
    await linkFromPlaywright(reportsDirFrom(process.env)).catch(() => undefined);
    await new Promise((resolve) => process.stdout.write('', resolve));
    process.send?.(this.#exitCode);
    process.exit(this.#exitCode);
  }

  async #conclude({ status, startTime, duration }: FullResult): Promise<number> {
    const configuration = this.#errors.find(({ kind }) => kind === 'configuration');
    if (configuration) {
      console.error(configuration.message);
      return 2;
    }
    const contract = contractOfRun();
    const scenarios = allScenarios(contract);
    const directory = reportsDirFrom(process.env);
    const facts = runFacts();
    const gap = whyCutShort(status);
    const { known, baseline } = facts ?? allowancesFrom(process.env, contract);
    const selected = this.#selected;
    const report = judge({
      records: inOrder(this.#records, scenarios),
      contract,
      scenarios,
      errors: this.#errors,
      ...(gap === undefined ? {} : { interrupted: gap }),
      partial: selected !== undefined && !scenarios.every(({ title }) => selected.has(title)),
      rules: process.env.NOMBA_RULES === 'gate' ? 'gate' : 'conformance',
      known,
      ...(baseline === undefined ? {} : { baseline }),
      ...(facts?.asked ? { asked: facts.asked } : {}),
      warnings: facts?.warnings ?? [],
      suite: suiteIdentity(),
      target: facts?.description.target ?? { name: 'unknown', baseUrl: '' },
      overlay: facts?.description.overlay ?? null,
      startedAt: startTime,
      durationMs: duration,
    });
    await writeReports(report, directory, baseline);
    console.log(terminal(report, { colour: process.stdout.isTTY === true, directory }));
    return report.exitCode;
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** The records in the order of the scenarios, whichever worker they came from. */
function inOrder(records: ScenarioRecord[], scenarios: { title: string }[]): ScenarioRecord[] {
  const places = new Map(scenarios.map(({ title }, place) => [title, place]));
  const placeOf = ({ scenario }: ScenarioRecord) => places.get(scenario) ?? scenarios.length;
  return [...records].sort((one, other) => placeOf(one) - placeOf(other));
}

function whyCutShort(status: FullResult['status']): string | undefined {
  return status === 'interrupted' || status === 'timedout' ? `the run was ${status}` : undefined;
}

function isScenario(test: TestCase): boolean {
  return test.parent.project()?.name === 'conformance';
}

type Attachment = TestResult['attachments'][number];

function contentOf({ body, path }: Attachment): Buffer | undefined {
  return body ?? (path ? readFileSync(path) : undefined);
}

/** Puts the exchanges, which were redacted when their scenario had ended, where its steps hold their places. */
function showExchanges({ attachments }: TestResult, { steps = [] }: ScenarioRecord): void {
  for (const attachment of attachments.filter(({ name }) => name === exchangeAttachment)) {
    const shown = steps[Number(contentOf(attachment))];
    if (!shown) continue;
    attachment.name = shown.name;
    attachment.body = Buffer.from(shown.text);
    delete attachment.path;
  }
}

/** Takes the record out of a result, and the step that attached it: the HTML report fails on a step whose attachment is gone. */
function detach(result: TestResult): void {
  const isRecord = ({ name }: { name: string }) => name === recordAttachment;
  result.steps = result.steps.filter(({ attachments }) => !attachments.some(isRecord));
  result.attachments = result.attachments.filter((attachment) => !isRecord(attachment));
}

/** Takes out of a step what Playwright writes into it of the request: the query of its URL, and the call log. */
function scrub(step: TestStep): void {
  step.title = plain(withoutQuery(step.title));
  if (step.subtitle !== undefined) step.subtitle = plain(withoutQuery(step.subtitle));
  if (typeof step.params?.url === 'string') step.params.url = plain(withoutQuery(step.params.url));
  if (step.error) cutCallLog(step.error);
  for (const inner of step.steps) scrub(inner);
}

function withoutQuery(text: string): string {
  return text.replace(/\?\S*/, '');
}

function cutCallLog(error: TestError): void {
  for (const key of ['message', 'stack', 'value', 'snippet'] as const) {
    const text = error[key];
    if (text !== undefined) error[key] = plain(text.split(/\n\s*Call log:/)[0] ?? '');
  }
}

let known: Redactor | undefined;

/** A text without terminal colours and without the credentials that this process knows. */
function plain(text: string): string {
  known ??= redactorFor(credentialsIn(process.env));
  return known.text(text.replaceAll(ansi, ''));
}

const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
