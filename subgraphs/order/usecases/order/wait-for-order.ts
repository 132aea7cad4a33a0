import type { OrderId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { isAtRest } from '../../domain/order/next-actions.ts';
import type { Deps, OrderView } from '../ports.ts';

/**
 * The order once its checkout rests (has ended, or it is the customer's turn), or as it is after `waitMs`.
 * Undefined when the viewer has no such order.
 */
export const waitForOrder =
  ({ reads, watch }: Deps) =>
  async (viewer: Viewer, id: OrderId, waitMs: number): Promise<OrderView | undefined> => {
    const until = performance.now() + waitMs;
    const read = async () => (await reads.orders(viewer, [id]))[0];
    if (waitMs === 0) return await read();
    // Followed before it is read: a change in between is noticed.
    using changes = watch.follow(id);
    for (;;) {
      const order = await read();
      const leftMs = until - performance.now();
      if (!order || isAtRest(order) || leftMs <= 0) return order;
      await changes.next(leftMs);
    }
  };
