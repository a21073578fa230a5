import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttp2Server, createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@playwright/test';
import { runSuite } from '../../fixtures/lab/front-door.ts';
import { newCertificate } from '../../fixtures/lab/hostile/certificates.ts';
import { listenHttp } from '../../fixtures/lab/hostile/listener.ts';
import { newCredentials } from '../../fixtures/lab/hostile/running-target.ts';
import { createTinyAuth } from '../../fixtures/lab/hostile/tiny-auth.ts';
import { newPrivateAuthority } from '../../fixtures/mock/variants/private-authority.ts';
import { shippedContract } from '../../schemas/openapi/contract.ts';

test.describe.configure({ mode: 'parallel' });

/** One scenario: that the way leads to the target is shown by its first answers. */
const brief = ['--grep', 'issue answers a valid request'];

const auth = createTinyAuth();
const credentials = { NOMBA_CLIENT_ID: auth.clientId, NOMBA_CLIENT_SECRET: auth.clientSecret };

type Server = Pick<ReturnType<typeof createServer>, 'listen' | 'address' | 'close' | 'on'>;

/** A server of Node with a handler, on a port of its own until the test ends. */
async function listening<T>(
  server: Server,
  use: (port: number) => Promise<T>,
  host = '127.0.0.1',
): Promise<T> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of open) socket.destroy();
    server.close();
  }
}

/** The suite against the port of a server that keeps the contract, with `check` on each request it gets. */
function handler(check: (headers: Record<string, unknown>, socket: Socket) => boolean = () => true) {
  return (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => {
    void buffer(request).then((body) => {
      if (!check(request.headers, request.socket)) return response.writeHead(418).end();
      const { method = '', url = '', headers } = request;
      const answer = auth.answer({ method, path: url, headers, body });
      return response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body));
    });
  };
}

/** Writes a file of this test, and returns its path. */
const fileOf = (name: string, text: string): string => {
  const path = test.info().outputPath(name);
  writeFileSync(path, text);
  return path;
};

test('each operation is asked where the document has it served, and production is not', async () => {
  const asked: string[] = [];
  const named = (name: string) =>
    createServer((request, response) => {
      asked.push(`${name} ${request.url}`);
      handler()(request, response);
    });
  const run = await listening(named('production'), (production) =>
    listening(named('sandbox'), (sandbox) =>
      listening(named('refresh'), (refresh) => {
        const servers = `servers:
  - {url: "http://127.0.0.1:${production}", description: "Production. Real money; for tests use the sandbox."}
  - {url: "http://127.0.0.1:${sandbox}", description: Sandbox}
`;
        const own = `servers: [{url: "http://127.0.0.1:${refresh}/", description: The sandbox}]`;
        const contract = readFileSync(shippedContract, 'utf8')
          .replace(/^servers:\n(?: .*\n)+/m, servers)
          .replace(/^( +)(\/v1\/auth\/token\/refresh:)$/m, `$1$2\n$1$1${own}`);
        return runSuite({
          flags: ['--grep', 'answers a valid request with the documented success'],
          environment: {
            ...credentials,
            NOMBA_TARGET: 'sandbox',
            NOMBA_CONTRACT: fileOf('contract.yaml', contract),
          },
        });
      }),
    ),
  );
  expect(run.exitCode, run.output).toBe(0);
  expect(new Set(asked)).toEqual(
    new Set([
      'sandbox /v1/auth/token/issue',
      'sandbox /v1/auth/token/revoke',
      'refresh /v1/auth/token/refresh',
    ]),
  );
});

