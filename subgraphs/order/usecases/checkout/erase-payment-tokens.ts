import type { Deps } from '../ports.ts';

// Ten seconds apart (wiring.ts), 30,000 orders a minute: many times what one order database takes.
const batch = 5_000;

/**
 * Erases the tokens of payment methods from commands that payment has answered; answers how many. What was sent is kept
 * for ever, and a token is of use only until then. Safe in many copies.
 */
export const erasePaymentTokens =
  ({ transaction }: Pick<Deps, 'transaction'>) =>
  (): Promise<number> =>
    transaction(({ orders }) => orders.erasePaymentTokens(batch));
