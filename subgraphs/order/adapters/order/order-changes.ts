/** Passes on every committed change of an order (trigger customer_order_notify) to whoever listens: live updates, caches. */

import { listenTo } from '#platform/database/listener.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Announcements } from '#platform/pubsub/announcements.ts';
import { orderChangedChannel, readNotice } from './order-notice.ts';

// 1 s: until the announcements are back, there is one thing to say, and it is said once.
const retryMs = 1_000;

/**
 * Misses nothing that is committed: what was not heard or could not be passed on is announced as "any order may have
 * changed". Several processes may pass on the same change; its version says that it is one.
 */
export const announceOrders = (
  databaseUrl: string,
  announcements: Announcements,
  log: Logger,
): { close(): Promise<void> } => {
  let retry: NodeJS.Timeout | undefined;

  const announceAny = () => {
    clearTimeout(retry);
    retry = undefined;
    announcements.announce({ about: { type: 'Order' } }).catch(announceAnySoon);
  };
  const announceAnySoon = () => {
    retry ??= setTimeout(announceAny, retryMs);
  };
  const listener = listenTo({
    databaseUrl,
    channel: orderChangedChannel,
    what: 'the database of the orders (announcing changes)',
    onNotice: (payload) => {
      const { id, version } = readNotice(payload);
      announcements.announce({ about: { type: 'Order', id }, version }).catch(announceAnySoon);
    },
    onListening: announceAny,
    log,
  });
  return {
    close: async () => {
      await listener.close();
      clearTimeout(retry);
    },
  };
};
