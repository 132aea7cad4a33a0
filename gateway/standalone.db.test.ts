/** The gateway by itself, as a process, in front of a supergraph that is not Agora's. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aManifest } from '#kit/gateway/documents.ts';
import { keepsNothing, redisHere, redisProcess } from '#kit/redis/redis.ts';
import { anAccessToken, httpServer, keyPair } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';
import { freePort } from '#launcher/ports.ts';
import { composeSupergraph } from '#tools/compose/composition.ts';
import { documentId } from './documents/document-text.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const subgraphs = {
  'catalog-v2': {
    sdl: `${link} type Query { books: [Book!]! whoCalls: String } type Book @key(fields: "isbn") { isbn: ID! title: String! }`,
    resolvers: {
      Query: {
        books: () => [{ isbn: '1', title: 'Dune' }],
        whoCalls: (_: unknown, __: unknown, { headers }: Context) => headers.authorization ?? 'nobody',
      },
      Book: { __resolveReference: ({ isbn }: { isbn: string }) => ({ isbn, title: 'Dune' }) },
    },
  },
  reviews: {
    sdl: `${link} type Book @key(fields: "isbn") { isbn: ID! stars: [Int!]! } type Query { bestOf: Book }`,
    resolvers: { Query: { bestOf: () => ({ isbn: '1' }) }, Book: { stars: () => [4, 5] } },
  },
};

interface Context {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const received: Context['headers'][] = [];
const servers: ApolloServer<Context>[] = [];
const folder = mkdtempSync(path.join(tmpdir(), 'agora-standalone-'));
const supergraph = path.join(folder, 'supergraph.graphql');
const manifest = path.join(folder, 'manifest.json');

const write = (file: string, text: string) => {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
};
const list = (...bodies: string[]) => write(manifest, aManifest(...bodies));

beforeAll(async () => {
  const sources = [];
  for (const [name, { sdl, resolvers }] of Object.entries(subgraphs)) {
    const server = new ApolloServer<Context>({
      schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]),
      plugins: [ApolloServerPluginInlineTraceDisabled()],
    });
    const { url } = await startStandaloneServer(server, {
      listen: { host: '127.0.0.1', port: 0 },
      context: async ({ req: { headers } }) => {
        received.push(headers);
        return { headers };
      },
    });
    servers.push(server);
    sources.push({ name, url, file: name, sdl });
  }
  const composed = composeSupergraph(sources);
  if ('errors' in composed) throw new Error(JSON.stringify(composed.errors));
  writeFileSync(supergraph, composed.supergraph);
});

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

// A machine that runs tests is busy, and the gateway would rightly refuse requests for that.
const unhurried = { SHED_EVENT_LOOP_DELAY_MS: '0' };

/** Runs `node gateway/main.ts` with these variables and no others. */
const run = (environment: Record<string, string>, ...args: string[]) => {
  const output: string[] = [];
  child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, AUTHENTICATION: 'off', SUPERGRAPH_FILE: supergraph, ...unhurried, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => output.push(String(text)));
  const ended = new Promise<number | null>((resolve) => child?.once('exit', resolve));
  return { output: () => output.join(''), ended };
};

