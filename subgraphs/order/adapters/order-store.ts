import type { OrderId } from '../../../contracts/ids.ts';
import type { Prisma } from '../../../prisma/order/client/client.ts';
import type { Changed } from '../domain/checkout.ts';
import type { Order } from '../domain/order.ts';
import type { OrderStore } from '../usecases/ports.ts';
import { standingOf, toOrder } from './order-rows.ts';

export const orderStore = (tx: Prisma.TransactionClient): OrderStore => ({
  async insert({ order, entry }) {
    const { count } = await tx.order.createMany({
      data: [
        {
          id: order.id,
          number: order.number,
          customerId: order.customerId,
          currency: order.total.currency,
          totalAmount: order.total.amount,
          placedAt: order.placedAt,
          expiresAt: order.expiresAt,
          ...standingOf(order),
        },
      ],
      skipDuplicates: true,
    });
    if (count === 0) return false;
    await tx.orderLine.createMany({ data: linesOf(order) });
    await insertAttempt(tx, order, order.placedAt);
    await insertEvent(tx, order, entry);
    return true;
  },

  async lock(id) {
    // The row first, in a statement of its own: the rest is then read as the one before us left it.
    await tx.$queryRaw`SELECT 1 FROM customer_order WHERE id = ${id} FOR UPDATE`;
    return await read(tx, id);
  },

  async lockOverdue(id, now) {
    const locked = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM customer_order WHERE id = ${id} AND step_deadline <= ${now} FOR UPDATE SKIP LOCKED`;
    return locked.length === 0 ? undefined : await read(tx, id);
  },

  async save({ order, entry }) {
    const { count } = await tx.order.updateMany({
      where: { id: order.id, version: order.version - 1 },
      data: standingOf(order),
    });
    // Only a caller without the lock gets here: better a loud fault than a lost change.
    if (count === 0) throw new Error(`${order.id} is not at version ${order.version - 1} any more`);
    await saveAttempt(tx, order, entry.at);
    await insertEvent(tx, order, entry);
  },
});

const read = async (tx: Prisma.TransactionClient, id: OrderId): Promise<Order | undefined> => {
  const row = await tx.order.findUnique({
    where: { id },
    include: {
      lines: { orderBy: { position: 'asc' } },
      attempts: { orderBy: { number: 'desc' }, take: 1, select: { paymentMethodToken: true } },
    },
  });
  return row ? toOrder(row, row.lines, row.attempts[0]?.paymentMethodToken ?? null) : undefined;
};

const linesOf = ({ id, lines }: Order) =>
  lines.map(({ variantId, sku, title, quantity, unitPrice }, index) => ({
    orderId: id,
    position: index + 1,
    variantId,
    sku,
    title,
    quantity,
    unitAmount: unitPrice.amount,
  }));

const insertAttempt = async (tx: Prisma.TransactionClient, { id, attempt }: Order, startedAt: Date) => {
  const { id: attemptId, number, paymentMethodToken } = attempt;
  await tx.attempt.createMany({
    data: [{ id: attemptId, orderId: id, number, startedAt, paymentMethodToken }],
    skipDuplicates: true,
  });
};

/** A new attempt gets its row; of one that is there already, only its token changes: it is erased. */
const saveAttempt = async (tx: Prisma.TransactionClient, order: Order, now: Date) => {
  if (order.attempt.paymentMethodToken !== null) return await insertAttempt(tx, order, now);
  await tx.attempt.updateMany({
    where: { id: order.attempt.id, paymentMethodToken: { not: null } },
    data: { paymentMethodToken: null },
  });
};

const insertEvent = (tx: Prisma.TransactionClient, { id, version }: Order, entry: Changed['entry']) =>
  tx.orderEvent.createMany({ data: [{ orderId: id, version, ...entry }] });
