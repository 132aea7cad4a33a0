/**
 * What must hold whatever the provider does, read from the provider's own book of money and from the orders, past all that payment
 * has recorded.
 */
export interface Order {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly total: number;
}

/** What the provider did with the money of one of its payments. */
export interface MoneyAtProvider {
  readonly reference: string;
  readonly orderId: string | null;
  readonly captures: number;
  readonly captured: number;
  readonly refunded: number;
  readonly held: number;
}

/** Where an order may stay. One that needs attention waits for an operator. */
export const ends: readonly string[] = ['CONFIRMED', 'PAYMENT_FAILED', 'CANCELLED', 'REJECTED'];

/** A sentence for each that is broken. */
export const brokenPromises = (
  acknowledged: readonly string[],
  orders: readonly Order[],
  money: readonly MoneyAtProvider[],
): readonly string[] => {
  const known = new Map(orders.map((order) => [order.id, order]));
  const kept = new Map<string, number>();
  for (const { orderId, captured, refunded } of money)
    if (orderId) kept.set(orderId, (kept.get(orderId) ?? 0) + captured - refunded);
  return [
    ...acknowledged.filter((id) => !known.has(id)).map((id) => `${id} was acknowledged, and is not there`),
    ...orders
      .filter(({ status }) => !ends.includes(status))
      .map(({ number, status }) => `${number} has not ended: ${status}`),
    ...money.flatMap((payment) => wrongAtProvider(payment, known)),
    ...orders.flatMap(({ id, number, status, total }) => {
      const due = status === 'CONFIRMED' ? total : 0;
      const paid = kept.get(id) ?? 0;
      return paid === due ? [] : [`${number} is ${status} over ${total}, and ${paid} was paid`];
    }),
  ];
};

const wrongAtProvider = (
  { reference, orderId, captures, captured, refunded, held }: MoneyAtProvider,
  known: ReadonlyMap<string, Order>,
): readonly string[] => {
  const number = known.get(orderId ?? '')?.number ?? 'no order';
  return [
    ...(known.has(orderId ?? '') || (captured === refunded && held === 0)
      ? []
      : [`${reference} is paid or held without an order`]),
    ...(captures > 1 ? [`${reference} of ${number} was captured ${captures} times`] : []),
    ...(held === 0 ? [] : [`${reference} of ${number} still holds ${held}`]),
  ];
};