test('further headers go with every request, and no report shows their values', async () => {
  const value = newCredentials().clientSecret;
  const directory = test.info().outputPath('run');
  const run = await listening(
    createServer(handler((headers) => headers['x-gateway-key'] === value)),
    (port) =>
      runSuite({
        flags: ['--grep', 'refuses a client that does not prove'],
        directory,
        environment: {
          ...credentials,
          NOMBA_BASE_URL: `http://127.0.0.1:${port}`,
          NOMBA_HEADERS: `X-Gateway-Key: ${value}\nX-Team: payments`,
        },
      }),
  );
  expect(run.exitCode, run.output).toBe(0);
  expect(run.output).not.toContain(value);
  expect(JSON.stringify(run.report)).not.toContain(value);
});

test('a client certificate is shown to a target that asks for one, which is told where there is none', async () => {
  const { authority, key, cert } = await newPrivateAuthority();
  const client = await newCertificate('valid');
  const server = () =>
    createTlsServer({ key, cert, ca: client.cert, requestCert: true, rejectUnauthorized: true }, handler());
  const environment = { ...credentials, NODE_EXTRA_CA_CERTS: fileOf('authority.pem', authority) };
  const run = (more: Record<string, string>) =>
    listening(server(), (port) =>
      runSuite({
        flags: brief,
        environment: { ...environment, NOMBA_BASE_URL: `https://127.0.0.1:${port}`, ...more },
      }),
    );
  const shown = await run({
    NOMBA_CLIENT_CERT: fileOf('client.pem', client.cert),
    NOMBA_CLIENT_KEY: fileOf('client.key', client.key),
  });
  expect(shown.exitCode, shown.output).toBe(0);
  const without = await run({});
  expect(without.exitCode, without.output).toBe(3);
  expect(without.report?.sentence).toMatch(/client certificate, set NOMBA_CLIENT_CERT and NOMBA_CLIENT_KEY/);
});

