import DataLoader from 'dataloader';
import type { OrderId, PaymentId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { LedgerEntry, Payment } from '../domain/payment.ts';
import type { App } from '../usecases/app.ts';

export interface Loaders {
  /** Null for a payment that does not exist or that the viewer may not see. */
  readonly payments: DataLoader<PaymentId, Payment | null>;
  /** Those that the viewer may see, oldest first. */
  readonly paymentsOfOrder: DataLoader<OrderId, readonly Payment[]>;
  readonly ledgers: DataLoader<PaymentId, readonly LedgerEntry[]>;
}

/** For one request and its viewer: what is asked for in one go becomes one statement. */
export const loaders = ({ reads }: App, viewer: Viewer): Loaders => ({
  payments: new DataLoader(async (ids) => {
    const payments = new Map((await reads.payments(viewer, ids)).map((payment) => [payment.id, payment]));
    return ids.map((id) => payments.get(id) ?? null);
  }),
  paymentsOfOrder: new DataLoader(async (ids) => {
    const payments = Map.groupBy(await reads.paymentsOfOrders(viewer, ids), ({ orderId }) => orderId);
    return ids.map((id) => payments.get(id) ?? []);
  }),
  ledgers: new DataLoader(async (ids) => {
    const entries = Map.groupBy(await reads.ledger(ids), ({ paymentId }) => paymentId);
    return ids.map((id) => entries.get(id) ?? []);
  }),
});
