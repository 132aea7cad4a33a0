/** The payment simulator's own server, on a port and a database of its own. */
import type pg from 'pg';
import { startSimulator } from '#simulator/server.ts';
import { openPool } from '#simulator/store/database.ts';
import { testDatabase } from '../postgres/postgres.ts';

export interface TestSimulator extends AsyncDisposable {
  readonly url: string;
  readonly databaseUrl: string;
  /** What a client of it is made with. */
  readonly client: { readonly url: string; readonly secretKey: string };
  readonly webhookSecret: string;
  /** Its own tables. */
  readonly memory: pg.Pool;
  /** One round of what happens by itself, and of webhooks: it takes none without. */
  happen(): Promise<void>;
  /** Does something at the provider, as from its dashboard or by its test helpers: a call of ours knows nothing of it. */
  post(path: string, body?: Record<string, string>): Promise<{ readonly id: string }>;
  /** `KIND amount` of what happened to the money, oldest first. */
  effects(reference: string): Promise<readonly string[]>;
}

const apiKey = 'the key of the test kit';
const webhookSecret = 'the webhook secret of the test kit';

export const aSimulator = async (
  changes: Partial<Parameters<typeof startSimulator>[0]> = {},
): Promise<TestSimulator> => {
  const database = await testDatabase('simulator');
  const memory = openPool(database.url, () => undefined);
  const simulator = await startSimulator({
    ...{ databaseUrl: database.url, port: 0, apiKey, isPeriodic: false },
    // Nobody listens there.
    webhook: { url: 'http://127.0.0.1:9/', secret: webhookSecret },
    ...changes,
  });
  return {
    ...{ url: simulator.url, databaseUrl: database.url, client: { url: simulator.url, secretKey: apiKey } },
    ...{ webhookSecret, memory, happen: simulator.happen },
    post: async (path, body = {}) => {
      const response = await fetch(new URL(`/v1/${path}`, simulator.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}` },
        body: new URLSearchParams(body),
      });
      if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
      return (await response.json()) as { id: string };
    },
    effects: async (reference) => {
      const { rows } = await memory.query<{ kind: string; amount: number }>(
        'SELECT kind, amount FROM effect WHERE reference = $1 ORDER BY id',
        [reference],
      );
      return rows.map(({ kind, amount }) => `${kind} ${amount}`);
    },
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      await memory.end();
      await database.dispose();
    },
  };
};
