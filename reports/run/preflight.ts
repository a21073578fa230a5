import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from '@playwright/test';
import { asksForBasic, Contact } from '../../fixtures/diagnosis/contact.ts';
import { Client } from '../../fixtures/http/client.ts';
import { type Exchange, outcomeOf } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import type { Response } from '../../fixtures/http/response.ts';
import { contextOptions } from '../../fixtures/http/transport.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import { type Hooks, ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { openSession, type Session } from '../../fixtures/scenario/session.ts';
import type { Limits } from '../../fixtures/settings/limits.ts';
import type { Credentials, Target } from '../../fixtures/settings/target.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import type { ScenarioRecord } from '../../schemas/report/record.ts';
import type { RunError } from '../../schemas/report/report.ts';

/** Why nothing can be judged: the target is away, refuses the credentials, or is another. */
type Obstacle = Extract<RunError['kind'], 'outage' | 'credentials' | 'target'>;

/** Nothing can be judged, and the contract is not to blame. Its name is all that a runner passes on beside the message. */
export class NothingToJudge extends Error {
  constructor(message: string, kind: Obstacle) {
    super(message);
    this.name = nameOfError[kind];
  }
}

/** Names of errors by what they are. */
export const nameOfError = {
  configuration: 'UserError',
  outage: 'Unreachable',
  credentials: 'CredentialsRefused',
  target: 'AnotherServer',
} as const satisfies Partial<Record<RunError['kind'], string>>;

/** What came of the preflight, and what it cost: its requests and tokens are a part of the run's. */
export interface Preflight {
  asked: Pick<ScenarioRecord, 'requests' | 'tokens'>;
  /** Why scenarios would be held against nothing, in one sentence; undefined where they would not. */
  why?: string;
  kind?: Obstacle;
  /** Why the second client is of no use, in one sentence: the run goes on without it. */
  withoutSecond?: string;
}

/** Between two looks at a target that is still starting, in milliseconds. */
const lookEveryMs = 1000;

/** What is asked is judged by the scenarios, which ask the same again. */
const unjudged: Hooks = { onExchange: () => {}, around: (_title, send) => send() };

/**
 * Before the scenarios: proves that the credentials work and that it is the API that answers, with two requests of
 * each client where all is well, and at most four where it is not. `waitMs` is given to a target that is still
 * starting.
 */
export async function preflight(
  contract: Contract,
  target: Target,
  limits: Limits,
  waitMs: number,
): Promise<Preflight> {
  const context = await request.newContext(contextOptions(target));
  try {
    const session = openSession(context, contract, target, limits, 'preflight');
    const until = performance.now() + waitMs;
    const asked = { requests: 0, tokens: { issued: 0, revoked: 0, left: 0, refreshLeft: 0 } };
    for (let looks = 0; ; looks++) {
      // A client anew each time: one that found the target gone asks no more.
      const {
        record,
        why,
        kind = 'target',
        withoutSecond,
      } = await ask({
        ...session,
        // A target that is away is found out in seconds; how long one that starts is waited for, the user says.
        patient: false,
        contact: new Contact(false),
        client: new Client(context, target, limits, `preflight-${looks}`),
      });
      if (record.defect !== undefined) throw new Error(record.defect);
      asked.requests += record.requests;
      for (const key of ['issued', 'revoked', 'left', 'refreshLeft'] as const)
        asked.tokens[key] += record.tokens[key];
      if (why === undefined) {
        return withoutSecond === undefined
          ? { asked }
          : { asked, withoutSecond: session.redactor.text(withoutSecond) };
      }
      const told = session.redactor.text(why);
      const left = until - performance.now();
      if (kind !== 'outage' || left <= 0) return { asked, why: told, kind };
      if (looks === 0) console.error(`Waiting for the target, up to ${Math.ceil(left / 1000)} s: ${told}`);
      await sleep(Math.min(lookEveryMs, left));
    }
  } finally {
    await context.dispose();
  }
}

/** Why nothing can be judged, in one sentence; an outage may pass by itself. */
type Reason = Pick<Preflight, 'why' | 'kind'>;

async function ask(
  session: Session,
): Promise<Reason & { record: ScenarioRecord; withoutSecond: string | undefined }> {
  const { target } = session;
  let reason: Reason = {};
  let withoutSecond: string | undefined;
  const scenario: Scenario = {
    title: 'the credentials work, and it is the API that answers',
    establishes: [],
    requests: () => 2,
    run: async (t) => {
      reason = await whyNot(t, target.client, ['NOMBA_CLIENT_ID', 'NOMBA_CLIENT_SECRET']);
      if (reason.why !== undefined || !target.shortLivedClient) return;
      const names = ['NOMBA_SHORT_LIVED_CLIENT_ID', 'NOMBA_SHORT_LIVED_CLIENT_SECRET'] as const;
      const second = await whyNot(t, target.shortLivedClient, names);
      if (second.kind === 'outage') reason = second;
      else withoutSecond = second.why;
    },
  };
  const record = await new ScenarioRun(session, scenario, unjudged).run();
  return { record, ...reason, withoutSecond };
}

