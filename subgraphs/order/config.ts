import { z } from 'zod';
import { subgraphVariables, variable } from '#platform/config/config.ts';
import { shopVariables } from '#platform/config/shop.ts';
import { defaultTimings, type Timings } from './domain/checkout/steps.ts';
import { service } from './service.ts';

const { waitMs, tries } = defaultTimings;
const count = (fallback: number) => z.coerce.number().int().min(1).max(20).default(fallback);

// Where front ends are developed: Next.js, the gateway's own pages, Vite.
const developmentOrigins = [3000, 4000, 5173].map((port) => `http://localhost:${port}`);

export const returnOriginsOf = ({
  PAYMENT_RETURN_ORIGINS: origins,
  PROFILE,
}: Pick<OrderConfig, 'PAYMENT_RETURN_ORIGINS' | 'PROFILE'>): readonly string[] =>
  origins ?? (PROFILE === 'development' ? developmentOrigins : []);

const returnOrigins = (text: string, context: z.RefinementCtx<string>): readonly string[] => {
  const origins = text.split(',').flatMap((part) => part.trim() || []);
  for (const origin of origins)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      context.addIssue({
        code: 'custom',
        message: 'is a comma-separated list of origins such as https://shop.example',
      });
  return origins;
};

/** Why each time-out is as long as it is: `defaultTimings`. */
export const orderVariables = z.object({
  ...subgraphVariables,
  ...shopVariables,
  ORDER_PORT: variable.port(service.port),
  ORDER_DATABASE_URL: variable.database(),
  // Past a pooler in transaction mode, for what needs its connection to itself (docs/databases.md); the same without it.
  ORDER_DATABASE_DIRECT_URL: variable.database().optional(),
  // How long a step may be without its reply: a neighbour that restarts must not cost the customer the order.
  RESERVE_TIMEOUT_MS: variable.milliseconds(waitMs.reserve),
  AUTHORIZE_TIMEOUT_MS: variable.milliseconds(waitMs.authorize),
  COMMIT_TIMEOUT_MS: variable.milliseconds(waitMs.commit),
  CAPTURE_TIMEOUT_MS: variable.milliseconds(waitMs.capture),
  // How long a customer has for the extra step of the bank; their units are held meanwhile.
  ACTION_TIMEOUT_MS: variable.milliseconds(waitMs.action),
  // How often a capture is asked for before the order is undone: the money is held, and the stock is sold.
  CAPTURE_TRIES: count(tries.capture),
  // How long the first undo may be without its reply, each next one twice as long, and after how many an operator is called.
  UNDO_TIMEOUT_MS: variable.milliseconds(waitMs.undo),
  UNDO_TRIES: count(tries.undo),
  // How long an order that is paid by transfer or on delivery waits for its money; its stock is held meanwhile.
  OFFLINE_PAYMENT_WAIT_MS: variable.milliseconds(waitMs.funds),
  // The origins (https://shop.example, comma-separated) to which a bank may send a customer back after its extra step. Not
  // any address: a page that only looks like the shop's would ask for the card again. Absent: none, and in development the
  // usual ones of this machine.
  PAYMENT_RETURN_ORIGINS: z.string().transform(returnOrigins).optional(),
  // How long a customer whose card was declined has to find another.
  ORDER_EXPIRY_MS: variable.milliseconds(waitMs.expiry),
  // What one customer may have of orders that are not paid yet, since these hold stock from everybody else (for up to a
  // quarter of an hour each, and again with each next try at paying; for OFFLINE_PAYMENT_WAIT_MS while a transfer is awaited). 10 orders: a declined card is tried again with
  // payOrder, so nobody who means to pay needs more. 300 units: three lines of 99, the most that a line can have.
  OPEN_ORDERS_PER_CUSTOMER: z.coerce.number().int().min(1).max(1_000).default(10),
  OPEN_UNITS_PER_CUSTOMER: z.coerce.number().int().min(1).max(100_000).default(300),
  // The same for all guests at one client address, since one person can start many sessions. Three times as much: an
  // office or a household shares an address, and an order is open for seconds unless its payment was declined.
  OPEN_GUEST_ORDERS_PER_ADDRESS: z.coerce.number().int().min(1).max(10_000).default(30),
  OPEN_GUEST_UNITS_PER_ADDRESS: z.coerce.number().int().min(1).max(1_000_000).default(900),
  // How long a guest's cart is kept after its last change. 90 days: a guest's session ends 30 days after its last use, and
  // whoever comes back within a season finds the cart. Without an end, anybody could fill the database with carts.
  GUEST_CART_RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(90),
  // The same for a user's. A year: whoever comes back for the same season finds it, and what it says of addresses is not kept for ever.
  CART_RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(365),
  // How long after an account was closed its orders may still need their addresses; then these are erased. 30 days: a parcel is
  // delivered by then, or has come back.
  CLOSED_ACCOUNT_RETENTION_DAYS: z.coerce.number().int().min(0).max(3_650).default(30),
  // Each second: a time-out may come a second late, and an idle sweep is one look at an index.
  SWEEP_INTERVAL_MS: variable.milliseconds(1_000),
  // 100 orders a second is more than a healthy shop ever has overdue; after an outage the next rounds take the rest.
  SWEEP_BATCH: z.coerce.number().int().min(1).max(1_000).default(100),
});

export type OrderConfig = z.output<typeof orderVariables>;

export const timingsOf = (config: OrderConfig): Timings => ({
  waitMs: {
    reserve: config.RESERVE_TIMEOUT_MS,
    authorize: config.AUTHORIZE_TIMEOUT_MS,
    action: config.ACTION_TIMEOUT_MS,
    funds: config.OFFLINE_PAYMENT_WAIT_MS,
    commit: config.COMMIT_TIMEOUT_MS,
    capture: config.CAPTURE_TIMEOUT_MS,
    undo: config.UNDO_TIMEOUT_MS,
    expiry: config.ORDER_EXPIRY_MS,
  },
  tries: { capture: config.CAPTURE_TRIES, undo: config.UNDO_TRIES },
});
