import type { Email } from '#contracts/email.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import type { RequestByEmailFailure } from '../../domain/account/failures.ts';
import { type InvalidToken, invalidToken } from '../../domain/failures.ts';
import type { Deps } from '../ports.ts';
import { proveMailbox } from './open-account.ts';
import { onceByEmail, type RequestByEmail, requestMail } from './request-mail.ts';
import { isCurrent } from './tokens.ts';

/**
 * Marks the address as its owner's. Using the same token again succeeds, as long as it lasts: people click twice, and answers
 * get lost.
 */
export const verifyEmail =
  ({ transaction }: Deps) =>
  (token: string): Promise<Result<Email, InvalidToken>> =>
    transaction(async (stores) => {
      const found = await stores.oneTimeTokens.find(token, 'VERIFY_EMAIL');
      const account = found && (await stores.accounts.lock({ id: found.userId }));
      if (!account || account.user.email !== found.email) return fail(invalidToken);
      if (account.user.emailVerifiedAt) return ok(found.email);
      if (!isCurrent(found, account) || !(await stores.oneTimeTokens.consume(token, 'VERIFY_EMAIL')))
        return fail(invalidToken);
      await proveMailbox(stores, account);
      return ok(found.email);
    });

/** Sends the mail of a registration again. The answer is the same for an address without an account, and as quick. */
export const resendVerification =
  (deps: Deps) =>
  async (command: RequestByEmail): Promise<Result<Email, RequestByEmailFailure>> =>
    onceByEmail(deps, 'resendVerification', command, async (stores, email) => {
      const account = await stores.accounts.lock({ email });
      const waiting = account && !account.user.emailVerifiedAt ? account : undefined;
      // Without a password, it takes a new one to get in; setting that verifies the address as well.
      const kind = waiting && waiting.passwordHash === null ? 'RESET_PASSWORD' : 'VERIFY_EMAIL';
      await requestMail(stores, { kind, email, userId: waiting?.user.id });
    });
