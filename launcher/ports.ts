import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { defaultPorts, type ServiceName, serviceNames, variableOf } from '#ops/services.ts';
import { isBlockedPort } from '#platform/config/config.ts';

export type Ports = Record<ServiceName, number>;
type Environment = Readonly<Record<string, string | undefined>>;

const portVariable = (service: ServiceName): string => variableOf(service, 'PORT');

/** Where each service will listen: what its variable says, else its default, as far from `from` as from the gateway's. */
export const choosePorts = (env: Environment, from?: number): Ports => {
  const entries = serviceNames.map((service) => {
    const given = env[portVariable(service)];
    const port = given ? Number(given) : defaultPorts[service] + (from === undefined ? 0 : from - defaultPorts.gateway);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new Error(`${given ? `${portVariable(service)}=${given}` : `--ports-from ${from}`}: not a port`);
    }
    return [service, port] as const;
  });
  return Object.fromEntries(entries) as Ports;
};

/** A free port for each service, different from each other. */
export const freePorts = async (): Promise<Ports> => {
  const chosen = new Set<number>();
  // The same port may come up again, since nobody listens on it yet.
  while (chosen.size < serviceNames.length) chosen.add(await freePort());
  const numbers = [...chosen];
  return Object.fromEntries(serviceNames.map((service, index) => [service, numbers[index]])) as Ports;
};

/** Throws, a line per port, when something listens on one of them, two services want the same, or no client would open it. */
export const requireFree = async (
  ports: Ports,
  host: string,
  services: readonly ServiceName[] = serviceNames,
): Promise<void> => {
  const complaints = await Promise.all(
    services.map(async (service) => {
      const port = ports[service];
      const rival = services.find((other) => other !== service && ports[other] === port);
      if (rival) return `Port ${port} is wanted by ${service} and ${rival}: set ${portVariable(service)} to another.`;
      if (isBlockedPort(port))
        return `Port ${port} (${service}) is one that browsers and fetch do not open: set ${portVariable(service)} to another.`;
      if (await isPortFree(port, host)) return undefined;
      return `Port ${port} (${service}) is taken: free it, or set ${portVariable(service)} to another (--ports-from moves all).`;
    }),
  );
  const found = complaints.filter((complaint) => complaint !== undefined);
  if (found.length > 0) throw new Error(found.join('\n'));
};

// Below the ports that Linux and macOS give to outgoing connections: one of those can be taken again by any client,
// between asking for it and listening on it, or while the service that had it restarts.
const lowest = 10_000;
const highest = 32_000;
const tries = 100;

/** A port that is free now and outside the ephemeral range. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < tries; attempt++) {
    const port = randomInt(lowest, highest);
    if (!isBlockedPort(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`no free port found between ${lowest} and ${highest} in ${tries} tries`);
};

/** Whether nobody listens on this port at this address. */
export const isPortFree = async (port: number, host = '127.0.0.1'): Promise<boolean> => {
  try {
    await listenOnce(port, host);
    return true;
  } catch {
    return false;
  }
};

const listenOnce = (port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
