/** Customers who buy, pay again when their card is declined, and sometimes change their mind. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Shopper } from '#launcher/shopper/shopper.ts';
import { CancelOrderDocument, PayOrderDocument } from '#operations/documents.generated.ts';

/** What the orders are like, over and over: each kind meets each fault. */
export const wishes = [
  { token: 'tok_approve' },
  // Settles soon after, and says so by webhook alone.
  { token: 'tok_duplicate_webhook' },
  { token: 'tok_approve' },
  { token: 'tok_approve', cancels: 'at once' },
  { token: 'tok_duplicate_webhook' },
  { token: 'tok_approve' },
  { token: 'tok_approve' },
  { token: 'tok_refund_pending', cancels: 'when it has ended' },
  { token: 'tok_duplicate_webhook' },
  { token: 'tok_approve' },
] as const satisfies readonly { token: string; cancels?: 'at once' | 'when it has ended' }[];

// 5 s: an order with none of its calls lost is confirmed by then, and the customer goes on with the next.
const waitMs = 5_000;

/** Places one, and does with it what that kind of customer does. Its id. */
export const order = async (shopper: Shopper, variantId: string, index: number): Promise<string> => {
  const wish: { token: string; cancels?: 'at once' | 'when it has ended' } = wishes[index % wishes.length] ?? wishes[0];
  await untilAnswered(() => shopper.add({ variantId }));
  const key = randomUUID();
  const isWatched = wish.cancels !== 'at once';
  const input = { paymentMethodToken: wish.token, waitMs: isWatched ? waitMs : 0 };
  const placed = await untilAnswered(() => shopper.place(input, key));
  const orderId = 'order' in placed ? placed.order?.id : undefined;
  if (!orderId) throw new Error(`not placed: ${JSON.stringify(placed)}`);
  if (placed.__typename === 'PaymentDeclined') await payAgain(shopper, orderId);
  if (wish.cancels) await cancel(shopper, orderId);
  return orderId;
};

const payAgain = (shopper: Shopper, orderId: string) => {
  const variables = { idempotencyKey: randomUUID(), input: { orderId, paymentMethodToken: 'tok_approve', waitMs } };
  return untilAnswered(() => shopper.client.ask(PayOrderDocument, variables));
};

/** Or it is too late for that: both are answers. */
const cancel = (shopper: Shopper, orderId: string) => {
  const variables = { idempotencyKey: randomUUID(), input: { orderId } };
  return untilAnswered(() => shopper.client.ask(CancelOrderDocument, variables));
};

// Half a minute of an app that tries again: longer than a killed process takes to be back.
const tries = 60;
const againAfterMs = 500;

/** With the same key each time. */
const untilAnswered = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (let left = tries; ; left--)
    try {
      return await ask();
    } catch (error) {
      if (left === 0) throw error;
      await pause(againAfterMs);
    }
};
