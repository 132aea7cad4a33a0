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
  /** Until `stop`, if there is one. */
  readonly requests: number;
  readonly stop?: AbortSignal;
  /** What an answer must be as long as, or the run fails: parsing each would cost more than most contenders do. */
  readonly bytes: number;
  /** The same authorization for all, where sharing between requests is what is measured. */
  readonly oneViewer?: boolean | undefined;
  /** How many documents with the same answer are asked in turn. Infinity: none that anybody has sent before. */
  readonly documents?: number | undefined;
}

export interface Load {
  readonly latenciesMs: readonly number[];
  readonly seconds: number;
}

// Over all runs: a token is used again only after as many requests as there are tokens.
let asked = 0;

export const load = async (lot: Clients): Promise<Load> => {
  const { target, operation, clients, requests, stop, bytes, oneViewer = false, documents = 1 } = lot;
  const { origin, pathname } = new URL(target.url);
  const pool = new Pool(origin, { connections: clients, bodyTimeout: 60_000, headersTimeout: 60_000 });
  const known = JSON.stringify(operation);
  const latenciesMs: number[] = [];
  let left = requests;
  const client = async () => {
    while (left-- > 0 && !stop?.aborted) {
      const from = performance.now();
      const n = asked++;
      const response = await pool.request({
        path: pathname,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${oneViewer ? 'of everybody' : randomUUID()}`,
          ...target.headersOf?.(oneViewer ? 0 : n),
        },
        body: documents === 1 ? known : JSON.stringify(renamed(operation, n % documents)),
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

/** The same operation as a document that nobody has seen. */
const renamed = ({ query, operationName = '' }: Operation, n: number): Operation => {
  const name = `${operationName}${n}`;
  return { query: query.replace(operationName, name), operationName: name };
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
