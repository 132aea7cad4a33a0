/** A gateway process over the caller's graph, without the limits that a single client would run into. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#launcher/ports.ts';
import { startProgram } from '#launcher/processes/processes.ts';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { succeed } from '#launcher/shopper/shopper.ts';
import type { TemporaryShop } from '#launcher/temporary-shop.ts';
import {
  AddToCartDocument,
  BrowseDocument,
  ProductPageDocument,
  RegisterDocument,
  SignInDocument,
} from '#operations/documents.generated.ts';
import { beforeExit } from '#platform/process/termination.ts';

export interface GatewayProcess {
  readonly url: string;
  /** False once it has ended, for whatever reason. */
  readonly isAlive: () => boolean;
  /** The current value of a metric, summed over all series, or over those with a label such as `outcome="hit"`. */
  metric(name: string, label?: string): Promise<number>;
  stop(): Promise<void>;
}

const startsWithinMs = 60_000;

// Node 24's own limit in a container of 384 MiB, young and old generation together: little more than the gateway needs, so
// that a leak ends it instead of hiding among garbage. Compose gives it 768 MiB, where Node allows itself more.
const heapMib = 259;

export const startGateway = async (env: Readonly<Record<string, string>>): Promise<GatewayProcess> => {
  const port = await freePort();
  const main = path.resolve(import.meta.dirname, '../gateway/main.ts');
  const { PATH, HOME } = process.env;
  const child = await startProgram(process.execPath, [`--max-heap-size=${heapMib}`, main], {
    env: { PATH, HOME, PORT: String(port), ...unhindered, ...env },
    // The channel is unused, but closes however this process ends, which ends the gateway.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const base = `http://127.0.0.1:${port}`;
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const stop = async () => {
    forget();
    if (!isAlive()) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  const forget = beforeExit(() => stop());
  const givesUpAt = Date.now() + startsWithinMs;
  while (!(await isReady(base))) {
    if (!isAlive()) throw new Error('the gateway did not start; its output is above');
    if (Date.now() > givesUpAt) {
      await stop();
      throw new Error(`the gateway was not ready within ${startsWithinMs} ms`);
    }
    await sleep(50);
  }
  return {
    url: `${base}/graphql`,
    isAlive,
    stop,
    metric: async (name, label = '') => {
      const text = await (await fetch(`${base}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return lines
        .filter((line) => line.includes(label))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
  };
};

/** Beside a shop's own, one that has its limits on and believes the client addresses that a bench makes up. */
export const gatewayOf = (
  { environment }: Pick<TemporaryShop, 'environment'>,
  further: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> => {
  const { GATEWAY_PORT: _, ...own } = environment;
  return startGateway({
    ...(own as Record<string, string>),
    LOG_LEVEL: 'fatal',
    AUTHENTICATION: 'on',
    RATE_LIMITS: 'on',
    TRUSTED_PROXIES: 'loopback',
    ...further,
  });
};

/** One client that asks as much as a thousand: limits per client would be measured in place of the subgraphs. */
const unhindered = {
  LOG_LEVEL: 'error',
  AUTHENTICATION: 'off',
  RATE_LIMITS: 'off',
  SUBGRAPH_VIEWER_CONCURRENCY: '256',
  SUBGRAPH_VIEWER_QUEUE: '1000',
  RESPONSE_CACHE: 'off',
  SHED_EVENT_LOOP_DELAY_MS: '0',
};

const isReady = async (base: string): Promise<boolean> => {
  try {
    return (await fetch(`${base}/health/ready`)).ok;
  } catch {
    return false;
  }
};

/** The header of a new customer with five products in the cart. */
export const signedInAs = async (gateway: string): Promise<Record<string, string>> => {
  const guest = graphqlClient(gateway);
  const credentials = { email: `bench-${randomUUID()}@example.com`, password: randomUUID() };
  const input = { ...credentials, displayName: 'Bea Bench' };
  succeed((await guest.ask(RegisterDocument, { input })).register, 'RegisterSuccess');
  const { accessToken } = succeed((await guest.ask(SignInDocument, { input: credentials })).signIn, 'SignInSuccess');
  const customer = graphqlClient(gateway, accessToken);
  const { products } = await guest.ask(BrowseDocument, { first: 5 });
  for (const { node } of products?.edges ?? []) {
    const { product } = await guest.ask(ProductPageDocument, { slug: node.slug });
    const variantId = product?.variants[0]?.id ?? '';
    const { addToCart } = await customer.ask(AddToCartDocument, { input: { variantId } });
    succeed(addToCart, 'AddToCartSuccess');
  }
  return { authorization: `Bearer ${accessToken}` };
};
