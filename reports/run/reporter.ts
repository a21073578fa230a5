import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
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
import type { Reading, Redactor } from '../../fixtures/redaction/redactor.ts';
import { noObservations } from '../../fixtures/scenario/observations.ts';
import { addressWords, redactorFor } from '../../fixtures/scenario/session.ts';
import { reportsDirFrom } from '../../fixtures/settings/files.ts';
import { contractOfRun } from '../../fixtures/settings/loaded-contract.ts';
import { runFolderVariable, terminalVariable } from '../../fixtures/settings/own-variables.js';
import { reporterVariable } from '../../fixtures/settings/safe-run.ts';
import { credentialsIn } from '../../fixtures/settings/target.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import { contractWords } from '../../schemas/openapi/contract-words.ts';
import { recordAttachment, type ScenarioRecord } from '../../schemas/report/record.ts';
import type { RunError } from '../../schemas/report/report.ts';
import { allScenarios } from '../../specs/scenarios/index.ts';
import { terminal } from '../formats/terminal.ts';
import { oneLine } from '../formats/text.ts';
import { writeReports } from '../formats/write.ts';
import { allowancesFrom } from '../judge/allowances.ts';
import { judge } from '../judge/judge.ts';
import { preparedRun } from './global-setup.ts';
import { linkFromPlaywright } from './playwright-link.ts';
import { nameOfError } from './preflight.ts';
import { Progress } from './progress.ts';
import { removeRunFolder } from './run-folder.js';
import { suiteIdentity } from './suite-identity.ts';

/** How a run ends that has no verdict because nothing could be judged (design: exit codes). */
const noVerdict = 3;

