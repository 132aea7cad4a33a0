/** Hears from the database when an order changes (trigger customer_order_notify), over one connection of its own. */
import { EventEmitter } from 'node:events';
import pg from 'pg';
import type { OrderWatch } from '../usecases/ports.ts';

// 1 s: those who wait poll meanwhile, so a lost connection is worth no hurry.
const reconnectMs = 1_000;

export interface WatchOptions {
  readonly databaseUrl: string;
  /** Called once per outage. */
  readonly onOutage: (error: unknown) => void;
}

/** Connects when first followed, and again whenever the connection is lost; until then nothing is heard. */
export const orderWatch = ({ databaseUrl, onOutage }: WatchOptions): OrderWatch & { close(): Promise<void> } => {
  // One listener for each request that waits: there may be many of one order.
  const changes = new EventEmitter().setMaxListeners(0);
  let connection: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  let isDown = false;

  const connect = () => {
    const client = new pg.Client({ connectionString: databaseUrl });
    connection = client;
    const lost = (error: unknown) => {
      if (connection !== client || closed) return;
      connection = undefined;
      client
        .removeAllListeners('end')
        .end()
        .catch(() => undefined);
      if (!isDown) onOutage(error);
      isDown = true;
      retry = setTimeout(connect, reconnectMs).unref();
    };
    client.on('notification', ({ payload }) => changes.emit(payload ?? ''));
    client.on('error', lost).on('end', () => lost(new Error('the connection ended')));
    client
      .connect()
      .then(() => client.query('LISTEN order_changed'))
      .then(() => {
        isDown = false;
      })
      .catch(lost);
  };

  return {
    follow(id) {
      if (!connection && !retry && !closed) connect();
      return following(changes, id);
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await connection?.end().catch(() => undefined);
    },
  };
};

const following = (changes: EventEmitter, id: string): ReturnType<OrderWatch['follow']> => {
  let changed = false;
  let wake: (() => void) | undefined;
  const onChange = () => {
    changed = true;
    wake?.();
  };
  changes.on(id, onChange);
  return {
    async next(timeoutMs) {
      if (!changed) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, timeoutMs);
        wake = resolve;
        await promise;
        clearTimeout(timer);
      }
      changed = false;
    },
    [Symbol.dispose]: () => void changes.off(id, onChange),
  };
};