const start = async (environment: Record<string, string> = {}) => {
  const port = await freePort();
  const { output, ended } = run({ PORT: String(port), ...environment });
  const url = `http://127.0.0.1:${port}`;
  const isReady = async () => {
    if (child?.exitCode !== null) throw new Error(`the gateway has ended:\n${output()}`);
    return (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok ?? false;
  };
  await until('the gateway is ready', isReady, 45_000);
  const ask = async (body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  };
  return { url, ask, output, ended };
};

const federated = { query: '{ books { title stars } bestOf { isbn title } }' };
const answer = { data: { books: [{ title: 'Dune', stars: [4, 5] }], bestOf: { isbn: '1', title: 'Dune' } } };

describe('on a supergraph of two plain subgraphs', () => {
  it('needs only the supergraph and a port, calls nobody else, and shuts down cleanly', async () => {
    const { ask, output, ended } = await start();
    received.length = 0;
    expect(await ask(federated)).toEqual(answer);
    expect(received.length).toBeGreaterThanOrEqual(3);
    for (const headers of received) {
      expect(headers).not.toHaveProperty('x-agora-viewer');
      expect(headers).not.toHaveProperty('authorization');
    }
    child?.kill('SIGTERM');
    expect(await ended).toBe(0);
    const worse = output()
      .split('\n')
      .filter((line) => /"level":"(warn|error|fatal)"/.test(line));
    expect(worse).toEqual([]);
  });

  it('works with every optional part switched off, and leaves authentication to the subgraphs', async () => {
    const { ask, url } = await start({
      TRUSTED_DOCUMENTS: 'off',
      APQ: 'off',
      PLAYGROUND: 'off',
      INTROSPECTION: 'off',
      LIMITS_MODE: 'off',
      RATE_LIMITS: 'off',
      COMPRESSION: 'off',
      RESPONSE_CACHE: 'off',
      ENTITY_CACHE: 'off',
      LIVE_UPDATES: 'off',
      SUBGRAPH_BREAKER: 'off',
      SUBGRAPH_DEDUPLICATION: 'off',
      FORWARD_REQUEST_HEADERS: 'authorization',
    });
    expect(await ask(federated)).toEqual(answer);
    expect(await ask({ query: '{ whoCalls }' }, { authorization: 'Basic dGVzdA==' })).toEqual({
      data: { whoCalls: 'Basic dGVzdA==' },
    });
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).not.toContain('html');
  });

  it('trusts the documents of its own list, and reloads it', async () => {
    list(federated.query);
    const { ask } = await start({ TRUSTED_DOCUMENTS: 'require', TRUSTED_DOCUMENTS_MANIFEST: manifest });
    expect(await ask({ documentId: `sha256:${documentId(federated.query)}` })).toEqual(answer);
    expect(await ask({ query: '{ books { isbn } }' })).toMatchObject({
      errors: [{ extensions: { code: 'QUERY_NOT_IN_SAFELIST' } }],
    });
    list('{ books { isbn } }');
    const isTrusted = async () => (await ask({ query: '{ books { isbn } }' })).data !== undefined;
    await until('the new document is trusted', isTrusted, 20_000);
    expect(await ask(federated)).toMatchObject({ errors: [{ extensions: { code: 'QUERY_NOT_IN_SAFELIST' } }] });
  });
});

it('accepts the tokens of an issuer that publishes its keys and nothing else, told that it has no denials', async () => {
  const tokenKey = await keyPair('token');
  const issuer = await httpServer(({ url }, response) =>
    url === '/keys' ? response.end(JSON.stringify({ keys: [tokenKey.publicKey] })) : response.writeHead(404).end(),
  );
  const { ask } = await start({
    AUTHENTICATION: 'on',
    ACCESS_TOKEN_JWKS_URL: `${issuer.url}/keys`,
    ACCESS_DENIALS_URL: 'off',
    API_KEYS_URL: 'off',
    VIEWER_SIGNING_KEY: JSON.stringify((await keyPair('viewer')).privateKey),
  });
  const authorization = `Bearer ${await anAccessToken(tokenKey)}`;
  expect(await ask(federated, { authorization })).toEqual(answer);
  expect(await ask(federated, { authorization: `${authorization}x` })).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
  await issuer.close();
});

it('reports everything wrong with its variables at start-up, and exits', async () => {
  writeFileSync(manifest, '{}');
  const { output, ended } = run({
    AUTHENTICATION: 'maybe',
    TRUSTED_DOCUMENTS: 'require',
    TRUSTED_DOCUMENTS_MANIFEST: manifest,
    PORT: 'http',
  });
  expect(await ended).toBe(1);
  expect(output()).toContain('gateway: the environment is not usable:');
  for (const name of ['AUTHENTICATION', 'TRUSTED_DOCUMENTS_MANIFEST', 'PORT'])
    expect(output()).toContain(`\n  ${name}: `);
});

it.runIf(redisHere())('exits with an explanation if REDIS_URL is a cluster node addressed as a server', async () => {
  const node = await redisProcess([
    ...keepsNothing,
    '--cluster-enabled',
    'yes',
    '--cluster-port',
    String(await freePort()),
  ]);
  const { output, ended } = run({ REDIS_URL: `redis://127.0.0.1:${node.port}` });
  expect(await ended).toBe(1);
  await node.stop();
  expect(output()).toMatch(/^gateway: the environment is not usable:\n {2}REDIS_URL: .*write redis\+cluster:\/\//);
});

it('lists its variables for --help, whatever the environment', async () => {
  const { output, ended } = run({ AUTHENTICATION: 'maybe' }, '--help');
  expect(await ended).toBe(0);
  expect(output()).toContain('  AUTHENTICATION  (on|off) = on\n');
});
