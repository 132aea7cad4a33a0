/** Orders in rows. What our own rows hold was checked when it was written; JSON is parsed all the same. */
import type { AttemptId, CustomerId, OrderId, PaymentId, PaymentMethodId, VariantId } from '#contracts/ids.ts';
import { Currency } from '#contracts/money.ts';
import { fieldsWithout, selected } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/order/client/client.ts';
import type { OrderLineModel, OrderModel } from '#prisma/order/client/models.ts';
import type { Changed } from '../../domain/checkout/decision.ts';
import type { CompensationTarget, OrderStatus, Part, PaymentStatus } from '../../domain/checkout/steps.ts';
import { CheckoutFailure } from '../../domain/failures.ts';
import type { Order, OrderLine, PaymentMethod } from '../../domain/order/order.ts';
import { isOpen, type OpenOrders } from '../../domain/order/place-order.ts';
import type { Totals } from '../../domain/pricing/pricing.ts';
import { PricingSnapshot } from '../../domain/pricing/snapshot.ts';
import type { OrderStore, OrderView } from '../../usecases/ports.ts';
import { detailsColumns, fromDetails, noDetailsColumns, toDetails } from '../cart/details-columns.ts';

export const viewColumns = {
  id: true,
  number: true,
  customerId: true,
  currency: true,
  totalAmount: true,
  placedAt: true,
  expiresAt: true,
  version: true,
  status: true,
  paymentStatus: true,
  paymentId: true,
  actionUrl: true,
  paymentCaptured: true,
  paymentRefunded: true,
  paymentDisputed: true,
  openDisputes: true,
  discountAmount: true,
  shippingAmount: true,
  taxAmount: true,
  pricesIncludeTax: true,
  paymentSequence: true,
  failure: true,
  ...detailsColumns,
} as const satisfies Prisma.OrderSelect;

/** For raw SQL, of the tables called `o` and `l`. */
export const rawViewColumns = Prisma.raw(selected(Object.keys(viewColumns), 'o'));
const rawColumns = Prisma.raw(selected(fieldsWithout(Prisma.OrderScalarFieldEnum), 'o'));
export const rawLineColumns = Prisma.raw(selected(fieldsWithout(Prisma.OrderLineScalarFieldEnum), 'l'));

export type ViewRow = Pick<OrderModel, keyof typeof viewColumns>;

export const toView = (row: ViewRow): OrderView => ({
  id: row.id as OrderId,
  number: row.number,
  customerId: row.customerId as CustomerId,
  details: toDetails(row),
  total: { amount: row.totalAmount, currency: Currency.parse(row.currency) },
  totals: totalsIn(row),
  placedAt: row.placedAt,
  expiresAt: row.expiresAt,
  version: row.version,
  status: row.status as OrderStatus,
  payment: {
    status: row.paymentStatus as PaymentStatus,
    id: row.paymentId as PaymentId | null,
    actionUrl: row.actionUrl,
    captured: row.paymentCaptured,
    refunded: row.paymentRefunded,
    disputed: row.paymentDisputed,
    openDisputes: row.openDisputes,
    sequence: row.paymentSequence,
  },
  failure: row.failure === null ? null : CheckoutFailure.parse(row.failure),
});

export const toLine = (row: OrderLineModel, currency: Currency): OrderLine => ({
  variantId: row.variantId as VariantId,
  sku: row.sku,
  title: row.title,
  quantity: row.quantity,
  unitPrice: { amount: row.unitAmount, currency },
});

const totalsIn = (row: ViewRow): Totals => {
  const { discountAmount: discount, shippingAmount: shipping, taxAmount, pricesIncludeTax, totalAmount: total } = row;
  const [tax, taxIncluded] = pricesIncludeTax ? [0, taxAmount] : [taxAmount, 0];
  const lines = total + discount - shipping - tax;
  return { currency: Currency.parse(row.currency), lines, discount, shipping, tax, taxIncluded, total };
};

