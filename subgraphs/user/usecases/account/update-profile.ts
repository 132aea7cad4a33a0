import type { UserId } from '#contracts/ids.ts';
import { CallerFault, fail, ok, type Result } from '#contracts/result.ts';
import { parseDisplayName } from '../../domain/account/display-name.ts';
import { type UpdateProfileFailure, unsupportedLocale } from '../../domain/account/failures.ts';
import { parseLocale } from '../../domain/account/locale.ts';
import type { User } from '../../domain/account/user.ts';
import { invalidDisplayName } from '../../domain/failures.ts';
import type { Deps } from '../ports.ts';

export interface UpdateProfile {
  readonly idempotencyKey: string | undefined;
  readonly userId: UserId;
  readonly displayName?: string | null | undefined;
  /** A language tag. */
  readonly locale?: string | null | undefined;
}

/** Changes what is given; the rest stays. */
export const updateProfile =
  ({ transaction }: Deps) =>
  async (command: UpdateProfile): Promise<Result<User, UpdateProfileFailure>> => {
    const { idempotencyKey: key, userId } = command;
    const displayName = command.displayName == null ? undefined : parseDisplayName(command.displayName);
    if (command.displayName != null && !displayName) return fail(invalidDisplayName);
    const locale = command.locale == null ? undefined : parseLocale(command.locale);
    if (command.locale != null && !locale) return fail(unsupportedLocale);
    const changes = { ...(displayName && { displayName }), ...(locale && { locale }) };

    return transaction(async ({ accounts, idempotency }) => {
      const account = await accounts.lock({ id: userId });
      if (!account) throw new CallerFault('UNAUTHENTICATED', 'This account is closed.');
      const request = { actor: userId, operation: 'updateProfile', key, input: changes };
      const updated = await idempotency.once<typeof changes, UpdateProfileFailure>(request, async () => {
        if (displayName || locale) await accounts.update(userId, changes);
        return ok(changes);
      });
      return updated.ok ? ok({ ...account.user, ...updated.value }) : updated;
    }, userId);
  };
