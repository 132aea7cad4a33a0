import { fail, idempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { type Applicant, type Application, parseApplicant } from '../../domain/account/applicant.ts';
import type { User } from '../../domain/account/user.ts';
import { emailTaken, type RegisterFailure } from '../../domain/failures.ts';
import type { Deps } from '../ports.ts';
import { type Attempt, provePassword } from '../session/prove-password.ts';
import { newAccount, openAccount } from './open-account.ts';
import { registerUnverified } from './register-unverified.ts';
import { requestMail } from './request-mail.ts';

export interface Register extends Application {
  readonly idempotencyKey: string | undefined;
  /** The client address that limits apply to. */
  readonly address: string;
}

/**
 * Opens an account for a customer. Where verification is required, the answer is null whether or not the address has an account,
 * and a mail says the rest. A retry with the same key, address, name and password gets the same answer.
 */
export const register =
  (deps: Deps) =>
  async (command: Register): Promise<Result<User | null, RegisterFailure>> => {
    const applicant = parseApplicant(command, deps.shopLanguage);
    if (!applicant.ok) return applicant;
    const { idempotencyKey: key, address } = command;
    if (deps.emailVerification === 'required')
      return deps.atUniformTime(() => registerUnverified(deps, applicant.value, key));
    return registerOpenly(deps, applicant.value, { key, address });
  };

const registerOpenly = async (
  deps: Deps,
  applicant: Applicant,
  { key, address }: { readonly key: string | undefined; readonly address: string },
): Promise<Result<User, RegisterFailure>> => {
  const { email, displayName, password } = applicant;
  // Before the transaction: hashing is slow on purpose, and no connection should be held that long.
  const account = await newAccount(deps, applicant);
  const registered = await deps.transaction(
    (stores) =>
      stores.idempotency.once(
        // A guest has no id: the e-mail address is the actor. The password is left out, because no fast digest of it may
        // be stored; whether a retry has the same one is checked against its hash below.
        { actor: email, operation: 'register', key, input: { displayName } },
        async () => {
          if (!(await openAccount(stores, { ...account, openedAt: account.user.createdAt }))) return fail(emailTaken);
          await requestMail(stores, { kind: 'VERIFY_EMAIL', email, userId: account.user.id });
          return ok(account.user.id);
        },
      ),
    email,
  );
  if (!registered.ok) return registered;
  if (registered.value === account.user.id) return ok(account.user);
  return earlierAccount(deps, { email, password, address });
};

/** For a retry: only the person who registered knows the password, and guesses here count like any others. */
const earlierAccount = async (deps: Deps, attempt: Attempt): Promise<Result<User, RegisterFailure>> => {
  const proof = await provePassword(deps)(attempt);
  return proof.ok ? ok(proof.value.user) : fail(idempotencyConflict);
};
