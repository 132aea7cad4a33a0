/** Money is a whole number of a currency's minor units (ISO 4217) and the currency; never a float. */
import { z } from 'zod';

/** Digits after the decimal point, by ISO 4217: the amount of KRW 12,000 is 12000. */
export const minorDigits = { EUR: 2, USD: 2, GBP: 2, KRW: 0 } as const;

export const currencies = ['EUR', 'USD', 'GBP', 'KRW'] as const satisfies readonly (keyof typeof minorDigits)[];
export const Currency = z.enum(currencies);
export type Currency = z.infer<typeof Currency>;

export const Money = z.object({ amount: z.int(), currency: Currency });
export type Money = z.infer<typeof Money>;

export const money = (amount: number, currency: Currency): Money => Money.parse({ amount, currency });

export const zero = (currency: Currency): Money => ({ amount: 0, currency });

/** Throws on two currencies: there are no exchange rates here, so mixing them is a bug. */
const sameCurrency = (a: Money, b: Money): Currency => {
  if (a.currency !== b.currency) throw new Error(`cannot combine ${a.currency} with ${b.currency}`);
  return a.currency;
};

export const add = (a: Money, b: Money): Money => money(a.amount + b.amount, sameCurrency(a, b));
export const subtract = (a: Money, b: Money): Money => money(a.amount - b.amount, sameCurrency(a, b));
export const times = (price: Money, quantity: number): Money => money(price.amount * quantity, price.currency);
export const sum = (amounts: readonly Money[], currency: Currency): Money => amounts.reduce(add, zero(currency));
export const equals = (a: Money, b: Money): boolean => a.amount === b.amount && a.currency === b.currency;
export const isMore = (a: Money, b: Money): boolean => sameCurrency(a, b) !== undefined && a.amount > b.amount;

/** `12.34 EUR`, `12000 KRW`. */
export const format = ({ amount, currency }: Money): string => {
  const digits = minorDigits[currency];
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
};
