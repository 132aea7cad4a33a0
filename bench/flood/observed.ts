/** What is seen of a gateway while it is flooded: its memory, and how long others wait. */
import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import { Pool } from 'undici';
import { BrowseDocument, CartDocument, ProductPageDocument } from '#operations/documents.generated.ts';
import type { GatewayProcess } from '../upstream/gateway-process.ts';

export interface Sample {
  readonly phase: string;
  readonly rssMib: number;
}

export interface Waited {
  readonly phase: string;
  readonly ms: number;
  readonly fault: string | undefined;
}

// Others ask a page every 50 ms each: people who click fast, and not a flood of their own.
const othersPauseMs = 50;
const sampleMs = 500;

export const post = async (pool: Pool, body: object, headers: Readonly<Record<string, string>>) => {
  const response = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.statusCode, text: await response.body.text() };
};

/** Two guests and a customer with a cart, who go on until they are told to stop. */
export const others = (gateway: GatewayProcess, customer: Record<string, string>, phase: () => string) => {
  const pool = new Pool(new URL(gateway.url).origin, { connections: 8 });
  const waited: Waited[] = [];
  let running = true;
  const person = async (body: object, headers: Record<string, string>) => {
    for (; running; await sleep(othersPauseMs)) {
      const begun = performance.now();
      const fault = await post(pool, body, headers).then(
        ({ status, text }) => (status === 200 && !text.includes('"errors"') ? undefined : text.slice(0, 200)),
        String,
      );
      waited.push({ phase: phase(), ms: performance.now() - begun, fault });
    }
  };
  const pages = [
    [{ query: print(BrowseDocument), variables: { first: 20 } }, { 'x-forwarded-for': '192.0.2.1' }],
    [{ query: print(ProductPageDocument), variables: { slug: 'trail-lamp-200' } }, { 'x-forwarded-for': '192.0.2.2' }],
    [{ query: print(CartDocument) }, { ...customer, 'x-forwarded-for': '192.0.2.3' }],
  ] as const;
  const people = pages.map(([body, headers]) => person(body, headers));
  return {
    waited,
    stop: async () => {
      running = false;
      await Promise.all(people);
      await pool.close();
    },
  };
};

export const sampling = (gateway: GatewayProcess, phase: () => string) => {
  const samples: Sample[] = [];
  let running = true;
  const work = (async () => {
    for (; running && gateway.isAlive(); await sleep(sampleMs)) {
      const bytes = await gateway.metric('process_resident_memory_bytes').catch(() => 0);
      if (bytes > 0) samples.push({ phase: phase(), rssMib: bytes / 1_048_576 });
    }
  })();
  return {
    samples,
    stop: async () => {
      running = false;
      await work;
    },
  };
};
