/** Clients that ask one operation as fast as they are answered, each request with an authorization of its own. */
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { Operation } from './graphs/graph.ts';

export interface Target {
  readonly url: string;
  readonly headersOf?: (n: number) => Readonly<Record<string, string>>;
}

export interface Clients {
  readonly target: Target;
  readonly operation: Operation;
  readonly clients: number;
  readonly requests: number;
  /** What an answer must be as long as, or the run fails: parsing each would cost more than most contenders do. */
  readonly bytes: number;
  /** The same authorization for all, where sharing between requests is what is measured. */
  readonly authorization?: string;
}

export interface Load {
  readonly latenciesMs: readonly number[];
  readonly seconds: number;
}

// Over all runs: a token is used again only after as many requests as there are tokens.
let asked = 0;

export const load = async ({ target, operation, clients, requests, bytes, authorization }: Clients): Promise<Load> => {
  const { origin, pathname } = new URL(target.url);
  const pool = new Pool(origin, { connections: clients, bodyTimeout: 60_000, headersTimeout: 60_000 });
  const body = JSON.stringify(operation);
  const latenciesMs: number[] = [];
  let left = requests;
  const client = async () => {
    while (left-- > 0) {
      const from = performance.now();
      const n = asked++;
      const response = await pool.request({
        path: pathname,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: authorization ?? `Bearer ${randomUUID()}`,
          ...target.headersOf?.(n),
        },
        body,
      });
      const answer = await response.body.arrayBuffer();
      if (response.statusCode !== 200 || answer.byteLength !== bytes)
        throw new Error(`${response.statusCode}, ${answer.byteLength} bytes in place of ${bytes}: ${start(answer)}`);
      latenciesMs.push(performance.now() - from);
    }
  };
  const begun = performance.now();
  try {
    await Promise.all(Array.from({ length: clients }, client));
    return { latenciesMs, seconds: (performance.now() - begun) / 1_000 };
  } finally {
    await pool.destroy();
  }
};

const start = (answer: ArrayBuffer): string => Buffer.from(answer).toString('utf8', 0, 300);

/** One request, read to its end. */
export const ask = async ({ url, headersOf }: Target, operation: Operation): Promise<string> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${randomUUID()}`, ...headersOf?.(asked++) },
    body: JSON.stringify(operation),
  });
  return response.text();
};
