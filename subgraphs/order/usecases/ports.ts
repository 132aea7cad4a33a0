/** What the use cases need from outside. Adapters implement these; wiring.ts puts them together. */
import type { DataOf } from '#contracts/envelope.ts';
import type { CartId, CartLineId, CustomerId, GuestId, newId, OrderId, UserId, VariantId } from '#contracts/ids.ts';
import type { MergedGuests } from '#contracts/merged-guests.ts';
import type { ProductChanged } from '#contracts/messages/product.ts';
import type { Money } from '#contracts/money.ts';
import type { CommonStores, Receive, Transaction } from '#contracts/transaction.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { Cart, CartLine, CatalogueEntry, PricedLine } from '../domain/cart/cart.ts';
import type { CustomerDetails } from '../domain/cart/details.ts';
import type { Changed } from '../domain/checkout/decision.ts';
import type { OrderStatus, Timings } from '../domain/checkout/steps.ts';
import type { Order, OrderLine, TimelineEntry } from '../domain/order/order.ts';
import type { OpenOrders } from '../domain/order/place-order.ts';
import type { Totals } from '../domain/pricing/pricing.ts';
import type { PricingSnapshot } from '../domain/pricing/snapshot.ts';
import type { PricingReads, PricingRuleStore, PricingStore } from './pricing/ports.ts';

export interface CartStore {
  /** The customer's cart, which nobody else can change until the transaction ends. */
  lock(customerId: CustomerId): Promise<Cart | undefined>;
  /** Gives the customer this cart, unless there is one already. */
  open(cart: { readonly id: CartId; readonly customerId: CustomerId; readonly now: Date }): Promise<void>;
  /** Changes what is given. */
  revise(
    cartId: CartId,
    changes: Partial<CustomerDetails & Pick<Cart, 'currency' | 'couponCodes' | 'shippingMethodId' | 'country'>>,
    now: Date,
  ): Promise<void>;
  /** Notes what the customer has seen of these lines, and that they know what is short. */
  acknowledge(
    cartId: CartId,
    seen: readonly { readonly id: CartLineId; readonly seenPrice: Money | null }[],
    now: Date,
  ): Promise<void>;
  /** Adds each line, or changes the one with its variant: the quantity, and what else is given. */
  putLines(cartId: CartId, lines: readonly CartLine[], now: Date): Promise<void>;
  removeLine(cartId: CartId, lineId: CartLineId, now: Date): Promise<void>;
  /** Removes what was ordered: the lines, and the texts about them. Whom to write and where to send to stay for the next order. */
  empty(cartId: CartId, now: Date): Promise<void>;
  /** Makes `lines`, which are those of two carts, the lines of `into`; `from` is gone. Both are locked. */
  absorb(
    carts: { readonly from: CartId; readonly into: CartId; readonly lines: readonly CartLine[] },
    now: Date,
  ): Promise<void>;
  /** With its lines. */
  remove(cartId: CartId): Promise<void>;
  removeOf(customerId: CustomerId): Promise<void>;
  /** Removes up to `limit` carts that were last changed before; answers how many. */
  removeIdle(of: 'GUESTS' | 'USERS', changedBefore: Date, limit: number): Promise<number>;
}

export interface CatalogueStore {
  entries(variantIds: readonly VariantId[]): Promise<ReadonlyMap<VariantId, CatalogueEntry>>;
  /** Stores the product as this message has it; does nothing when a later version is stored already. */
  upsertProduct(
    product: DataOf<typeof ProductChanged>,
    message: { readonly sequence: number; readonly occurredAt: string },
  ): Promise<void>;
}

export interface OrderStore {
  /** Writes a new order. False when its number is taken; nothing is written then. */
  insert(begun: Changed, guestAddress?: string): Promise<boolean>;
  /** The order, which nobody else can change until the transaction ends. */
  lock(id: OrderId): Promise<Order | undefined>;
  /** The same, but undefined when it is locked by somebody else, or its deadline has moved past `now`. */
  lockOverdue(id: OrderId, now: Date): Promise<Order | undefined>;
  /** The customer's orders that are not paid yet, those whose declined payment can be tried again included. */
  openOf(customerId: CustomerId): Promise<OpenOrders>;
  /** The same of all guests who placed theirs from this client address; no other can until the transaction ends. */
  openOfGuestsAt(address: string): Promise<OpenOrders>;
  /** Waits for those who have one of the guest's orders locked. */
  giveTo(guestId: GuestId, userId: UserId): Promise<void>;
  /** Writes what was decided about a locked order. */
  save(changed: Changed): Promise<void>;
  /** Erases what the customer said about their orders: about all of them, or those that ended without a sale. */
  eraseDetails(customerId: CustomerId, of: 'ALL' | 'ENDED_WITHOUT_SALE'): Promise<void>;
  /** Erases the token from up to `limit` authorize commands whose attempt is past being authorized; answers how many. */
  erasePaymentTokens(limit: number): Promise<number>;
}

/** Accounts that were closed, until all that was personal about them is erased. */
export interface ClosedAccountStore {
  add(userId: UserId, dueAt: Date): Promise<void>;
  /** Removes and answers up to `limit` whose time has come. */
  takeDue(now: Date, limit: number): Promise<readonly UserId[]>;
}

