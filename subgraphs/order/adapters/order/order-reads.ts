import type { CustomerId, OrderId } from '#contracts/ids.ts';
import { Currency, money } from '#contracts/money.ts';
import { customerOf, may, mayRead, type Viewer } from '#contracts/viewer.ts';
import type { Prisma, PrismaClient } from '#prisma/order/client/client.ts';
import type { OrderLineModel } from '#prisma/order/client/models.ts';
import type { OrderStatus } from '../../domain/checkout/steps.ts';
import type { TimelineEntry } from '../../domain/order/order.ts';
import { PricingSnapshot } from '../../domain/pricing/snapshot.ts';
import type { OrderLineView, OrderReads } from '../../usecases/ports.ts';
import { rawLineColumns, rawViewColumns, toLine, toView, type ViewRow, viewColumns } from './order-store.ts';

type Reads = Omit<OrderReads, 'carts' | 'cartsOf' | 'cartLines'>;

/** Whose orders this viewer may see, as part of a query: nobody else's row leaves the database. */
const visibleTo = (viewer: Viewer): Prisma.OrderWhereInput =>
  may(viewer, 'orders:read') ? {} : { customerId: customerOf(viewer) ?? { in: [] } };

export const orderReads = (prisma: PrismaClient): Reads => ({
  orders: (viewer, ids) => find(prisma, { AND: [{ id: { in: [...ids] } }, visibleTo(viewer)] }),

  ordersByNumber: (viewer, numbers) => find(prisma, { AND: [{ number: { in: [...numbers] } }, visibleTo(viewer)] }),

  page: async (viewer, { limit, after }, status) => {
    const where = { AND: [visibleTo(viewer), status ? { status } : {}, after ? { id: { lt: after } } : {}] };
    const rows = await prisma.order.findMany({ where, select: viewColumns, orderBy: { id: 'desc' }, take: limit + 1 });
    return rows.map(toView);
  },

  pageOf: async (viewer, customers, { limit, after }) => {
    const allowed = customers.filter((id) => mayRead(viewer, id, 'orders:read'));
    if (allowed.length === 0) return new Map();
    const rows = await prisma.$queryRaw<ViewRow[]>`
      SELECT ${rawViewColumns}
        FROM unnest(${allowed}::text[]) AS customer (id)
       CROSS JOIN LATERAL (SELECT * FROM customer_order
                            WHERE customer_id = customer.id AND (${after ?? null}::text IS NULL OR id < ${after ?? null})
                            ORDER BY id DESC LIMIT ${limit + 1}) AS o
       ORDER BY o.id DESC`;
    return Map.groupBy(rows.map(toView), (order): CustomerId => order.customerId);
  },

  lines: async (orderIds) => {
    const rows = await prisma.$queryRaw<(OrderLineModel & { currency: string })[]>`
      SELECT ${rawLineColumns}, o.currency
        FROM order_line l JOIN customer_order o ON o.id = l.order_id
       WHERE l.order_id = ANY (${orderIds}::text[])
       ORDER BY l.order_id, l.position`;
    return grouped(rows, (row): OrderLineView => {
      const currency = Currency.parse(row.currency);
      const [discount, tax] = [money(row.discountAmount, currency), money(row.taxAmount, currency)];
      return { ...toLine(row, currency), discount, tax };
    });
  },

  pricings: async (orderIds) => {
    const where = { id: { in: [...orderIds] } };
    const rows = await prisma.order.findMany({ where, select: { id: true, pricing: true } });
    return new Map(
      rows.flatMap(({ id, pricing }) => (pricing === null ? [] : [[id as OrderId, PricingSnapshot.parse(pricing)]])),
    );
  },

  timelines: async (orderIds) => {
    const where = { orderId: { in: [...orderIds] } };
    const rows = await prisma.orderEvent.findMany({ where, orderBy: [{ orderId: 'asc' }, { version: 'asc' }] });
    const toEntry = ({ at, status, event, detail, amount }: (typeof rows)[number]): TimelineEntry => ({
      at,
      status: status as OrderStatus,
      event,
      detail,
      amount,
    });
    return grouped(rows, toEntry);
  },

  overdue: async (now, limit) => {
    const where = { stepDeadline: { lte: now } };
    const due = await prisma.order.findMany({
      where,
      select: { id: true },
      orderBy: { stepDeadline: 'asc' },
      take: limit,
    });
    return due.map(({ id }) => id as OrderId);
  },
});

const find = async (prisma: PrismaClient, where: Prisma.OrderWhereInput) =>
  (await prisma.order.findMany({ where, select: viewColumns })).map(toView);

/** Each row as `to` makes it, under its order. */
const grouped = <Row extends { orderId: string }, T>(rows: readonly Row[], to: (row: Row) => T) =>
  new Map(
    [...Map.groupBy(rows, ({ orderId }) => orderId as OrderId)].map(([id, ofOne]) => [id, ofOne.map(to)] as const),
  );
