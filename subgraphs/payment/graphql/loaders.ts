import type DataLoader from 'dataloader';
import type { OrderId, PaymentId, PaymentMethodId, RefundId, UserId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { manyByKey, oneByKey } from '#platform/graphql/loaders.ts';
import type { Dispute } from '../domain/dispute.ts';
import type { LedgerEntry, Payment } from '../domain/payment.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { ProviderEventId } from '../domain/provider-event.ts';
import type { Refund } from '../domain/refund.ts';
import type { App } from '../usecases/app.ts';

export interface Loaders {
  /** Null for a payment that does not exist or is not visible to the viewer. */
  readonly payments: DataLoader<PaymentId, Payment | null>;
  /** Those visible to the viewer, oldest first. */
  readonly paymentsOfOrder: DataLoader<OrderId, readonly Payment[]>;
  /** Those that can be paid with, newest first, whoever asks. */
  readonly methodsOf: DataLoader<UserId, readonly PaymentMethod[]>;
  readonly ledgers: DataLoader<PaymentId, readonly LedgerEntry[]>;
  readonly disputes: DataLoader<PaymentId, readonly Dispute[]>;
  readonly refunds: DataLoader<PaymentId, readonly Refund[]>;
}

export const loaders = ({ reads }: App, viewer: Viewer): Loaders => ({
  payments: oneByKey(
    (ids) => reads.payments(viewer, ids),
    ({ id }) => id,
  ),
  paymentsOfOrder: manyByKey(async (ids) =>
    Map.groupBy(await reads.paymentsOfOrders(viewer, ids), ({ orderId }) => orderId),
  ),
  methodsOf: manyByKey(async (ids) => Map.groupBy(await reads.paymentMethodsOf(ids), ({ customerId }) => customerId)),
  disputes: manyByKey(async (ids) => Map.groupBy(await reads.disputes(ids), ({ paymentId }) => paymentId)),
  refunds: manyByKey(async (ids) => Map.groupBy(await reads.refunds(ids), ({ paymentId }) => paymentId)),
  ledgers: manyByKey(async (ids) => Map.groupBy(await reads.ledger(ids), ({ paymentId }) => paymentId)),
});

export type GraphqlContext = RequestContext<App, Loaders>;

/** All that payment knows of an order by itself. */
export interface OrderReference {
  readonly id: OrderId;
}

/** What a payload says of a payment: loaded only when a field asks for it. */
export interface PaymentReference {
  readonly paymentId: PaymentId;
}

export interface RefundReference extends PaymentReference {
  readonly refundId: RefundId;
}

/** Whether there is such a user is not ours to say. */
export interface UserReference {
  readonly id: UserId;
}

export interface MethodReference {
  readonly paymentMethodId: PaymentMethodId;
}

export interface EventReference {
  readonly providerEventId: ProviderEventId;
}
