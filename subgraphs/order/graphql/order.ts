import { parseId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { customerOf, may, type Viewer } from '#contracts/viewer.ts';
import { timelineText } from '../domain/customer-texts.ts';
import {
  type Actor,
  awaitsExtraStep,
  awaitsPayment,
  fulfilmentOf,
  isFinal,
  nextActions,
} from '../domain/order/next-actions.ts';
import { lineTotal } from '../domain/order/order.ts';
import { readOrderNumber } from '../domain/order/order-number.ts';
import type { OrderView } from '../usecases/ports.ts';
import { detailsFields } from './details.ts';
import { failureOf, variant } from './models.ts';
import type {
  OrderEventResolvers,
  OrderLineResolvers,
  OrderResolvers,
  PaymentActionResolvers,
  TaxLineResolvers,
} from './types.generated.ts';

export const order = {
  // A neighbour knows an order by its id or by its number.
  __resolveReference: (reference, { loaders }) => {
    // Federation's `_Any` lets anything through; parseId looks for itself.
    const { id, number } = reference as { id?: string; number?: unknown };
    const orderId = id === undefined ? undefined : parseId('Order', id);
    if (orderId) return loaders.orders.load(orderId);
    const orderNumber = typeof number === 'string' ? readOrderNumber(number) : undefined;
    return orderNumber ? loaders.ordersByNumber.load(orderNumber) : null;
  },
  customer: ({ customerId }) => {
    const id = parseId('User', customerId);
    return id ? { id } : null;
  },
  ...detailsFields(({ details, customerId }: OrderView) => ({ ...details, customerId })),
  lines: ({ id }, _, { loaders }) => loaders.lines.load(id),
  timeline: async ({ id, total: { currency } }, _, { loaders }) =>
    (await loaders.timelines.load(id)).map(({ amount, ...entry }) => ({
      ...entry,
      amount: amount === null ? null : { amount, currency },
    })),
  paymentStatus: ({ payment }) => payment.status,
  isDisputed: ({ payment }) => payment.openDisputes > 0,
  fulfilmentStatus: ({ status }) => fulfilmentOf(status),
  isFinal,
  discounts: async ({ id, total: { currency } }, _, { loaders }) =>
    ((await loaders.pricings.load(id))?.promotions ?? []).map(({ title, code, amount }) => ({
      ...{ title, code, amount: money(amount, currency) },
    })),
  taxes: async ({ id, total: { currency } }, _, { loaders }) =>
    ((await loaders.pricings.load(id))?.taxes ?? []).map((tax) => ({ ...tax, currency })),
  shippingMethod: async ({ id, total: { currency } }, _, { loaders }) => {
    const shipping = (await loaders.pricings.load(id))?.shipping;
    if (!shipping) return null;
    const { title, amount, discount, tax } = shipping;
    return { title, price: money(amount, currency), discount: money(discount, currency), tax: money(tax, currency) };
  },
  failure: failureOf,
  nextActions: async (it, _, { viewer, loaders }) => {
    // Asked only where the answer depends on it: reading an order is to be cheap.
    const now = awaitsPayment(it) ? await loaders.now() : it.placedAt;
    return nextActions(it, actor(it, viewer), now);
  },
  paymentAction: (it, _, { viewer }) => (actor(it, viewer).isCustomer && awaitsExtraStep(it) ? it : null),
} satisfies OrderResolvers;

/** Staff see every order, and can do for its customer what costs nobody else's money. */
const actor = ({ customerId }: OrderView, viewer: Viewer): Actor => ({
  isStaff: may(viewer, 'orders:manage'),
  isCustomer: customerOf(viewer) === customerId,
});

export const taxLine = {
  base: ({ base, currency }) => money(base, currency),
  amount: ({ amount, currency }) => money(amount, currency),
} satisfies TaxLineResolvers;

export const orderLine = { variant, total: lineTotal } satisfies OrderLineResolvers;

export const orderEvent = {
  occurredAt: ({ at }) => at,
  description: ({ event }) => timelineText(event),
} satisfies OrderEventResolvers;

export const paymentAction = {
  actionUrl: ({ payment }) => payment.actionUrl,
  paymentId: ({ payment, id }) => {
    if (!payment.id) throw new Error(`${id} asks for an extra step of no payment`);
    return payment.id;
  },
} satisfies PaymentActionResolvers;
