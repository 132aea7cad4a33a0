import { format, type Money } from '#contracts/money.ts';
import type { OrderView } from '../shopper/shopper.ts';

export type MoneyView = Money | null | undefined;

export const price = (amount: MoneyView): string => (amount ? format(amount) : 'no price');

/** When, in which status, what: one line each, with the milliseconds since the order was placed. */
export const printTimeline = ({ number, timeline }: OrderView): void => {
  console.log(`Timeline of ${number}:`);
  const start = Date.parse(timeline[0]?.occurredAt ?? '');
  for (const { occurredAt, status, description, detail } of timeline)
    console.log(
      `  ${String(Date.parse(occurredAt) - start).padStart(6)} ms  ${status.padEnd(14)} ${description}${detail ? ` (${detail})` : ''}`,
    );
};
