/** Hears from the database when an order changes (trigger customer_order_notify), over one connection of its own. */
import { EventEmitter } from 'node:events';
import type { OrderId } from '../../../contracts/ids.ts';
import pg from '../../../platform/pg.ts';
import type { OrderWatch } from '../usecases/ports.ts';
import { orderChangedChannel, readNotice } from './order-notice.ts';

// 1 s: those who wait look for themselves meanwhile, so a lost connection is worth no hurry.
const reconnectMs = 1_000;
// Half a second while nobody tells us; 2 s otherwise, for a connection that has died without a word.
const lookMs = { alone: 500, told: 2_000 };

export interface WatchOptions {
  readonly databaseUrl: string;
  /** Called once per outage. */
  readonly onOutage: (error: unknown) => void;
}

interface Ear {
  /** Emits an order's id when it changes. */
  readonly changes: EventEmitter;
  isListening(): boolean;
}

/** Connects when first followed, and again whenever the connection is lost. */
export const orderWatch = (options: WatchOptions): OrderWatch & { close(): Promise<void> } => {
  const ear = listener(options);
  return {
    follow(id) {
      ear.open();
      return following(ear, id);
    },
    close: ear.close,
  };
};

const listener = ({ databaseUrl, onOutage }: WatchOptions) => {
  // One listener for each request that waits: there may be many of one order.
  const changes = new EventEmitter().setMaxListeners(0);
  let connection: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let state: 'new' | 'listening' | 'down' | 'closed' = 'new';

  /** Whoever waits looks now: what happened while nobody listened was not told. */
  const wakeAll = () => {
    for (const id of changes.eventNames()) changes.emit(id);
  };

  const connect = () => {
    const client = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    connection = client;
    const lost = (error: unknown) => {
      if (connection !== client || state === 'closed') return;
      connection = undefined;
      client.end().catch(() => undefined);
      if (state !== 'down') onOutage(error);
      state = 'down';
      wakeAll();
      retry = setTimeout(connect, reconnectMs).unref();
    };
    client.on('notification', ({ payload }) => changes.emit(readNotice(payload ?? '').id));
    client.on('error', lost).on('end', () => lost(new Error('the connection ended')));
    const listen = async () => {
      await client.connect();
      await client.query(`LISTEN ${orderChangedChannel}`);
      if (state !== 'closed') state = 'listening';
      wakeAll();
    };
    listen().catch(lost);
  };

  return {
    changes,
    isListening: () => state === 'listening',
    open: () => {
      if (!connection && state === 'new') connect();
    },
    close: async () => {
      state = 'closed';
      clearTimeout(retry);
      await connection?.end().catch(() => undefined);
    },
  };
};

const following = ({ changes, isListening }: Ear, id: OrderId): ReturnType<OrderWatch['follow']> => {
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
        const timer = setTimeout(resolve, Math.min(timeoutMs, isListening() ? lookMs.told : lookMs.alone));
        wake = resolve;
        await promise;
        clearTimeout(timer);
      }
      changed = false;
    },
    [Symbol.dispose]: () => void changes.off(id, onChange),
  };
};
