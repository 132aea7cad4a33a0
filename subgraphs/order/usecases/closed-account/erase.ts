/** What is left here of somebody who has closed their account: orders and what they came to, and nothing personal. */
import type { MessageOf } from '#contracts/envelope.ts';
import type { UserClosed } from '#contracts/messages/user.ts';
import type { Deps } from '../ports.ts';

/**
 * Receives that an account was closed. The cart goes at once, and what was said about orders that came to nothing. An order that
 * is on its way still needs its address: that is erased when the time for delivering it is over.
 */
export const forgetClosedUser =
  ({ receive, closedAccountRetentionMs }: Pick<Deps, 'receive' | 'closedAccountRetentionMs'>) =>
  (message: MessageOf<typeof UserClosed>): Promise<void> =>
    receive(message, async ({ carts, orders, closedAccounts, now }) => {
      const { userId } = message.data;
      await carts.removeOf(userId);
      await orders.eraseDetails(userId, 'ENDED_WITHOUT_SALE');
      await closedAccounts.add(userId, new Date(now.getTime() + closedAccountRetentionMs));
    });

// Once a minute (wiring.ts): more than a shop has close in a day.
const accountsAtOnce = 100;

/** Erases what is left of accounts that were closed long enough ago; answers of how many. Safe in many copies. */
export const eraseClosedAccounts =
  ({ transaction }: Pick<Deps, 'transaction'>) =>
  (): Promise<number> =>
    transaction(async ({ carts, orders, closedAccounts, now }) => {
      const due = await closedAccounts.takeDue(now, accountsAtOnce);
      for (const userId of due) {
        // A request that was under way when the account was closed may have left a cart.
        await carts.removeOf(userId);
        await orders.eraseDetails(userId, 'ALL');
      }
      return due.length;
    });
