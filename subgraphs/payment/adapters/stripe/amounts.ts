/** Amounts as Stripe writes them (https://docs.stripe.com/currencies): minor units as ours, with exceptions. */

/** No decimals in ISO 4217, two at Stripe: an amount is written with two zeros. */
const withTwoZeros: readonly string[] = ['ISK', 'UGX'];
/** Three decimals, of which Stripe wants the last to be 0. */
const threeDecimals: readonly string[] = ['BHD', 'JOD', 'KWD', 'OMR', 'TND'];

/** Throws when Stripe cannot charge this amount. */
export const toStripeAmount = (amount: number, currency: string): number => {
  if (withTwoZeros.includes(currency)) return amount * 100;
  if (threeDecimals.includes(currency) && amount % 10 !== 0)
    throw new Error(`Stripe charges ${currency} in whole hundredths: ${amount} has three decimals`);
  return amount;
};

export const fromStripeAmount = (amount: number, currency: string): number =>
  withTwoZeros.includes(currency) ? amount / 100 : amount;
