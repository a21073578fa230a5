import { parseArgs } from 'node:util';
import { clockPath } from '../../fixtures/mock/clock.ts';
import { type RunningMock, startMock } from '../../fixtures/mock/server.ts';
import { UserError } from '../../schemas/document/user-error.ts';

const usage = 'npm run mock -- [--port NUMBER] [--fault NAME] [--variant NAME] [--list]';

/** `npm run mock`: the mock as a server of its own, until it is interrupted. */
async function main(): Promise<void> {
  const { port, fault, variant, list } = readFlags();
  if (list) return printTables();
  const mock = await startMock({ port, ...(fault && { fault }), ...(variant && { variant }) });
  print(mock, fault ?? variant);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void mock.close().then(() => process.exit(0));
    });
  }
}

function readFlags(): {
  port: number;
  fault: string | undefined;
  variant: string | undefined;
  list: boolean;
} {
  let values: { port?: string; fault?: string; variant?: string; list?: boolean };
  try {
    values = parseArgs({
      options: {
        port: { type: 'string' },
        fault: { type: 'string' },
        variant: { type: 'string' },
        list: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const sentence = (error as Error).message.split('. ')[0]?.replace(/\.$/, '');
    throw new UserError(`${sentence}; the usage is ${usage}.`);
  }
  const { port = '0', fault, variant, list = false } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UserError(`"${port}" is not a port; give --port a number from 0 (a free one) to 65535.`);
  }
  return { port: Number(port), fault, variant, list };
}

async function printTables(): Promise<void> {
  const { faults } =
    require('../../fixtures/mock/faults/index.ts') as typeof import('../../fixtures/mock/faults/index.ts');
  const { variants } =
    require('../../fixtures/mock/variants/index.ts') as typeof import('../../fixtures/mock/variants/index.ts');
  const width = Math.max(...[...faults, ...variants].map(({ name }) => name.length));
  const row = (name: string, sentence: string) => `  ${name.padEnd(width)}  ${sentence}`;
  const lines = [
    `Faults (${faults.length}): ways to break the contract, for --fault`,
    ...faults.map(({ name, defect }) => row(name, defect)),
    '',
    `Variants (${variants.length}): ways to differ and keep it, for --variant`,
    ...variants.map(({ name, difference }) => row(name, difference)),
  ];
  console.log(lines.join('\n'));
}

function print(
  { baseUrl, client, shortLivedClient, accountId, environment }: RunningMock,
  row?: string,
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
      `The mock answers at ${baseUrl}${row === undefined ? '' : ` (${row})`}; Ctrl+C ends it.`,
      '',
      'Credentials, made for this start:',
      `  client              ${client.id}  ${client.secret}`,
      `  short-lived client  ${shortLivedClient.id}  ${shortLivedClient.secret}`,
      '',
      'For the suite, or a client of your own:',
      ...Object.entries(settings).map(([name, value]) => `export ${name}=${value}`),
      '',
      'To try it:',
      `curl -s${authority} "$NOMBA_BASE_URL/v1/auth/token/issue" -H 'content-type: application/json'${account} -d "${body}"`,
      '',
      'To let an hour pass:',
      `curl -s${authority} "$NOMBA_BASE_URL${clockPath}" -d '{"advanceSeconds": 3600}'`,
    ].join('\n'),
  );
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
});
