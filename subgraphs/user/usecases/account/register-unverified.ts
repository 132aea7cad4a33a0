import type { Email } from '#contracts/email.ts';
import { type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { Applicant } from '../../domain/account/applicant.ts';
import { type DisplayName, parseDisplayName } from '../../domain/account/display-name.ts';
import type { Account } from '../../domain/account/user.ts';
import type { Deps, Stores } from '../ports.ts';
import { newAccount } from './open-account.ts';
import { requestMail } from './request-mail.ts';

/**
 * Registration where the address has to be proved first. One answer for all addresses, after the same work: what there is to say,
 * the mail says, to whoever reads that address.
 *
 * Anybody may have registered it before its owner. As long as it is not proved, nobody can sign in; and when two
 * registrations disagree about the password, neither of them has it: the mail is then one for setting a password. Nor has
 * either of them named the account: what strangers typed must not greet the owner.
 */
export const registerUnverified = async (
  deps: Deps,
  applicant: Applicant,
  key: string | undefined,
): Promise<Result<null, IdempotencyConflict>> => {
  const { email, displayName, password } = applicant;
  // Not the password, as ever; here nothing says whether a retry has the same one.
  const request = { actor: email, operation: 'register', key, input: { displayName } };
  for (let round = 1; ; round++) {
    const present = await deps.credentials.account(email);
    // Both, whether or not there is an account: a hash to store, and one to compare.
    const account = await newAccount(deps, applicant);
    const isSame = await deps.passwords.isRight(password, present?.passwordHash);
    const registered = await deps.transaction(
      (stores) =>
        stores.idempotency.once<null, Outdated>(request, async () =>
          (await enter(stores, { account, present, isSame })) ? ok(null) : fail(outdated),
        ),
      email,
    );
    if (registered.ok) return registered;
    if (registered.failure.kind !== 'Outdated') return fail(registered.failure);
    // 3 rounds: somebody registers the same address at the same moment, and then once more.
    if (round === 3) return ok(null);
  }
};

type Outdated = Failure<'Outdated'>;
const outdated: Outdated = { kind: 'Outdated', message: 'The account is another one than was read.' };

interface Entry {
  readonly account: Account;
  /** What the address had when it was read, and whether the password is the same. */
  readonly present: Account | undefined;
  readonly isSame: boolean;
}

/** What stands before the @, which is all that is known of somebody who has not said it. */
const nameFrom = (email: Email): DisplayName => (parseDisplayName(email.split('@')[0] ?? '') ?? email) as DisplayName;

/** False when there is another account at the address than was read. */
const enter = async (stores: Stores, { account, present, isSame }: Entry): Promise<boolean> => {
  const { email } = account.user;
  if (!present && (await stores.accounts.insert(account))) {
    await requestMail(stores, { kind: 'VERIFY_EMAIL', email, userId: account.user.id });
    return true;
  }
  const locked = await stores.accounts.lock({ email });
  if (locked?.user.id !== present?.user.id || locked?.passwordHash !== present?.passwordHash || !locked) return false;
  const userId = locked.user.id;
  if (locked.openedAt || locked.user.emailVerifiedAt) {
    await requestMail(stores, { kind: 'ALREADY_REGISTERED', email, userId });
  } else if (isSame) {
    await requestMail(stores, { kind: 'VERIFY_EMAIL', email, userId });
  } else {
    const disagreement = {
      passwordHash: null,
      credentialsChangedAt: locked.lockedAt,
      displayName: nameFrom(email),
    };
    const { locale } = account.user;
    await stores.accounts.update(userId, { locale, ...(locked.passwordHash !== null && disagreement) });
    await requestMail(stores, { kind: 'RESET_PASSWORD', email, userId, after: locked.lockedAt });
  }
  return true;
};
