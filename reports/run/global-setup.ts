import { type FullConfig, request } from '@playwright/test';
import { Client } from '../../fixtures/http/client.ts';
import { outcomeOf } from '../../fixtures/http/exchange.ts';
import { contextOptions } from '../../fixtures/http/transport.ts';
import type { RunningMock } from '../../fixtures/mock/server.ts';
import { learnFrom } from '../../fixtures/redaction/learn-from.ts';
import type { Redactor } from '../../fixtures/redaction/redactor.ts';
import { validRequest, withJson } from '../../fixtures/requests/valid.ts';
import { requireUsableCredentials } from '../../fixtures/requests/value-sources.ts';
import { describeRun, redactorFor } from '../../fixtures/scenario/session.ts';
import { loadEnvironment } from '../../fixtures/settings/env-file.ts';
import { reportsDirFrom } from '../../fixtures/settings/files.ts';
import { type Limits, limitsFrom } from '../../fixtures/settings/limits.ts';
import { contractOfRun } from '../../fixtures/settings/loaded-contract.ts';
import { requireSafeRun } from '../../fixtures/settings/safe-run.ts';
import {
  embeddedMockVariable,
  type Target,
  targetFrom,
  wantsEmbeddedMock,
} from '../../fixtures/settings/target.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import type { RunDescription } from '../../schemas/report/record.ts';
import { makeFolder } from '../formats/files.ts';
import { type Allowances, allowancesFrom } from '../judge/allowances.ts';

/** The target gives no answer that scenarios could be held against; nothing was tested. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** What is tested, and what it may have. */
export interface RunFacts extends Allowances {
  description: RunDescription;
}

let facts: RunFacts | undefined;

/** What the setup found, for the reporter in the same process; undefined where the run did not get that far. */
export function runFacts(): RunFacts | undefined {
  return facts;
}

/**
 * Before the scenarios: sees to it that the contract compiles, starts the mock where it is the target, and
 * asks any other target once, so that one that is away is found out in seconds. Throws a UserError for a
 * configuration that cannot work, Unreachable for a target that is away. Returns what ends it all.
 */
export default async function globalSetup(config: FullConfig): Promise<(() => Promise<void>) | undefined> {
  if (!config.filteredProjects.some(({ name }) => name === 'conformance')) return undefined;
  if (config.shard !== null) {
    throw new UserError(
      'A target is asked by one client, in sequence, by one machine, so --shard would gain nothing; leave it out.',
    );
  }
  for (const warning of loadEnvironment()) console.error(`Warning: ${warning}`);
  const contract = contractOfRun();
  for (const note of contract.notes) console.error(`Note: ${note}`);
  const allowances = allowancesFrom(process.env, contract);
  await makeFolder(reportsDirFrom(process.env)).catch(({ code }: NodeJS.ErrnoException) => {
    throw new UserError(`The folder that NOMBA_REPORTS_DIR names cannot be made (${code}); name another.`);
  });
  const embedded = wantsEmbeddedMock(process.env);
  // The shipped documents are compiled in our tests; for our own mock the 60 ms are better spent on a quick run.
  const { NOMBA_CONTRACT, NOMBA_OVERLAY } = process.env;
  if (!embedded || NOMBA_CONTRACT || NOMBA_OVERLAY) contract.compileAll();
  const mock = embedded ? await startEmbeddedMock(contract) : undefined;
  const target = targetFrom(process.env, contract);
  requireUsableCredentials(contract, target);
  const limits = limitsFrom(process.env, target);
  if (!embedded) for (const { use } of config.filteredProjects) requireSafeRun(use, config);
  const redactor = redactorFor([target]);
  facts = { description: describeRun(contract, target, redactor), ...allowances };
  if (mock) return () => mock.close();
  await requireAnswer(contract, target, limits, redactor);
  return undefined;
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

/** Asks once with an empty body: any answer will do, and no token comes of it. */
async function requireAnswer(
  contract: Contract,
  target: Target,
  limits: Limits,
  redactor: Redactor,
): Promise<void> {
  const context = await request.newContext(contextOptions(target));
  try {
    const client = new Client(context, target, limits, 'preflight');
    const operation = contract.operation('issue');
    if (!operation) return;
    const material = { client: { id: '', secret: '' }, accountId: target.accountId, grant: undefined };
    const draft = validRequest(contract, operation, material, 'whether the target answers');
    const exchange = await client.send(withJson(draft, {}, draft.intent), ({ response }) => {
      if (response) learnFrom(response, redactor);
    });
    if (exchange.kind === 'answer') return;
    const what = exchange.response ? `answers ${outcomeOf(exchange)}` : exchange.failure?.sentence;
    throw new Unreachable(redactor.text(client.stopped ?? `the target ${what}`));
  } finally {
    await context.dispose();
  }
}
