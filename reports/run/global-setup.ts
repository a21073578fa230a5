import { existsSync } from 'node:fs';
import type { FullConfig } from '@playwright/test';
import type { RunningMock } from '../../fixtures/mock/server.ts';
import { requireUsableCredentials } from '../../fixtures/requests/value-sources.ts';
import { describeRun, redactorFor } from '../../fixtures/scenario/session.ts';
import { loadEnvironment } from '../../fixtures/settings/env-file.ts';
import { requireUsableSettings } from '../../fixtures/settings/every-setting.ts';
import { reportsDirFrom } from '../../fixtures/settings/files.ts';
import { type Limits, limitsFrom, startWaitFrom } from '../../fixtures/settings/limits.ts';
import { contractOfRun } from '../../fixtures/settings/loaded-contract.ts';
import { runFolderVariable } from '../../fixtures/settings/own-variables.js';
import { requireSafeRun } from '../../fixtures/settings/safe-run.ts';
import {
  asksForSecond,
  embeddedMockVariable,
  type Target,
  targetFrom,
  wantsEmbeddedMock,
  withoutSecondVariable,
} from '../../fixtures/settings/target.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import type { RunDescription } from '../../schemas/report/record.ts';
import { type Allowances, allowancesFrom } from '../judge/allowances.ts';
import { nameOf } from '../judge/sentence.ts';
import { NothingToJudge, type Preflight, preflight } from './preflight.ts';
import { openRunFolder } from './run-folder.js';

/** What is tested, and what it may have. */
export interface PreparedRun extends Allowances {
  description: RunDescription;
  /** What the preflight cost, once it is over. */
  asked?: Preflight['asked'];
  /** What a reader of the report should know of the settings. */
  warnings: string[];
  limits: Limits;
}

let facts: PreparedRun | undefined;

/** What the setup found, for the reporter in the same process; undefined where the run did not get that far. */
export function preparedRun(): PreparedRun | undefined {
  return facts;
}

/**
 * Before the scenarios: sees to it that the contract compiles, starts the mock where it is the target, and has any
 * other target prove in a few requests that scenarios would be held against something. Throws a UserError for a
 * configuration that cannot work, NothingToJudge where there is no such target. Returns what ends it all.
 */
export default async function globalSetup(config: FullConfig): Promise<(() => Promise<void>) | undefined> {
  if (!config.filteredProjects.some(({ name }) => name === 'conformance')) return undefined;
  if (config.shard !== null) {
    throw new UserError(
      'A target is asked by one client, in sequence, by one machine, so --shard would gain nothing; leave it out.',
    );
  }
  const warnings = loadEnvironment();
  const warn = (text: string) => console.error(`Warning: ${text}`);
  // At once: what a value is cut to may be why the settings do not work.
  warnings.forEach(warn);
  const contract = contractOfRun();
  for (const note of contract.notes) console.error(`Note: ${note}`);
  const allowances = allowancesFrom(process.env, contract);
  // `npm run conformance` has done so before it started Playwright.
  if (!existsSync(process.env[runFolderVariable] ?? '')) process.env[runFolderVariable] = runFolder();
  requireUsableSettings(process.env, contract);
  const embedded = wantsEmbeddedMock(process.env);
  // The shipped documents are compiled in our tests; for our own mock the 60 ms are better spent on a quick run.
  const { NOMBA_CONTRACT, NOMBA_OVERLAY, NOMBA_CORRECTIONS } = process.env;
  if (!embedded || NOMBA_CONTRACT || NOMBA_OVERLAY || NOMBA_CORRECTIONS) contract.compileAll();
  const mock = embedded ? await startEmbeddedMock(contract) : undefined;
  const target = targetFrom(process.env, contract);
  requireUsableCredentials(contract, target);
  const limits = limitsFrom(process.env, target);
  if (!embedded) for (const { use } of config.filteredProjects) requireSafeRun(use, config);
  const redactor = redactorFor([target]);
  const description = describeRun(contract, target, redactor);
  const doubts = [
    ...(contract.corrections?.warnings ?? []),
    ...warningsOn(allowances, description),
    ...(target.shortLivedClient ? [] : gateWithoutSecond(target, allowances)),
  ];
  doubts.forEach(warn);
  facts = { description, limits, ...allowances, warnings: [...warnings, ...doubts] };
  if (mock) return () => mock.close();
  const found = await preflight(contract, target, limits, startWaitFrom(process.env));
  const { asked, why, kind = 'target', withoutSecond } = found;
  facts.asked = asked;
  if (withoutSecond !== undefined) {
    // The workers are told by the environment, as of the mock.
    process.env[withoutSecondVariable] = '1';
    const without = [
      `${sentenceOf(withoutSecond)}: the run goes on without that client.`,
      ...gateWithoutSecond({ secondRefused: true }, allowances),
    ];
    without.forEach(warn);
    facts.warnings.push(...without);
  }
  if (why !== undefined) throw new NothingToJudge(why, kind);
  return undefined;
}

function sentenceOf(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}

/** That the gate is left open for want of a second client: told before minutes are spent. */
function gateWithoutSecond(target: Pick<Target, 'secondRefused'>, { baseline }: Allowances): string[] {
  if (process.env.NOMBA_RULES !== 'gate' || baseline) return [];
  return [
    `The gate needs every must requirement established, and those on expiry and on whose a token is take a second client: ${asksForSecond(target, 'a client whose tokens live seconds')}, or it ends with 3.`,
  ];
}

/** What a run may do, and a reader of its report should know. */
function warningsOn({ baseline }: Allowances, { target }: RunDescription): string[] {
  const unverified =
    process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0' && target.baseUrl.startsWith('https:')
      ? ['NODE_TLS_REJECT_UNAUTHORIZED=0: the certificate of the target was not verified.']
      : [];
  const other =
    baseline &&
    (baseline.target.name !== target.name ||
      (target.name === 'custom' && baseline.target.baseUrl !== target.baseUrl));
  return [
    ...unverified,
    ...(other
      ? [`The baseline is of another target, ${nameOf(baseline)}; what differs may be no regression.`]
      : []),
  ];
}

/** The folder of this run, in a folder of reports without the verdict of an earlier one. */
function runFolder(): string {
  try {
    return openRunFolder(reportsDirFrom(process.env), process.env[runFolderVariable]);
  } catch (error) {
    throw new UserError((error as Error).message);
  }
}

/** Starts the mock and tells the workers of it. */
async function startEmbeddedMock(contract: Contract): Promise<RunningMock> {
  // Loaded only where it is the target: Fastify and jose take 150 ms.
  const { startMock } =
    require('../../fixtures/mock/server.ts') as typeof import('../../fixtures/mock/server.ts');
  const mock = await startMock({ contract });
  const { baseUrl, client, shortLivedClient, accountId, headers } = mock;
  process.env[embeddedMockVariable] = JSON.stringify({
    baseUrl,
    client,
    shortLivedClient,
    accountId,
    headers,
  });
  return mock;
}
