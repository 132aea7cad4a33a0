/**
 * The one rounding rule, and how an amount is divided without losing a cent. Amounts are whole minor units and never negative:
 * half up is away from zero as well.
 */

/** `amount × numerator / denominator`, half up. BigInt: a hundred million times a million is beyond what a number counts exactly. */
export const fractionOf = (amount: number, numerator: number, denominator: number): number => {
  const [doubled, divisor] = [2n * BigInt(amount) * BigInt(numerator), BigInt(denominator)];
  return Number((doubled + divisor) / (2n * divisor));
};

/** Parts per million: 190000 is 19%. Fine enough for a sales tax of 8.875%. */
export const million = 1_000_000;
export const rateOf = (amount: number, ratePpm: number): number => fractionOf(amount, ratePpm, million);

/**
 * Divides `amount` in proportion to `weights`, by largest remainder: each gets the whole units of its share, and those with the
 * largest fractions one more, the earlier of two equal ones first. The shares add up to `amount`. None exceeds its weight while
 * `amount` does not exceed their sum.
 */
export const prorate = (amount: number, weights: readonly number[]): number[] => {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (whole === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => BigInt(amount) * BigInt(weight));
  const shares = exact.map((product) => Number(product / BigInt(whole)));
  const fractions = exact.map((product) => Number(product % BigInt(whole)));
  const missing = amount - shares.reduce((sum, share) => sum + share, 0);
  const largest = [...weights.keys()].sort((a, b) => (fractions[b] ?? 0) - (fractions[a] ?? 0) || a - b);
  for (const index of largest.slice(0, missing)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
};

/**
 * What `units` more of a line come to when `given` of its units were given before: of its price, its discount or its tax.
 * Whatever the steps, those of all units add up to `amount`.
 */
export const shareOf = (
  { amount, quantity }: { readonly amount: number; readonly quantity: number },
  given: number,
  units: number,
): number => fractionOf(amount, given + units, quantity) - fractionOf(amount, given, quantity);
