/** Hears from the database when an order changes (trigger customer_order_notify), over one connection of its own. */
import { EventEmitter } from 'node:events';
import type { OrderId } from '#contracts/ids.ts';
import { listenTo, type PostgresListener } from '#platform/database/listener.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { OrderWatch } from '../../usecases/ports.ts';
import { orderChangedChannel, readNotice } from './order-notice.ts';

// Half a second while nobody tells us; 2 s otherwise, for a connection that has died without a word.
const lookMs = { alone: 500, told: 2_000 };

interface Ear {
  /** Emits an order's id when it changes. */
  readonly changes: EventEmitter;
  isListening(): boolean;
}

/** Connects when first followed, and again whenever the connection is lost. */
export const orderWatch = (databaseUrl: string, log: Logger): OrderWatch & { close(): Promise<void> } => {
  // One listener for each request that waits: there may be many of one order.
  const changes = new EventEmitter().setMaxListeners(0);
  let listener: PostgresListener | undefined;
  const ear = { changes, isListening: () => listener?.isListening() ?? false };
  return {
    follow(id) {
      listener ??= listenTo({
        databaseUrl,
        channel: orderChangedChannel,
        what: 'the database of the orders (those who wait for one look for themselves meanwhile)',
        onNotice: (payload) => changes.emit(readNotice(payload).id),
        // Whoever waits looks now: what happened while nobody listened was not told.
        onListening: () => {
          for (const order of changes.eventNames()) changes.emit(order);
        },
        log,
      });
      return following(ear, id);
    },
    close: async () => listener?.close(),
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