/** How often the command that started the run is told that it is alive, in milliseconds. */
const signEvery = 2000;
/** So long may a worker be silent beyond the time of one exchange: it starts, compiles, or judges a long answer. */
const longestSilence = 60_000;
/** So many scenarios in a row may be cut off before the run is given up. */
const mostCutOffs = 3;
/** From the last test to the end: the other reporters write theirs in this time, in milliseconds. */
const timeToEnd = 20_000;

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
  /** What is printed once all other reporters have said what they have to: its last line is the verdict. */
  #lastWords = '';
  #progress: Progress | undefined;
  readonly #startedAt = new Date();
  /** Scenarios in a row that left no record. */
  #cutOffs = 0;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor() {
    process.env[reporterVariable] = String(process.pid);
    runKey();
    // Whoever reads the output may stop (`| head -1`), or have no room for it: the verdict is still in the reports
    // and the exit code.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    // What `timeout`, Docker, Kubernetes, GitLab and Jenkins send, and the end of the command that started the run:
    // to Playwright they are Ctrl+C, after which it stops its workers and asks for the report.
    const interrupt = () => process.kill(process.pid, 'SIGINT');
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
    process.on('disconnect', interrupt);
    process.send?.({ begins: true });
    this.#every(signEvery, () => process.connected && process.send?.({}));
  }

  printsToStdio(): boolean {
    return true;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    const selected = suite.allTests().filter(isScenario);
    this.#concerned =
      selected.length > 0 || config.filteredProjects.some(({ name }) => name === 'conformance');
    // An empty suite is what Playwright gives when a run ends in its setup.
    if (selected.length === 0) return;
    this.#selected = new Set(selected.map(({ title }) => title));
    this.#follow();
  }

  /** Shows the progress of the run, and ends it where nothing comes of its workers any more. */
  #follow(): void {
    const columns = process.stderr.columns ?? Number(process.env[terminalVariable]);
    const screen = {
      columns: columns > 0 && process.env.TERM !== 'dumb' ? columns : undefined,
      write: (text: string) => void process.stderr.write(text),
    };
    const expected = () =>
      allScenarios(contractOfRun())
        .filter(({ title }) => this.#selected?.has(title))
        .reduce((sum, { requests }) => sum + requests(), 0);
    const progress = new Progress(runFolder(), screen, expected);
    this.#progress = progress;
    progress.start();
    // A debugger has a scenario wait as long as somebody looks at it.
    if (process.env.PWDEBUG) return;
    const limit = longestSilence + (preparedRun()?.limits.requestTimeoutMs ?? 0);
    this.#every(1000, () => {
      if (progress.silentFor > limit) void this.#giveUp(limit);
    });
  }

  /** A worker that could not start, or stands still: Playwright would wait for it without end. */
  async #giveUp(limitMs: number): Promise<void> {
    const why = `nothing came of the worker process in ${Math.round(limitMs / 1000)} s: it could not start, or stands still`;
    this.#errors.push({ kind: 'suite', message: this.#told(why, this.#progress?.scenario ?? '') });
    await this.#end();
  }

  /** Ends the run from here, with a report of what there is. */
  async #end(): Promise<void> {
    const duration = Date.now() - this.#startedAt.getTime();
    await this.onEnd({ status: 'failed', startTime: this.#startedAt, duration });
    await this.onExit();
  }

  /** What cut a scenario off, and what is known of the tokens of it. */
  #told(why: string, scenario: string): string {
    const left = this.#progress?.lastOf(scenario)?.tokens?.left ?? 0;
    const tokens = left > 0 ? `${left} of its access tokens or more are` : 'access tokens of it may be';
    return `${why}; ${tokens} left alive`;
  }

  /** What is known of scenarios that were cut off: their requests count, and their tokens. */
  #cutOff(): ScenarioRecord[] {
    const run = preparedRun()?.description;
    const ended = new Set(this.#records.map(({ scenario }) => scenario));
    const notes = this.#progress?.notes ?? [];
    return notes.flatMap(({ scenario = '', requests = 0, tokens }): ScenarioRecord[] => {
      if (!run || !tokens || ended.has(scenario)) return [];
      const nothing = {
        establishes: [],
        checks: [],
        exchanges: [],
        latency: [],
        observations: noObservations(),
      };
      return [{ run, scenario, requests, tokens, ...nothing }];
    });
  }

  /** Prints the last words; where there is no room for them, whoever waits for them learns where they are. */
  async #say(text: string): Promise<void> {
    const error = await new Promise<Error | null | undefined>((resolve) =>
      process.stdout.write(text, resolve),
    );
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code === undefined || code === 'EPIPE') return;
    console.error(
      `The output cannot be written (${code}); ${reportsDirFrom(process.env)}/summary.md has the verdict.`,
    );
  }

  #every(ms: number, act: () => void): void {
    this.#timers.push(setInterval(act, ms).unref());
  }

  onStepBegin(_test: TestCase, _result: TestResult, step: TestStep): void {
    // Already here: a reporter may keep a step as it begins.
    scrub(step);
  }

  onStepEnd(_test: TestCase, _result: TestResult, step: TestStep): void {
    scrub(step);
  }

  onTestBegin(): void {
    this.#progress?.heard();
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    this.#progress?.heard();
    if (!isScenario(test)) return;
    // Marked as expected by the worker, so that Playwright would not restart it; a failure it is all the same.
    if (test.expectedStatus === 'failed') test.expectedStatus = 'passed';
    for (const step of result.steps) scrub(step);
    for (const error of [...result.errors, ...(result.error ? [result.error] : [])]) cutCallLog(error);
    const attachment = result.attachments.find(({ name }) => name === recordAttachment);
    detach(result);
    const body = attachment && contentOf(attachment);
    if (body) {
      this.#records.push(JSON.parse(body.toString()) as ScenarioRecord);
      this.#cutOffs = 0;
    } else if (result.status !== 'skipped' && result.status !== 'interrupted') {
      const why = result.error?.message?.split('\n')[0] ?? `it ended as ${result.status}`;
      const cutOff = `the scenario "${test.title}" was cut off (${plain(why).replace(/^Error: /, '')})`;
      this.#errors.push({ kind: 'suite', message: this.#told(cutOff, test.title) });
      this.#cutOffs += 1;
      // A machine that has no room for workers ends each of them: the rest would fare no better, a second each.
      if (this.#cutOffs === mostCutOffs) void this.#end();
    }
  }

  onError(error: TestError): void {
    const raw = stripVTControlCharacters(error.message ?? error.value ?? '');
    const [, name] = /^(\w+): /.exec(raw.replace(/^Error: /, '')) ?? [];
    const kinds = Object.entries(nameOfError) as [keyof typeof nameOfError, string][];
    const [known] = kinds.find((entry) => entry[1] === name) ?? [];
    // What the user set is told as it was written, save for credentials; all else comes from elsewhere.
    cutCallLog(error, { trusted: known === 'configuration' });
    const message = error.message ?? error.value ?? 'unknown error';
    const bare = message.replace(/^Error: /, '');
    const sentence = known === undefined ? bare : bare.slice(`${name}: `.length);
    // A file that is there and cannot be opened for want of means is no mistake of the user's.
    const kind = outOfMeans.test(raw) ? 'suite' : (known ?? 'suite');
    // The time is over: the status of the run says so too.
    if (/^(?:Error: )?Timed out waiting [\d.]+s for the /.test(raw)) return;
    const nothingSelected = sentence.startsWith('No tests found');
    if (nothingSelected) this.#selected = new Set();
    const told = nothingSelected ? 'nothing ran, since no scenario is selected' : sentence.split('\n')[0];
    this.#errors.push({ kind, message: told ?? sentence });
  }

  async onEnd(result: FullResult): Promise<{ status?: FullResult['status'] } | undefined> {
    if (!this.#concerned) {
      for (const { message } of this.#errors) console.error(message);
      return undefined;
    }
    if (this.#exitCode !== undefined) return undefined;
    this.#timers.push(setTimeout(() => void this.onExit(), timeToEnd));
    try {
      this.#exitCode = await this.#conclude(result);
    } catch (error) {
      this.#exitCode = this.#failedWith(error as NodeJS.ErrnoException);
    }
    // Refused: those that come after this one would write a report of nothing, over the last or where none can be.
    if (this.#exitCode === 2) await this.onExit();
    return { status: this.#exitCode === 0 ? 'passed' : 'failed' };
  }

  /** The exit code of a run whose report could not be written, of which this is the last word. */
  #failedWith(error: NodeJS.ErrnoException): number {
    // The folder was no good from the start: Playwright, which makes one in it, was there before our setup.
    const nothingSent = this.#records.length === 0 && preparedRun() === undefined;
    if (error instanceof UserError || (nothingSent && error.code !== undefined)) {
      const sentence = `The folder that NOMBA_REPORTS_DIR names cannot be written to (${error.code}); name another.`;
      console.error(error instanceof UserError ? error.message : sentence);
      return 2;
    }
    const why = oneLine(error.message).replace(/\.$/, '');
    this.#lastWords = `Inconclusive: no verdict, since the report could not be written: ${why}.`;
    return noVerdict;
  }

  async onExit(): Promise<void> {
    if (this.#exitCode === undefined) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#progress?.end();
    // Only now has the HTML reporter, which comes after this one, written its page. Without the link it serves too.
    await linkFromPlaywright(reportsDirFrom(process.env)).catch(() => undefined);
    // The command that started the run removes the folder, after a look at what stands in it.
    if (!process.connected) removeRunFolder(runFolder());
    if (this.#lastWords) await this.#say(`${this.#lastWords}\n`);
    if (process.connected) await new Promise((resolve) => process.send?.({ code: this.#exitCode }, resolve));
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
    const facts = preparedRun();
    const gap = whyCutShort(status);
    this.#progress?.end();
    const { known, baseline } = facts ?? allowancesFrom(process.env, contract);
    const selected = this.#selected;
    const report = judge({
      records: inOrder([...this.#records, ...this.#cutOff()], scenarios),
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
    this.#lastWords = terminal(report, { colour: process.stdout.isTTY === true, directory });
    return report.exitCode;
  }
}

/** What the machine had too little of, by the codes of its errors. */
const outOfMeans = /\b(?:EMFILE|ENFILE|ENOMEM|EAGAIN|ENOSPC)\b/;

function runFolder(): string {
  return process.env[runFolderVariable] ?? '';
}

/** The records in the order of the scenarios. */
function inOrder(records: ScenarioRecord[], scenarios: { title: string }[]): ScenarioRecord[] {
  const places = new Map(scenarios.map(({ title }, place) => [title, place]));
  const placeOf = ({ scenario }: ScenarioRecord) => places.get(scenario) ?? scenarios.length;
  return [...records].sort((one, other) => placeOf(one) - placeOf(other));
}

function whyCutShort(status: FullResult['status']): string | undefined {
  if (status === 'interrupted') return 'the run was interrupted';
  const seconds = process.env.NOMBA_MAX_TIME;
  return status !== 'timedout'
    ? undefined
    : seconds
      ? `the time for the whole run, ${seconds} s by NOMBA_MAX_TIME, was over`
      : 'the time for the whole run was over';
}

function isScenario(test: TestCase): boolean {
  return test.parent.project()?.name === 'conformance';
}

type Attachment = TestResult['attachments'][number];

function contentOf({ body, path }: Attachment): Buffer | undefined {
  return body ?? (path ? readFileSync(path) : undefined);
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

function cutCallLog(error: TestError, reading: Reading = {}): void {
  for (const key of ['message', 'stack', 'value', 'snippet'] as const) {
    const text = error[key];
    if (text !== undefined) error[key] = plain(text.split(/\n\s*Call log:/)[0] ?? '', reading);
  }
}

let gate: Redactor | undefined;

/** A text without terminal colours, of which only what is harmless is shown; by lines, lest the places that it names be a row. */
function plain(text: string, reading: Reading = {}): string {
  gate ??= redactorFor(credentialsIn(process.env), {
    safeWords: [...contractWordsOfRun(), ...addressWordsOfRun()],
    isSecond: true,
  });
  const lines = stripVTControlCharacters(text).split('\n');
  return lines.map((line) => gate?.text(line, reading)).join('\n');
}

/** The words of the contract, where it is one: a run may end because it is none. */
function contractWordsOfRun(): Iterable<string> {
  try {
    return contractWords(contractOfRun());
  } catch {
    return [];
  }
}

function addressWordsOfRun(): string[] {
  const facts = preparedRun();
  return facts ? addressWords(facts.description.target.baseUrl) : [];
}
