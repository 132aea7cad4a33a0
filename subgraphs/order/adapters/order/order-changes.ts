/** Follows committed changes of orders (trigger customer_order_notify): for requests that wait, and for live updates and caches. */
import { EventEmitter } from 'node:events';
import type { OrderId } from '#contracts/ids.ts';
import { listenTo, type PostgresListener } from '#platform/database/listener.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { ChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import type { OrderWatch } from '../../usecases/ports.ts';

const orderChangedChannel = 'order_changed';

/** What the trigger sends: the order's id and the version that the change made. */
const readNotice = (payload: string): { readonly id: string; readonly version: number } => {
  const [id = '', version] = payload.split(' ');
  return { id, version: Number(version) };
};

// Half a second while the connection is lost; 2 s otherwise, for one that has died silently.
const lookMs = { disconnected: 500, listening: 2_000 };

interface Subscription {
  /** Emits an order's id when it changes. */
  readonly changes: EventEmitter;
  isListening(): boolean;
}

/** Connects when first followed, and again whenever the connection is lost. */
export const orderWatch = (databaseUrl: string, log: Logger): OrderWatch & { close(): Promise<void> } => {
  // One listener for each request that waits: there may be many of one order.
  const changes = new EventEmitter().setMaxListeners(0);
  let listener: PostgresListener | undefined;
  const subscription = { changes, isListening: () => listener?.isListening() ?? false };
  return {
    follow(id) {
      listener ??= listenTo({
        databaseUrl,
        channel: orderChangedChannel,
        what: 'the database of the orders (those who wait for one look for themselves meanwhile)',
        onNotice: (payload) => changes.emit(readNotice(payload).id),
        // All who wait look now: changes from before this connection were not heard.
        onListening: () => {
          for (const order of changes.eventNames()) changes.emit(order);
        },
        log,
      });
      return following(subscription, id);
    },
    close: async () => listener?.close(),
  };
};

const following = ({ changes, isListening }: Subscription, id: OrderId): ReturnType<OrderWatch['follow']> => {
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
        const timer = setTimeout(resolve, Math.min(timeoutMs, isListening() ? lookMs.listening : lookMs.disconnected));
        wake = resolve;
        await promise;
        clearTimeout(timer);
      }
      changed = false;
    },
    [Symbol.dispose]: () => void changes.off(id, onChange),
  };
};

// 1 s: while change notifications are away, one notification for all orders is pending.
const retryMs = 1_000;

/**
 * Misses nothing that is committed: what was not heard or could not be passed on is published as "any order may have
 * changed". Several processes may pass on the same change; they are one by its version.
 */
export const publishOrderChanges = (
  databaseUrl: string,
  changes: ChangeNotifications,
  log: Logger,
): { close(): Promise<void> } => {
  let retry: NodeJS.Timeout | undefined;

  const publishAny = () => {
    clearTimeout(retry);
    retry = undefined;
    changes.publish({ about: { type: 'Order' } }).catch(publishAnySoon);
  };
  const publishAnySoon = () => {
    retry ??= setTimeout(publishAny, retryMs);
  };
  const listener = listenTo({
    databaseUrl,
    channel: orderChangedChannel,
    what: 'the database of the orders (change notifications)',
    onNotice: (payload) => {
      const { id, version } = readNotice(payload);
      changes.publish({ about: { type: 'Order', id }, version }).catch(publishAnySoon);
    },
    onListening: publishAny,
    log,
  });
  return {
    close: async () => {
      await listener.close();
      clearTimeout(retry);
    },
  };
};
