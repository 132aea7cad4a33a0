/** The product subgraph as its own process, asked as a gateway asks it, with no cache anywhere. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Pool } from 'undici';
import { viewerHeader } from '#contracts/viewer.ts';
import { freePort } from '#launcher/ports.ts';
import { viewerSigner } from '#platform/auth/viewer.ts';
import { beforeExit } from '#platform/process/termination.ts';
import type { Question } from './questions.ts';

export interface ProductProcess {
  readonly pid: number;
  /** The data of the answer. Throws when it has errors. */
  ask(question: Question): Promise<Readonly<Record<string, unknown>>>;
  stop(): Promise<void>;
}

// 60 s: a process that shares its cores with others.
const readyWithinMs = 60_000;

export const startProduct = async (databaseUrl: string, clients: number): Promise<ProductProcess> => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const port = await freePort();
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, '../../subgraphs/product/main.ts')], {
    env: {
      PATH: process.env.PATH,
      PROFILE: 'development',
      ROLE: 'api',
      LOG_LEVEL: 'warn',
      PRODUCT_PORT: String(port),
      PRODUCT_DATABASE_URL: databaseUrl,
      VIEWER_VERIFY_KEYS: JSON.stringify({ keys: [await exportJWK(publicKey)] }),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const forget = beforeExit(stop);
  const origin = `http://127.0.0.1:${port}`;
  const pool = new Pool(origin, { connections: clients });
  const sign = viewerSigner((await exportJWK(privateKey)) as JWK);
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    if (child.exitCode !== null) throw new Error('the product subgraph ended');
    const isReady = await fetch(`${origin}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) break;
    if (Date.now() > deadline) throw new Error('the product subgraph does not become ready');
    await sleep(100);
  }
  return {
    pid: child.pid as number,
    ask: async ({ document, variables }) => {
      const { body, statusCode } = await pool.request({
        path: '/graphql',
        method: 'POST',
        headers: { 'content-type': 'application/json', [viewerHeader]: await sign({ kind: 'guest' }, 'product') },
        body: JSON.stringify({ query: document, variables }),
      });
      const answer = (await body.json()) as { data?: Readonly<Record<string, unknown>>; errors?: unknown };
      if (statusCode !== 200 || answer.errors || !answer.data)
        throw new Error(`${JSON.stringify(variables)}: ${JSON.stringify(answer.errors ?? statusCode).slice(0, 500)}`);
      return answer.data;
    },
    stop: async () => {
      await pool.close();
      await stop();
      forget();
    },
  };
};
