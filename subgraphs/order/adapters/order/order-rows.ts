/** Between rows and orders. What our own rows hold was checked when it was written; JSON is parsed all the same. */
import type { AttemptId, OrderId, PaymentId, UserId, VariantId } from '#contracts/ids.ts';
import { Currency } from '#contracts/money.ts';
import { fieldsWithout, selected } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/order/client/client.ts';
import type { OrderLineModel, OrderModel } from '#prisma/order/client/models.ts';
import type { CompensationTarget, OrderStatus, Part, PaymentStatus } from '../../domain/checkout/steps.ts';
import { CheckoutFailure } from '../../domain/failures.ts';
import type { Order, OrderLine } from '../../domain/order/order.ts';
import type { OrderView } from '../../usecases/ports.ts';

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
  failure: true,
} as const satisfies Prisma.OrderSelect;

/** For raw SQL, of the tables called `o` and `l`. */
export const rawViewColumns = Prisma.raw(selected(Object.keys(viewColumns), 'o'));
export const rawColumns = Prisma.raw(selected(fieldsWithout(Prisma.OrderScalarFieldEnum), 'o'));
export const rawLineColumns = Prisma.raw(selected(fieldsWithout(Prisma.OrderLineScalarFieldEnum), 'l'));

export type ViewRow = Pick<OrderModel, keyof typeof viewColumns>;

export const toView = (row: ViewRow): OrderView => ({
  id: row.id as OrderId,
  number: row.number,
  customerId: row.customerId as UserId,
  total: { amount: row.totalAmount, currency: Currency.parse(row.currency) },
  placedAt: row.placedAt,
  expiresAt: row.expiresAt,
  version: row.version,
  status: row.status as OrderStatus,
  payment: {
    status: row.paymentStatus as PaymentStatus,
    id: row.paymentId as PaymentId | null,
    actionUrl: row.actionUrl,
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

export const toOrder = (row: OrderModel, lines: readonly OrderLineModel[]): Order => {
  const view = toView(row);
  return {
    ...view,
    lines: lines.map((line) => toLine(line, view.total.currency)),
    attempt: {
      id: row.attemptId as AttemptId,
      number: row.attemptNumber,
      paymentMethodToken: row.paymentMethodToken,
    },
    step: { deadline: row.stepDeadline, sends: row.stepSends },
    undo: row.undo as Part[],
    compensateTo: row.heading as CompensationTarget | null,
  };
};

/** The columns that a checkout changes. */
export const checkoutColumns = ({ version, status, attempt, payment, step, undo, compensateTo, failure }: Order) => ({
  version,
  status,
  attemptId: attempt.id,
  attemptNumber: attempt.number,
  paymentMethodToken: attempt.paymentMethodToken,
  paymentStatus: payment.status,
  paymentId: payment.id,
  actionUrl: payment.actionUrl,
  stepDeadline: step.deadline,
  stepSends: step.sends,
  undo: [...undo],
  heading: compensateTo,
  failure: failure ?? Prisma.DbNull,
});