/** Writes, all in one transaction. */
export interface Stores extends CommonStores {
  readonly guests: MergedGuests;
  readonly carts: CartStore;
  readonly catalogue: CatalogueStore;
  readonly orders: OrderStore;
  readonly closedAccounts: ClosedAccountStore;
  readonly pricing: PricingStore;
  readonly pricingRules: PricingRuleStore;
}

/** A customer's cart, which may not be there yet. */
export type CartOf = `cart of ${CustomerId}`;
export const cartOf = (customerId: CustomerId): CartOf => `cart of ${customerId}`;

/** An order without its lines and timeline, which are read when they are asked for. */
export type OrderView = Pick<
  Order,
  | 'id'
  | 'number'
  | 'customerId'
  | 'details'
  | 'total'
  | 'placedAt'
  | 'expiresAt'
  | 'version'
  | 'status'
  | 'payment'
  | 'failure'
> & { readonly totals: Totals };

/** With its share of what was taken off, and of the tax. */
export type OrderLineView = OrderLine & { readonly discount: Money; readonly tax: Money };
export type CartView = Omit<Cart, 'lines'>;

export interface OrderPage {
  readonly limit: number;
  /** The last order of the page before. */
  readonly after: OrderId | undefined;
}

/** Each is one statement. Another customer's orders and carts are as good as absent. */
export interface OrderReads {
  orders(viewer: Viewer, ids: readonly OrderId[]): Promise<readonly OrderView[]>;
  ordersByNumber(viewer: Viewer, numbers: readonly string[]): Promise<readonly OrderView[]>;
  /** Up to `limit + 1` orders, newest first: the viewer's own, for staff everyone's. */
  page(viewer: Viewer, page: OrderPage, status: OrderStatus | undefined): Promise<readonly OrderView[]>;
  /** The same, of each of these customers. */
  pageOf(
    viewer: Viewer,
    customers: readonly CustomerId[],
    page: OrderPage,
  ): Promise<ReadonlyMap<CustomerId, readonly OrderView[]>>;
  lines(orderIds: readonly OrderId[]): Promise<ReadonlyMap<OrderId, readonly OrderLineView[]>>;
  /** None for orders older than their snapshots. */
  pricings(orderIds: readonly OrderId[]): Promise<ReadonlyMap<OrderId, PricingSnapshot>>;
  timelines(orderIds: readonly OrderId[]): Promise<ReadonlyMap<OrderId, readonly TimelineEntry[]>>;
  carts(viewer: Viewer, ids: readonly CartId[]): Promise<readonly CartView[]>;
  cartsOf(viewer: Viewer, customers: readonly CustomerId[]): Promise<readonly CartView[]>;
  cartLines(cartIds: readonly CartId[]): Promise<ReadonlyMap<CartId, readonly PricedLine[]>>;
  /** Up to `limit` orders whose deadline is over, the longest overdue first. For the sweep: no viewer is asked. */
  overdue(now: Date, limit: number): Promise<readonly OrderId[]>;
}

/** Notices when an order may have changed, from the moment of `follow` on. */
export interface OrderWatch {
  /** `next` resolves when it is time to look again, after `timeoutMs` at the latest. */
  follow(id: OrderId): { next(timeoutMs: number): Promise<void>; [Symbol.dispose](): void };
}

/** What operators see: log lines and metrics. */
export interface Telemetry {
  /** An order is in another status than before; `tookMs` since it was placed. */
  moved(from: OrderStatus | undefined, to: OrderStatus, tookMs: number): void;
  /** An operator has to look at this order. */
  manualIntervention(order: Order, reason: string): void;
  /** A message about an order changed nothing, and that is fine. */
  ignored(order: Order, because: string): void;
  /** The time-out of an order could not be handled. */
  failed(orderId: OrderId, error: unknown): void;
}

export interface Deps {
  readonly transaction: Transaction<Stores, CartOf | OrderId>;
  readonly receive: Receive<Stores>;
  readonly reads: OrderReads;
  readonly pricingReads: PricingReads;
  readonly watch: OrderWatch;
  readonly telemetry: Telemetry;
  readonly timings: Timings;
  /** What one customer may have of orders that are not paid yet. */
  readonly openOrders: OpenOrders;
  /** The same for all guests at one client address. */
  readonly openGuestOrders: OpenOrders;
  /** Where customers may be sent back to after an extra step at their bank. */
  readonly returnOrigins: readonly string[];
  /** How many overdue orders one sweep takes. */
  readonly sweepBatch: number;
  /** How long a guest's cart is kept after its last change. */
  readonly guestCartRetentionMs: number;
  /** The same for a user's. */
  readonly cartRetentionMs: number;
  /** How long after an account was closed its orders may still need their addresses. */
  readonly closedAccountRetentionMs: number;
  /** The time outside of a transaction, by the database's clock. */
  readonly now: () => Promise<Date>;
  readonly newId: typeof newId;
  readonly newOrderNumber: () => string;
  readonly newCouponCode: () => string;
  /** Whether prices include tax where nobody has said otherwise of a country. */
  readonly pricesIncludeTax: boolean;
}
