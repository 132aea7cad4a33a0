import type { PaymentId } from '#contracts/ids.ts';
import { customerOf, may, type Viewer } from '#contracts/viewer.ts';
import type { Prisma, PrismaClient } from '#prisma/payment/client/client.ts';
import type {
  DisputeReads,
  PaymentMethodReads,
  PaymentReads,
  ProviderEventReads,
  RefundReads,
} from '../usecases/ports.ts';
import { paymentOf } from './payment-store.ts';

/** One statement per call, however many keys. */
export const paymentReads = (
  prisma: PrismaClient,
): Omit<
  PaymentReads,
  keyof PaymentMethodReads | keyof ProviderEventReads | keyof RefundReads | keyof DisputeReads
> => ({
  payments: async (viewer, ids) => {
    const rows = await prisma.payment.findMany({ where: { id: { in: [...ids] }, ...visibleTo(viewer) } });
    return rows.map(paymentOf);
  },
  // Unbounded per order in name only: a customer tries cards one at a time while the order waits for payment.
  paymentsOfOrders: async (viewer, orderIds) => {
    const where = { orderId: { in: [...orderIds] }, ...visibleTo(viewer) };
    return (await prisma.payment.findMany({ where, orderBy: { id: 'asc' } })).map(paymentOf);
  },
  allPayments: async ({ statuses, provider, limit, after }) => {
    const where = {
      ...(statuses && { status: { in: [...statuses] } }),
      ...(provider !== undefined && { provider }),
      ...(after && { id: { lt: after } }),
    };
    return (await prisma.payment.findMany({ where, orderBy: { id: 'desc' }, take: limit + 1 })).map(paymentOf);
  },
  paymentsAt: async (provider, { references, attempts }) => {
    const where = {
      provider,
      OR: [{ reference: { in: [...references] } }, { attemptId: { in: [...attempts] } }],
    };
    return (await prisma.payment.findMany({ where })).map(paymentOf);
  },
  paymentsBegun: async ({ provider, since, until, after, limit }) => {
    const where = { provider, createdAt: { gte: since, lt: until }, ...(after && { id: { gt: after } }) };
    return (await prisma.payment.findMany({ where, orderBy: { id: 'asc' }, take: limit })).map(paymentOf);
  },
  ledger: async (paymentIds) => {
    const rows = await prisma.ledgerEntry.findMany({
      where: { paymentId: { in: [...paymentIds] } },
      orderBy: { id: 'asc' },
      omit: { operationKey: true },
    });
    return rows.map(({ amount, currency, paymentId, kind, at }) => ({
      ...{ kind, at, paymentId: paymentId as PaymentId, amount: { amount, currency } },
    }));
  },
});

/** Ownership is part of the query: what is not the viewer's is not found. */
const visibleTo = (viewer: Viewer): Prisma.PaymentWhereInput => {
  if (may(viewer, 'payments:read')) return {};
  // An empty list matches nothing: whoever is no customer owns no payment.
  return { customerId: customerOf(viewer) ?? { in: [] } };
};