const methodOf = ({ paymentMethodToken, savedPaymentMethodId, returnUrl }: OrderModel): PaymentMethod | null =>
  paymentMethodToken === null && savedPaymentMethodId === null
    ? null
    : {
        paymentMethodToken: paymentMethodToken ?? undefined,
        savedPaymentMethodId: (savedPaymentMethodId as PaymentMethodId | null) ?? undefined,
        returnUrl: returnUrl ?? undefined,
      };

const toOrder = (row: OrderModel, lines: readonly OrderLineModel[]): Order => {
  const view = toView(row);
  return {
    ...view,
    pricing: row.pricing === null ? null : PricingSnapshot.parse(row.pricing),
    pricingHash: row.pricingHash,
    lines: lines.map((line) => toLine(line, view.total.currency)),
    attempt: {
      id: row.attemptId as AttemptId,
      number: row.attemptNumber,
      method: methodOf(row),
    },
    step: { deadline: row.stepDeadline, sends: row.stepSends },
    undo: row.undo as Part[],
    compensateTo: row.heading as CompensationTarget | null,
  };
};

/** The columns of what its customer agreed to. */
const pricingColumns = ({ pricing, pricingHash }: Order) => ({
  discountAmount: pricing?.discount ?? 0,
  shippingAmount: pricing?.shipping?.amount ?? 0,
  shippingDiscount: pricing?.shipping?.discount ?? 0,
  shippingTax: pricing?.shipping?.tax ?? 0,
  taxAmount: pricing?.tax ?? 0,
  pricesIncludeTax: pricing?.pricesIncludeTax ?? false,
  pricing: pricing ?? Prisma.DbNull,
  pricingHash,
});

/** The columns that a checkout changes. */
const checkoutColumns = ({
  version,
  status,
  expiresAt,
  attempt,
  payment,
  step,
  undo,
  compensateTo,
  failure,
}: Order) => ({
  version,
  status,
  expiresAt,
  attemptId: attempt.id,
  attemptNumber: attempt.number,
  paymentMethodToken: attempt.method?.paymentMethodToken ?? null,
  savedPaymentMethodId: attempt.method?.savedPaymentMethodId ?? null,
  returnUrl: attempt.method?.returnUrl ?? null,
  paymentStatus: payment.status,
  paymentId: payment.id,
  actionUrl: payment.actionUrl,
  paymentCaptured: payment.captured,
  paymentRefunded: payment.refunded,
  paymentDisputed: payment.disputed,
  openDisputes: payment.openDisputes,
  paymentSequence: payment.sequence,
  stepDeadline: step.deadline,
  stepSends: step.sends,
  undo: [...undo],
  heading: compensateTo,
  failure: failure ?? Prisma.DbNull,
});