async function whyNot(
  t: ScenarioRun,
  client: Credentials,
  names: readonly [string, string],
): Promise<Reason> {
  const issue = async (intent: string) => t.send(await t.valid('issue', intent, { client }));
  const first = await issue('whether the credentials work');
  const { response } = first;
  if (first.kind !== 'answer' || !response) return { why: awayFor(t, first), kind: 'outage' };
  if (response.success && grantIn(response)) return {};
  if (/HTTPS (port|server)|plain HTTP/i.test(response.text.slice(0, 2000)) && !response.success) {
    return { why: 'the target speaks TLS at this port; begin the base URL with https://' };
  }
  if (response.status === 505 || (!response.success && /HTTP\/2|ALPN/.test(response.text.slice(0, 2000)))) {
    return { why: 'the target speaks HTTP/2 alone, and the suite HTTP/1.1; let it speak both' };
  }
  if (await isTakenOtherwise(t, first, client)) return {};
  if (seemsElsewhere(t.contract, first)) {
    const others = await askOthers(t);
    return others.every((other) => isAlike(first, other)) ? { why: notTheApi(first) } : {};
  }
  if (!refusesClient(response)) return {};
  // Once more: a target that refuses at times is the matter of a scenario.
  const second = await issue('whether the credentials are refused again');
  if (second.kind !== 'answer' || !second.response || !refusesClient(second.response)) return {};
  const account = t.target.accountId === undefined ? 'NOMBA_ACCOUNT_ID, or others by ' : '';
  const hint = `where they are right, it may want a header: ${account}NOMBA_HEADERS`;
  return {
    why: `the target refuses the credentials in ${names.join(' and ')} (${outcomeOf(second)}; ${hint})`,
    kind: 'credentials',
  };
}

/**
 * Whether the credentials are taken in the way that their refusal hints at: as HTTP Basic, where that is the challenge; at
 * the path with a slash, where it leads there or knows no other. Why not in the way of the contract is for a scenario to
 * find out.
 */
async function isTakenOtherwise(t: ScenarioRun, refused: Exchange, client: Credentials): Promise<boolean> {
  const { response: refusal, request } = refused;
  const location = refusal?.header('location') ?? '';
  const leads =
    URL.canParse(location, request.url) && new URL(location, request.url).href === `${request.url}/`;
  const name = asksForBasic(refused) ? 'basic' : leads || refusal?.status === 404 ? 'slash' : undefined;
  if (name === undefined) return false;
  // Most runs load none of it.
  const { dialectsOf } =
    require('../../fixtures/diagnosis/dialects.ts') as typeof import('../../fixtures/diagnosis/dialects.ts');
  const found = t.contract.operations.flatMap((operation) =>
    dialectsOf(t.contract, operation, t.target).filter((one) => one.name === name),
  );
  const contract = t.contract.changed(found.flatMap(({ actions = [] }) => actions));
  const operation = contract.operation('issue');
  if (!operation) return false;
  // What is issued is revoked in the same way.
  if (name === 'slash') t.session.contact.ways.set('revoke', { contract, dialects: [] });
  const intent = 'whether the credentials work in the way that the refusal hints at';
  const { response } = await t.ask(t.draft(operation, intent, { client, grant: undefined }, contract));
  return response?.success === true && grantIn(response) !== undefined;
}

function awayFor(t: ScenarioRun, { response, failure, request: { url } }: Exchange): string {
  const what = response ? `answers ${outcomeOf({ response, failure })}` : failure?.sentence;
  // A server of TLS takes plain HTTP for noise.
  const hint =
    failure?.kind === 'reset' && url.startsWith('http:') ? '; does the base URL begin with https://?' : '';
  return `${t.session.client.stopped?.replace(/\.$/, '') ?? `the target ${what}`}${hint}`;
}

/** Words with which a refusal says that it is the client that is not known, whatever its status. */
const aboutTheClient =
  /(invalid|unauthori[sz]ed|unknown|wrong|incorrect|bad|expired)[\s_-]+(client|secret|credentials?)\b|\bcredentials?\b[^.]{0,40}\b(invalid|wrong|incorrect|expired|not)\b/i;

/**
 * Whether an answer without a token says that it does not take the credentials. 401 is what the contract promises
 * for that; 403 says the same of who is known; with 400 or a success only the words of the answer tell.
 */
function refusesClient(response: Response): boolean {
  const { status, success } = response;
  if (status === 401 || status === 403) return true;
  return (status === 400 || success) && aboutTheClient.test(response.text.slice(0, 2000));
}

/** Whether an answer to a valid request could come from anything but the API: a page, a redirect, an unknown path. */
function seemsElsewhere(contract: Contract, { draft, response }: Exchange): boolean {
  const status = response?.status ?? 0;
  const isPage =
    response?.mediaType === 'text/html' || /^\s*<(!doctype )?html/i.test(response?.text.slice(0, 100) ?? '');
  const isUnknown = [404, 405, 410, 501].includes(status) && !contract.response(draft.operation, status);
  return (status >= 300 && status < 400) || (isPage && status < 500) || isUnknown;
}

/** What other operations answer to tokens that nobody issued. */
async function askOthers(t: ScenarioRun): Promise<Exchange[]> {
  const token = () => t.secret('made_up_token', randomBytes(32).toString('base64url'));
  const grant = {
    accessToken: token(),
    refreshToken: token(),
    expiresInSeconds: undefined,
    receivedAt: Date.now(),
  };
  const exchanges: Exchange[] = [];
  for (const role of t.contract.roles.filter((other) => other !== 'issue')) {
    exchanges.push(await t.send(await t.valid(role, 'whether all is answered alike', { grant })));
  }
  return exchanges;
}

function isAlike({ response: one }: Exchange, { response: other }: Exchange): boolean {
  return one?.status === other?.status && one?.mediaType === other?.mediaType;
}

function notTheApi(exchange: Exchange): string {
  const { response } = exchange;
  const location = response?.header('location') ?? '';
  const to = URL.canParse(location) ? ` to ${new URL(location).origin}` : '';
  const type = response?.mediaType === undefined ? '' : ` (${response.mediaType})`;
  return `this does not look like the API: every request is answered ${outcomeOf(exchange)}${to}${type}; is the base URL right?`;
}
