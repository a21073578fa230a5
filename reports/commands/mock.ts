import { parseArgs } from 'node:util';
import { clockPath } from '../../fixtures/mock/clock.ts';
import { type RunningMock, startMock } from '../../fixtures/mock/server.ts';
import { loadEnvironment } from '../../fixtures/settings/env-file.ts';
import { contractFrom } from '../../fixtures/settings/files.ts';
import type { Credentials } from '../../fixtures/settings/target.ts';
import { UserError } from '../../schemas/document/user-error.ts';

const options = {
  host: { type: 'string' },
  port: { type: 'string' },
  fault: { type: 'string' },
  variant: { type: 'string' },
  'client-id': { type: 'string' },
  'client-secret': { type: 'string' },
  'short-lived-client-id': { type: 'string' },
  'short-lived-client-secret': { type: 'string' },
  cors: { type: 'boolean' },
  openapi: { type: 'boolean' },
  list: { type: 'boolean' },
} as const;

const usage =
  'npm run mock -- [--host ADDRESS] [--port NUMBER] [--fault NAME,NAME] [--variant NAME] [--client-id ID] [--client-secret SECRET] [--short-lived-client-id ID] [--short-lived-client-secret SECRET] [--cors] [--openapi] [--list]';

/** `npm run mock`: the mock as a server of its own, until it is interrupted. */
async function main(): Promise<void> {
  loadEnvironment();
  const flags = readFlags();
  if (flags.list) return printTables();
  const { fault, variant, host, cors = false, openapi = false } = flags;
  const mock = await startMock({
    port: portFrom(flags.port),
    contract: contractFrom(process.env),
    client: credentials(flags['client-id'], flags['client-secret']),
    shortLivedClient: credentials(flags['short-lived-client-id'], flags['short-lived-client-secret']),
    workbench: { cors, openapi },
    ...(host !== undefined && { host }),
    ...(fault !== undefined && { fault }),
    ...(variant !== undefined && { variant }),
  });
  print(mock, [fault, variant].filter((name) => name !== undefined).join(', '));
  if (openapi) console.log(`\nThe contract: ${mock.baseUrl}/openapi`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void mock.close().then(() => process.exit(0));
    });
  }
}

function readFlags() {
  try {
    const { values } = parseArgs({ options });
    const empty = Object.entries(values).find(([, value]) => value === '');
    if (empty) throw new Error(`--${empty[0]} has no value`);
    return values;
  } catch (error) {
    const sentence = (error as Error).message.split('. ')[0]?.replace(/\.$/, '');
    throw new UserError(`${sentence}; the usage is ${usage}.`);
  }
}

function portFrom(port = '0'): number {
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new UserError(`"${port}" is not a port; give --port a number from 0 (a free one) to 65535.`);
}

function credentials(id: string | undefined, secret: string | undefined): Partial<Credentials> {
  return { ...(id !== undefined && { id }), ...(secret !== undefined && { secret }) };
}

/** The faults by the requirement that each breaks first, in the order of the names. */
async function printTables(): Promise<void> {
  const { faults } =
    require('../../fixtures/mock/faults/index.ts') as typeof import('../../fixtures/mock/faults/index.ts');
  const { variants } =
    require('../../fixtures/mock/variants/index.ts') as typeof import('../../fixtures/mock/variants/index.ts');
  const { requirement } =
    require('../../specs/catalogue/catalogue.ts') as typeof import('../../specs/catalogue/catalogue.ts');
  const width = Math.max(...[...faults, ...variants].map(({ name }) => name.length));
  const row = (name: string, sentence: string) => `  ${name.padEnd(width)}  ${sentence}`;
  const broken = [...new Set(faults.map(({ breaks: [id = ''] }) => id))].sort();
  const lines = [
    `Faults (${faults.length}): ways to break the contract, for --fault, by what each breaks first`,
    ...broken.flatMap((id) => [
      '',
      `${id}: ${requirement(id).title}`,
      ...faults
        .filter(({ breaks: [first = ''] }) => first === id)
        .map(({ name, defect }) => row(name, defect))
        .sort(),
    ]),
    '',
    `Variants (${variants.length}): ways to differ and keep it, for --variant`,
    ...variants.map(({ name, difference }) => row(name, difference)).sort(),
  ];
  console.log(lines.join('\n'));
}

function print(
  { baseUrl, client, shortLivedClient, accountId, environment }: RunningMock,
  rows: string,
): void {
  const settings: Record<string, string> = {
    NOMBA_BASE_URL: baseUrl,
    NOMBA_CLIENT_ID: client.id,
    NOMBA_CLIENT_SECRET: client.secret,
    NOMBA_SHORT_LIVED_CLIENT_ID: shortLivedClient.id,
    NOMBA_SHORT_LIVED_CLIENT_SECRET: shortLivedClient.secret,
    ...(accountId !== undefined && { NOMBA_ACCOUNT_ID: accountId }),
    ...environment,
  };
  const body =
    '{\\"grant_type\\":\\"client_credentials\\",\\"client_id\\":\\"$NOMBA_CLIENT_ID\\",\\"client_secret\\":\\"$NOMBA_CLIENT_SECRET\\"}';
  const account = accountId === undefined ? '' : ` -H "accountId: $NOMBA_ACCOUNT_ID"`;
  const authority = environment.NODE_EXTRA_CA_CERTS === undefined ? '' : ' --cacert "$NODE_EXTRA_CA_CERTS"';
  console.log(
    [
      `The mock answers at ${baseUrl}${rows === '' ? '' : ` (${rows})`}; Ctrl+C ends it.`,
      '',
      'Credentials of this start:',
      `  client              ${client.id}  ${client.secret}`,
      `  short-lived client  ${shortLivedClient.id}  ${shortLivedClient.secret}`,
      '',
      'For the suite, or a client of your own:',
      ...Object.entries(settings).map(([name, value]) => `export ${name}=${quoted(value)}`),
      '',
      'To try it:',
      `curl -s${authority} "$NOMBA_BASE_URL/v1/auth/token/issue" -H 'content-type: application/json'${account} -d "${body}"`,
      '',
      'To let an hour pass:',
      `curl -s${authority} "$NOMBA_BASE_URL${clockPath}" -d '{"advanceSeconds": 3600}'`,
    ].join('\n'),
  );
}

/** A value as a shell reads it: the credentials that are given may hold anything. */
function quoted(value: string): string {
  return /^[\w.:/[\]+-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
});