test('a private authority is not trusted, unless Node is told of it or told to trust all, which the report says', async () => {
  const { authority, key, cert } = await newPrivateAuthority();
  const run = (more: Record<string, string>) =>
    listening(createTlsServer({ key, cert }, handler()), (port) =>
      runSuite({
        flags: brief,
        environment: { ...credentials, NOMBA_BASE_URL: `https://127.0.0.1:${port}`, ...more },
      }),
    );
  const [unknown, known, unverified] = await Promise.all([
    run({}),
    run({ NODE_EXTRA_CA_CERTS: fileOf('authority.pem', authority) }),
    run({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
  ]);
  expect([unknown.exitCode, unknown.report?.sentence], unknown.output).toEqual([
    3,
    expect.stringMatching(
      /TLS certificate that is not trusted: .* set NODE_EXTRA_CA_CERTS to the PEM file of/,
    ),
  ]);
  expect([known.exitCode, known.report?.warnings], known.output).toEqual([0, undefined]);
  expect([unverified.exitCode, unverified.report?.warnings], unverified.output).toEqual([
    0,
    ['NODE_TLS_REJECT_UNAUTHORIZED=0: the certificate of the target was not verified.'],
  ]);
});

test('a certificate of another host is told', async () => {
  const { authority, key, cert } = await newPrivateAuthority();
  // It is for 127.0.0.1.
  const host = '127.0.0.2';
  const run = await listening(
    createTlsServer({ key, cert }, handler()),
    (port) =>
      runSuite({
        environment: {
          ...credentials,
          NOMBA_BASE_URL: `https://${host}:${port}`,
          NODE_EXTRA_CA_CERTS: fileOf('authority.pem', authority),
        },
      }),
    host,
  );
  expect(run.exitCode, run.output).toBe(3);
  expect(run.report?.sentence).toMatch(
    /TLS certificate of another host; is the host of the base URL right\? Run/,
  );
});

const misspoken: Record<string, { server: () => Promise<Server>; scheme: string; cause: RegExp }> = {
  'plain HTTP at a port of TLS': {
    server: async () => createTlsServer(await newCertificate('valid'), handler()),
    scheme: 'http',
    cause: /breaks the connection off; does the base URL begin with https:\/\/\?/,
  },
  'TLS at a port of plain HTTP': {
    server: async () => createServer(handler()),
    scheme: 'https',
    cause: /does not speak TLS at this port; does the base URL begin with http:\/\/\?/,
  },
  'HTTP/2 alone over TLS': {
    server: async () => createSecureServer(await newCertificate('valid')) as unknown as Server,
    scheme: 'https',
    cause: /speaks HTTP\/2 alone, and the suite HTTP\/1\.1; let it speak both/,
  },
  'HTTP/2 alone': {
    server: async () => createHttp2Server() as unknown as Server,
    scheme: 'http',
    cause: /something that is not HTTP\/1\.1/,
  },
};
for (const [what, { server, scheme, cause }] of Object.entries(misspoken)) {
  test(`${what} is told with its remedy`, async () => {
    const run = await listening(await server(), (port) =>
      runSuite({
        environment: {
          ...credentials,
          NOMBA_BASE_URL: `${scheme}://127.0.0.1:${port}`,
          NODE_TLS_REJECT_UNAUTHORIZED: '0',
        },
      }),
    );
    expect(run.exitCode, run.output).toBe(3);
    expect(run.report?.sentence).toMatch(cause);
  });
}

/** A proxy that opens tunnels to the one target there is, whatever host is asked for, or refuses with a status. */
function proxyTo(port: number, refusal?: string): { server: Server; tunnels: string[] } {
  const tunnels: string[] = [];
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.on('connect', (request, socket: Socket) => {
    tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    socket.on('error', () => {});
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\n\r\n`);
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    return undefined;
  });
  return { server, tunnels };
}

test('a target behind a proxy is reached through it, and without it where it is excepted', async () => {
  const password = newCredentials().clientId;
  await listening(createServer(handler()), async (port) => {
    const { server, tunnels } = proxyTo(port);
    await listening(server, async (proxyPort) => {
      const run = (more: Record<string, string>) =>
        runSuite({
          flags: brief,
          environment: {
            ...credentials,
            NOMBA_BASE_URL: 'http://auth.nomba.invalid',
            HTTP_PROXY: `http://me:${password}@127.0.0.1:${proxyPort}`,
            ...more,
          },
        });
      const through = await run({});
      expect(through.exitCode, through.output).toBe(0);
      const login = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
      expect(new Set(tunnels)).toEqual(new Set([`auth.nomba.invalid:80 ${login}`]));
      const before = tunnels.length;
      const excepted = await run({ NOMBA_BASE_URL: `http://127.0.0.1:${port}`, NO_PROXY: '127.0.0.1' });
      expect([excepted.exitCode, tunnels.length], excepted.output).toEqual([0, before]);
    });
  });
});

for (const refusal of ['407 Proxy Authentication Required', '502 Bad Gateway', '403 Forbidden']) {
  test(`a proxy that refuses with ${refusal} is named, and the target is not blamed`, async () => {
    const password = newCredentials().clientId;
    await listening(proxyTo(1, refusal).server, async (port) => {
      const run = await runSuite({
        environment: {
          ...credentials,
          NOMBA_BASE_URL: 'https://auth.nomba.invalid',
          https_proxy: `http://me:${password}@127.0.0.1:${port}`,
        },
      });
      expect(run.exitCode, run.output).toBe(3);
      expect(run.report?.sentence).toContain(
        `: the target is not reached: the proxy http://127.0.0.1:${port} answers ${refusal}`,
      );
      expect(run.output).not.toContain(password);
    });
  });
}

test('a proxy that is away is named', async () => {
  const gone = await listenHttp(() => {});
  await gone.close();
  const run = await runSuite({
    environment: {
      ...credentials,
      NOMBA_BASE_URL: 'http://auth.nomba.invalid',
      HTTP_PROXY: `127.0.0.1:${gone.port}`,
    },
  });
  expect(run.exitCode, run.output).toBe(3);
  expect(run.report?.sentence).toContain(`the proxy http://127.0.0.1:${gone.port} refuses connections`);
});
