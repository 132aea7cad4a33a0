import { type Email, parseEmail } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import type { RequestByEmailFailure } from '../../domain/account/failures.ts';
import { newMailRequestId, type RequestedMail } from '../../domain/account/mail-quota.ts';
import { invalidEmail } from '../../domain/failures.ts';
import type { Deps, Stores } from '../ports.ts';

interface MailRequest {
  readonly kind: RequestedMail;
  readonly email: Email;
  /** None when the address has no account. */
  readonly userId: UserId | undefined;
  /** When this transaction has changed the credentials: the mail counts as asked for after that. */
  readonly after?: Date;
}

/**
 * Has a mail sent within the quota of its address. Without a user (no such account) it does the same but for the mail itself.
 * Whoever asked is told neither: the quota would reveal who has an account, and who else has asked.
 */
export const requestMail = async (
  { mailQuota, deliveries }: Pick<Stores, 'mailQuota' | 'deliveries'>,
  { kind, email, userId, after }: MailRequest,
): Promise<void> => {
  if (!(await mailQuota.take(email, kind)) || !userId) return;
  const requestedAt = after && new Date(after.getTime() + 1);
  await deliveries.add({
    sourceId: newMailRequestId(),
    userId,
    email,
    kind,
    params: {},
    ...(requestedAt && { requestedAt }),
  });
};

export interface RequestByEmail {
  readonly idempotencyKey: string | undefined;
  readonly email: string;
}

/** For requests of somebody who is not signed in: the answer, and its time, are the same for every address. */
export const onceByEmail = async (
  { transaction, atUniformTime }: Deps,
  operation: string,
  { idempotencyKey: key, email: text }: RequestByEmail,
  work: (stores: Stores, email: Email) => Promise<void>,
): Promise<Result<Email, RequestByEmailFailure>> => {
  const email = parseEmail(text);
  if (!email) return fail(invalidEmail);
  return atUniformTime(() =>
    transaction(
      (stores) =>
        stores.idempotency.once<Email, RequestByEmailFailure>({ actor: email, operation, key, input: {} }, async () => {
          await work(stores, email);
          return ok(email);
        }),
      email,
    ),
  );
};
