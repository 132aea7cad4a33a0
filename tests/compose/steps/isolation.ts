import { connect } from 'node:net';
import { outsiders, subgraphs } from '#ops/services.ts';
import { inContainer, type Stack } from '../stack.ts';
import type { Step } from '../step.ts';

const databases = [...subgraphs, ...outsiders].map(({ name }) => `postgres-${name}`);

/** The databases that each service may connect to. */
const allowedDatabases: Readonly<Record<string, readonly string[]>> = {
  gateway: [],
  ...Object.fromEntries(
    subgraphs.flatMap(({ name, worker }) => [name, worker].map((service) => [service, [`postgres-${name}`]])),
  ),
  ...Object.fromEntries(outsiders.map(({ name }) => [name, [`postgres-${name}`]])),
};

export const isolation: Step = {
  name: 'a database is reachable from its own service only, by name and by address',
  run: async ({ stack, log }) => {
    const addresses = await addressesOf(stack);
    for (const [service, own] of Object.entries(allowedDatabases)) {
      const hosts = databases.flatMap((database) => [database, ...(addresses.get(database) ?? [])]);
      const reached = JSON.parse(await inContainer(stack, service, connectionAttempts(hosts))) as string[];
      const allowed = new Set(own.flatMap((database) => [database, ...(addresses.get(database) ?? [])]));
      const forbidden = reached.filter((host) => !allowed.has(host));
      if (forbidden.length > 0) throw new Error(`${service} reaches ${forbidden.join(', ')}`);
      // Otherwise a test that reaches nothing at all would pass.
      if (own.some((database) => !reached.includes(database)))
        throw new Error(`${service} does not reach its database`);
    }
    log(`${Object.keys(allowedDatabases).length} services × ${databases.length} databases checked`);
  },
};

export const hostPorts: Step = {
  name: 'only the gateway is published on the host',
  run: async ({ stack, log }) => {
    const published = (await stack.compose('ps', '--format', '{{.Service}} {{.Ports}}'))
      .split('\n')
      .filter((line) => line.includes('->'));
    const others = published.filter((line) => !line.startsWith('gateway '));
    if (others.length > 0) throw new Error(`published: ${others.join('; ')}`);
    const open: number[] = [];
    for (const port of [4001, 4002, 4003, 4004, 4005, 4006, 5432, 6379, 9090, 3000])
      if (await accepts('127.0.0.1', port)) open.push(port);
    const listening = open.length > 0 ? ` (something else on this machine listens on ${open.join(', ')})` : '';
    log(`${published.join('; ')}${listening}`);
  },
};

export const secretsHidden: Step = {
  name: 'no secret shows up in docker inspect, an environment, the image history or the logs',
  run: async ({ stack, log }) => {
    const values = (
      await stack.compose('run', '--rm', '--no-TTY', 'operator', 'sh', '-c', 'cat /run/agora/*')
    ).matchAll(/:([^:@/]{16,})@/g);
    const secrets = [...new Set([...values].map(([, value]) => value ?? ''))];
    if (secrets.length < 5) throw new Error(`found only ${secrets.length} secrets to search for`);
    const ids = (await stack.containers()).map(({ id }) => id);
    const shown = `${await stack.docker('inspect', ...ids)}${await stack.compose('logs', '--no-color')}${await stack.docker('history', '--no-trunc', 'agora')}`;
    const exposed = secrets.filter((secret) => shown.includes(secret));
    if (exposed.length > 0) throw new Error(`${exposed.length} secrets are exposed`);
    log(`${secrets.length} secrets searched for in ${ids.length} containers`);
  },
};

/** The addresses of each service's container, one per network. */
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

// 1.5 s: a host on the same network accepts within a millisecond, any other never does.
const connectTimeoutMs = 1_500;

/** JavaScript to run in a container: prints which of these hosts accept a connection on PostgreSQL's port. */
const connectionAttempts = (hosts: readonly string[]): string => `
  const { connect } = require('node:net');
  const attempt = (host) => new Promise((resolve) => {
    const socket = connect({ host, port: 5432, timeout: ${connectTimeoutMs} });
    const end = (open) => { socket.destroy(); resolve(open ? [host] : []); };
    socket.once('connect', () => end(true)).once('error', () => end(false)).once('timeout', () => end(false));
  });
  Promise.all(${JSON.stringify(hosts)}.map(attempt)).then((open) => console.log(JSON.stringify(open.flat())));`;

const accepts = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectTimeoutMs });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
