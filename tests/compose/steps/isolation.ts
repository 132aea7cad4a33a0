import { connect } from 'node:net';
import { subgraphNames } from '#ops/services.ts';
import { inContainer, type Stack } from '../stack.ts';
import type { Step } from '../step.ts';

const databases = subgraphNames.map((name) => `postgres-${name}`);

/** Who may speak to which database; everybody else must find nobody there. */
const neighbours: Readonly<Record<string, readonly string[]>> = {
  gateway: [],
  user: ['postgres-user'],
  notification: ['postgres-user'],
  product: ['postgres-product'],
  inventory: ['postgres-product'],
  order: ['postgres-order'],
  'order-worker': ['postgres-order'],
  payment: ['postgres-payment'],
  'payment-worker': ['postgres-payment'],
};

export const isolation: Step = {
  name: 'a database answers its own service and nobody else, by name and by address',
  run: async ({ stack, say }) => {
    const addresses = await addressesOf(stack);
    for (const [service, own] of Object.entries(neighbours)) {
      const wanted = databases.flatMap((database) => [database, ...(addresses.get(database) ?? [])]);
      const reached = JSON.parse(await inContainer(stack, service, knocks(wanted))) as string[];
      const allowed = new Set(own.flatMap((database) => [database, ...(addresses.get(database) ?? [])]));
      const strangers = reached.filter((host) => !allowed.has(host));
      if (strangers.length > 0) throw new Error(`${service} reaches ${strangers.join(', ')}`);
      // Without this, a test that cannot reach anything would pass.
      if (own.some((database) => !reached.includes(database)))
        throw new Error(`${service} does not reach its database`);
    }
    say(`${Object.keys(neighbours).length} services × ${databases.length} databases tried`);
  },
};

export const hostPorts: Step = {
  name: 'from the host there is the gateway, and nothing else',
  run: async ({ stack, say }) => {
    const published = (await stack.compose('ps', '--format', '{{.Service}} {{.Ports}}'))
      .split('\n')
      .filter((line) => line.includes('->'));
    const strangers = published.filter((line) => !line.startsWith('gateway '));
    if (strangers.length > 0) throw new Error(`published: ${strangers.join('; ')}`);
    const open: number[] = [];
    for (const port of [4001, 4002, 4003, 4004, 4005, 5432, 6379, 9090, 3000])
      if (await answers('127.0.0.1', port)) open.push(port);
    const listening = open.length > 0 ? ` (something else on this machine listens on ${open.join(', ')})` : '';
    say(`${published.join('; ')}${listening}`);
  },
};

export const secretsHidden: Step = {
  name: 'no secret is in docker inspect, in an environment or in the logs',
  run: async ({ stack, say }) => {
    const values = (
      await stack.compose('run', '--rm', '--no-TTY', 'operator', 'sh', '-c', 'cat /run/agora/*')
    ).matchAll(/:([^:@/]{16,})@/g);
    const secrets = [...new Set([...values].map(([, value]) => value ?? ''))];
    if (secrets.length < 5) throw new Error(`only ${secrets.length} secrets to look for`);
    const ids = (await stack.containers()).map(({ id }) => id);
    const shown = `${await stack.docker('inspect', ...ids)}${await stack.compose('logs', '--no-color')}${await stack.docker('history', '--no-trunc', 'agora')}`;
    const seen = secrets.filter((secret) => shown.includes(secret));
    if (seen.length > 0) throw new Error(`${seen.length} secrets can be seen`);
    say(`${secrets.length} secrets looked for in ${ids.length} containers`);
  },
};

/** Of each container on each of its networks. */
const addressesOf = async (stack: Stack): Promise<Map<string, string[]>> => {
  const found = new Map<string, string[]>();
  for (const { id, service } of await stack.containers()) {
    const addresses = await stack.docker(
      'inspect',
      '--format',
      '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}',
      id,
    );
    found.set(service, addresses.trim().split(/\s+/).filter(Boolean));
  }
  return found;
};

// 1.5 s: who is on the same network answers within a millisecond, who is not never does.
const knockMs = 1_500;

/** Runs in a container: prints which of these hosts accept a connection on PostgreSQL's port. */
const knocks = (hosts: readonly string[]): string => `
  const { connect } = require('node:net');
  const knock = (host) => new Promise((resolve) => {
    const socket = connect({ host, port: 5432, timeout: ${knockMs} });
    const end = (open) => { socket.destroy(); resolve(open ? [host] : []); };
    socket.once('connect', () => end(true)).once('error', () => end(false)).once('timeout', () => end(false));
  });
  Promise.all(${JSON.stringify(hosts)}.map(knock)).then((open) => console.log(JSON.stringify(open.flat())));`;

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: knockMs });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
