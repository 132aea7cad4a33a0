import { type Email, parseEmail } from '#contracts/email.ts';
import { message } from '#contracts/envelope.ts';
import { UserRegistered } from '#contracts/messages/user.ts';
import { fail, idempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { type DisplayName, parseDisplayName } from '../../domain/account/display-name.ts';
import { defaultLocale, type Locale, parseLocale } from '../../domain/account/locale.ts';
import { newPassword, type Password } from '../../domain/account/password.ts';
import type { Account, User } from '../../domain/account/user.ts';
import { emailTaken, invalidDisplayName, invalidEmail, type RegisterFailure } from '../../domain/failures.ts';
import type { Deps, Stores } from '../ports.ts';
import { type Attempt, provePassword } from '../session/prove-password.ts';

export interface Register {
  readonly idempotencyKey: string | undefined;
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  /** A language tag. */
  readonly locale?: string | null | undefined;
  /** The client address that limits apply to. */
  readonly address: string;
}

/** Opens an account for a customer. A retry with the same key, address, name and password gets the same account. */
export const register =
  (deps: Deps) =>
  async (command: Register): Promise<Result<User, RegisterFailure>> => {
    const applicant = parseApplicant(command);
    if (!applicant.ok) return applicant;
    const { email, displayName, password } = applicant.value;
    // Before the transaction: hashing is slow on purpose, and no connection should be held that long.
    const account = await newAccount(deps, applicant.value);

    const registered = await deps.transaction(
      (stores) =>
        stores.idempotency.once(
          // A guest has no id: the e-mail address is the actor. The password is left out, because no fast digest of it may
          // be stored; whether a retry has the same one is checked against its hash below.
          { actor: email, operation: 'register', key: command.idempotencyKey, input: { displayName } },
          async () => ((await openAccount(stores, account)) ? ok(account.user.id) : fail(emailTaken)),
        ),
      email,
    );
    if (!registered.ok) return registered;
    if (registered.value === account.user.id) return ok(account.user);
    return earlierAccount(deps, { email, password, address: command.address });
  };

interface Applicant {
  readonly email: Email;
  readonly displayName: DisplayName;
  readonly locale: Locale;
  readonly password: Password;
}

const parseApplicant = (command: Register): Result<Applicant, RegisterFailure> => {
  const email = parseEmail(command.email);
  if (!email) return fail(invalidEmail);
  const displayName = parseDisplayName(command.displayName);
  if (!displayName) return fail(invalidDisplayName);
  const password = newPassword(command.password, email);
  const locale = parseLocale(command.locale ?? '') ?? defaultLocale;
  return password.ok ? ok({ email, displayName, locale, password: password.value }) : password;
};

const newAccount = async (
  { passwords, newId, now }: Deps,
  { email, displayName, locale, password }: Applicant,
  createdAt = now(),
): Promise<Account> => ({
  user: {
    ...{ id: newId('User'), email, displayName, locale, emailVerifiedAt: null },
    createdAt,
  },
  passwordHash: await passwords.hash(password),
  openedAt: createdAt,
});

/** For a retry: only the person who registered knows the password, and guesses here count like any others. */
const earlierAccount = async (deps: Deps, attempt: Attempt): Promise<Result<User, RegisterFailure>> => {
  const proof = await provePassword(deps)(attempt);
  return proof.ok ? ok(proof.value.user) : fail(idempotencyConflict);
};

/** Stores a new account together with its event. False when the address already has one; nothing is written then. */
export const openAccount = async (
  { accounts, outbox }: Pick<Stores, 'accounts' | 'outbox'>,
  account: Account,
): Promise<boolean> => {
  const { id, displayName } = account.user;
  if (!(await accounts.insert(account))) return false;
  await outbox.add(message(UserRegistered, { type: 'user', id }, { userId: id, displayName }));
  return true;
};
