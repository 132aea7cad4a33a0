/** Passes on every committed change of an order (trigger customer_order_notify) to whoever listens: live updates, caches. */

import { listenTo } from '#platform/database/listener.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { ChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import { orderChangedChannel, readNotice } from './order-notice.ts';

// 1 s: until the change notifications are back, there is one thing to say, and it is said once.
const retryMs = 1_000;

/**
 * Misses nothing that is committed: what was not heard or could not be passed on is published as "any order may have
 * changed". Several processes may pass on the same change; its version says that it is one.
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