export const orderStore = (tx: Prisma.TransactionClient): OrderStore => ({
  async insert({ order, entry }, guestAddress) {
    const { count } = await tx.order.createMany({
      data: [
        {
          id: order.id,
          number: order.number,
          customerId: order.customerId,
          currency: order.total.currency,
          totalAmount: order.total.amount,
          placedAt: order.placedAt,
          guestAddress: guestAddress ?? null,
          ...fromDetails(order.details),
          ...pricingColumns(order),
          ...checkoutColumns(order),
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
    const [row] = await tx.$queryRaw<OrderModel[]>`
      SELECT ${rawColumns} FROM customer_order AS o WHERE o.id = ${id} FOR UPDATE`;
    return row && (await withLines(tx, row));
  },

  async lockOverdue(id, now) {
    const [row] = await tx.$queryRaw<OrderModel[]>`
      SELECT ${rawColumns} FROM customer_order AS o
       WHERE o.id = ${id} AND o.step_deadline <= ${now} FOR UPDATE SKIP LOCKED`;
    return row && (await withLines(tx, row));
  },

  async openOf(customerId) {
    // The condition is that of the index customer_order_open, word for word. An order on its way to PAYMENT_FAILED counts:
    // between being declined and being payable again it would otherwise make room for another.
    const [open] = await tx.$queryRaw<OpenOrders[]>`
      SELECT count(DISTINCT o.id)::int AS orders, coalesce(sum(l.quantity), 0)::int AS units
        FROM customer_order o JOIN order_line l ON l.order_id = o.id
       WHERE o.customer_id = ${customerId}
         AND (o.status IN ('PLACED', 'AUTHORIZING', 'PAYMENT_FAILED') OR o.heading = 'PAYMENT_FAILED')`;
    return open as OpenOrders;
  },

  async openOfGuestsAt(address) {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`orders of guests at ${address}`}, 0))`;
    const [open] = await tx.$queryRaw<OpenOrders[]>`
      SELECT count(DISTINCT o.id)::int AS orders, coalesce(sum(l.quantity), 0)::int AS units
        FROM customer_order o JOIN order_line l ON l.order_id = o.id
       WHERE o.guest_address = ${address}`;
    return open as OpenOrders;
  },

  async giveTo(guestId, userId) {
    await tx.order.updateMany({ where: { customerId: guestId }, data: { customerId: userId } });
  },

  async save({ order, entry }) {
    const { count } = await tx.order.updateMany({
      where: { id: order.id, version: order.version - 1 },
      data: { ...checkoutColumns(order), ...(!isOpen(order) && { guestAddress: null }) },
    });
    // Only a caller without the lock gets here: better a loud fault than a lost change.
    if (count === 0) throw new Error(`${order.id} is not at version ${order.version - 1} any more`);
    if (order.status === 'PLACED') await insertAttempt(tx, order, entry.at);
    await insertEvent(tx, order, entry);
  },

  async eraseDetails(customerId, of) {
    const ended = of === 'ENDED_WITHOUT_SALE' ? { status: { in: ['CANCELLED', 'REJECTED'] } } : {};
    await tx.order.updateMany({ where: { customerId, ...ended }, data: noDetailsColumns });
  },

  // While the order waits to be authorized the command may have to be published again (`npm run republish`). Past that it
  // has been received, or its attempt is being cancelled: a duplicate does nothing at payment, or is declined.
  erasePaymentTokens: (limit) => tx.$executeRaw`
    UPDATE outbox_message SET data = data || '{"paymentMethodToken": "erased"}'
     WHERE position IN (
       SELECT sent.position
         FROM outbox_message AS sent JOIN customer_order AS o ON o.id = sent.aggregate_id
        WHERE sent.type = 'payment.authorize' AND sent.data ->> 'paymentMethodToken' <> 'erased'
          AND (o.attempt_id <> sent.data ->> 'attemptId' OR o.status <> 'AUTHORIZING' OR o.payment_id IS NOT NULL)
        ORDER BY sent.position
        LIMIT ${limit}
          FOR UPDATE OF sent SKIP LOCKED)`,
});

const withLines = async (tx: Prisma.TransactionClient, row: OrderModel): Promise<Order> =>
  toOrder(row, await tx.orderLine.findMany({ where: { orderId: row.id }, orderBy: { position: 'asc' } }));

const linesOf = ({ id, lines, pricing }: Order) =>
  lines.map(({ variantId, sku, title, quantity, unitPrice }, index) => ({
    orderId: id,
    position: index + 1,
    variantId,
    sku,
    title,
    quantity,
    unitAmount: unitPrice.amount,
    discountAmount: pricing?.lines[index]?.discount ?? 0,
    taxAmount: pricing?.lines[index]?.tax ?? 0,
  }));

/** The attempt may be there already: not every change of a PLACED order begins one. */
const insertAttempt = (
  tx: Prisma.TransactionClient,
  { id: orderId, attempt: { id, number } }: Order,
  startedAt: Date,
) => tx.attempt.createMany({ data: [{ id, orderId, number, startedAt }], skipDuplicates: true });

const insertEvent = (tx: Prisma.TransactionClient, { id, version }: Order, entry: Changed['entry']) =>
  tx.orderEvent.createMany({ data: [{ orderId: id, version, ...entry }] });
