/** A gateway process under load: its supergraph is reloaded repeatedly, then it is stopped. No request fails. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aSubgraph, nowhere, type SubgraphFixture, sdls, supergraphOf, viewerKey } from '#kit/gateway/gateway.ts';
import { until } from '#kit/vitest/until.ts';
import { freePorts } from '#launcher/ports.ts';

const reloads = 50;
const clientsAtOnce = 20;

const lamp = { id: 'p1', title: 'Lamp', stock: 3 };
const userResolvers = {
  Query: { me: () => 'Ada', whoAmI: () => pause(1_000, 'Ada') },
  Product: { __resolveReference: (product: object) => ({ ...product, likes: 7 }) },
};
const page = {
  query: 'query Page { products { id title likes } me }',
  answer: { data: { products: [{ id: 'p1', title: 'Lamp', likes: 7 }], me: 'Ada' } },
};
const slow = { query: 'query Slow { whoAmI }', answer: { data: { whoAmI: 'Ada' } } };

let folder: string;
let product: SubgraphFixture;
/** The user subgraph lives at two places; each supergraph names one of them. */
let users: readonly SubgraphFixture[];
let gateway: { process: ChildProcess; url: string; output: () => string };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agora-reload-'));
  product = await aSubgraph('product', { Query: { products: () => [lamp] } });
  users = await Promise.all([1, 2].map(() => aSubgraph('user', userResolvers)));
  await publish(0);
  gateway = await startGateway();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(gateway.output());
  gateway.process.kill('SIGKILL');
  for (const subgraph of [product, ...users]) await subgraph.close();
  await rm(folder, { recursive: true });
});

const file = () => path.join(folder, 'supergraph.graphql');

/** Versions differ in a field and in where the user subgraph is. */
const publish = async (version: number): Promise<void> => {
  const sdl = version % 2 ? sdls.user.replace('whoAmI', 'greeting: String whoAmI') : sdls.user;
  const at = { product: product.url, user: users[version % 2]?.url };
  const text = supergraphOf({ ...sdls, user: sdl }).replaceAll(
    new RegExp(`name: "(\\w+)", url: "${nowhere}"`, 'g'),
    (_, name: keyof typeof at) => `name: "${name}", url: "${at[name]}"`,
  );
  await writeFile(`${file()}.next`, text);
  await rename(`${file()}.next`, file());
};

const startGateway = async (): Promise<typeof gateway> => {
  const { gateway: port } = await freePorts();
  const lines: string[] = [];
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, '../../../gateway/main.ts')], {
    env: {
      PATH: process.env.PATH,
      GATEWAY_PORT: String(port),
      SUPERGRAPH_FILE: file(),
      SUPERGRAPH_POLL_MS: '20',
      VIEWER_SIGNING_KEY: JSON.stringify((await viewerKey).privateKey),
      ACCESS_TOKEN_JWKS_URL: nowhere,
      // What it refuses on purpose, since the load is too much or comes from one address, is not what is tested here.
      SHED_EVENT_LOOP_DELAY_MS: '0',
      RATE_LIMITS: 'off',
    },
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      lines.push(String(text));
      if (lines.length > 100) lines.shift();
    });
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('the gateway to be ready', isReady, 60_000);
  return { process: child, url, output: () => lines.join('') };
};

const metric = async (sample: string): Promise<number> => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(sample));
  return Number(line?.split(' ').at(-1));
};
const loaded = () => metric('agora_gateway_schema_reloads_total{outcome="loaded"');
const plannedWhileWaiting = () => metric('agora_gateway_query_plans_total{when="request"');

interface Tally {
  answered: number;
  /** When the gateway was told to end, by `performance.now()`. */
  endBegan: number;
  readonly failures: string[];
}

// A gateway that fails for good fails thousands of times a second; this many say enough.
const failuresShown = 20;

/** The load is on; or something failed already, and there is no use in waiting. */
const enough = ({ answered, failures }: Tally, answers: number): boolean => answered > answers || failures.length > 0;

/**
 * Asks again and again over one kept-alive connection. What is asked on a connection that was opened before the end
 * began must be answered; one that was opened later may be refused, or found closed: then there is no gateway any more.
 */
const askOn = async (what: typeof page | typeof slow, tally: Tally, goOn: () => boolean): Promise<void> => {
  const client = new Client(gateway.url);
  let openedAt = 0;
  client.on('connect', () => {
    openedAt = performance.now();
  });
  const body = JSON.stringify({ query: what.query });
  const expected = JSON.stringify(what.answer);
  while (goOn() && tally.failures.length < failuresShown) {
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await client.request({ method: 'POST', path: '/graphql', headers, body });
      const text = (await response.body.text()).trim();
      if (response.statusCode === 200 && text === expected) tally.answered++;
      else tally.failures.push(`${response.statusCode} ${text}`);
    } catch (error) {
      const { code, message, syscall } = error as NodeJS.ErrnoException;
      const isUnopened = syscall === 'connect' && performance.now() > tally.endBegan;
      if (code === 'ECONNREFUSED' || isUnopened || openedAt > tally.endBegan) break;
      tally.failures.push(`${code} ${message}`);
    }
  }
  await client.destroy();
};

test(`${reloads} reloads under load: no request fails, and none waits for a plan`, async () => {
  let running = true;
  const tally: Tally = { answered: 0, failures: [], endBegan: Number.POSITIVE_INFINITY };
  const clients = Array.from({ length: clientsAtOnce }, (_, i) => askOn(i % 5 ? page : slow, tally, () => running));
  // Whoever asked before the first plan of an operation was made has made one, too.
  await until('both operations to be known', () => enough(tally, 5 * clientsAtOnce), 60_000);
  const planned = await plannedWhileWaiting();
  for (let version = 1; version <= reloads; version++) {
    await publish(version);
    await until(`reload ${version}`, async () => (await loaded()) === 1 + version, 15_000);
  }
  running = false;
  await Promise.all(clients);
  console.log(`${reloads} reloads, ${tally.answered} answers`);
  expect(tally.failures).toEqual([]);
  expect(await plannedWhileWaiting()).toBe(planned);
});

test('SIGTERM under load: every accepted request is answered, and it exits in time with 0', async () => {
  const tally: Tally = { answered: 0, failures: [], endBegan: Number.POSITIVE_INFINITY };
  const clients = Array.from({ length: 2 * clientsAtOnce }, (_, i) => askOn(i % 2 ? page : slow, tally, () => true));
  await until('load', () => enough(tally, 10 * clientsAtOnce), 60_000);
  const ended = once(gateway.process, 'exit');
  tally.endBegan = performance.now();
  gateway.process.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  await Promise.all(clients);
  console.log(`${tally.answered} answers`);
  expect(tally.failures).toEqual([]);
});
