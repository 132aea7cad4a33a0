import { parseEmail } from '#contracts/email.ts';
import type { SessionId } from '#contracts/ids.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import { typedPassword } from '../../domain/account/password.ts';
import type { User } from '../../domain/account/user.ts';
import { invalidCredentials, type SignInFailure } from '../../domain/failures.ts';
import { fromNow } from '../../domain/session/session.ts';
import type { Deps } from '../ports.ts';
import type { AccessToken } from '../session/ports.ts';
import { provePassword } from './prove-password.ts';

export interface SignIn {
  readonly idempotencyKey: string | undefined;
  readonly email: string;
  readonly password: string;
  /** The client address that limits apply to. */
  readonly address: string;
}

export interface SignedIn extends AccessToken {
  readonly user: User;
}

/** Opens a session and issues its first access token. A retry with the same key gets a new token of the same session. */
export const signIn =
  (deps: Deps) =>
  async (command: SignIn): Promise<Result<SignedIn, SignInFailure>> => {
    const email = parseEmail(command.email);
    const password = typedPassword(command.password);
    if (!email || !password) return fail(invalidCredentials);
    // Also for a retry: a key proves no identity, and tokens are not stored to be returned again.
    const proof = await provePassword(deps)({ email, password, address: command.address });
    if (!proof.ok) return proof;
    const user = proof.value;
    const opened = await openSession(deps, user, command.idempotencyKey);
    if (!opened.ok) return opened;
    const { sessionId, held } = opened.value;
    return ok({ user, ...(await deps.accessTokens.issue(user, held, sessionId)) });
  };

const openSession = ({ transaction, newId }: Deps, user: User, key: string | undefined) =>
  transaction(async ({ sessions, roles, idempotency, now }) => {
    // The verified user is the actor, so there is no other input: the password must not be part of it.
    const request = { actor: user.id, operation: 'signIn', key, input: {} };
    const session = await idempotency.once<SessionId, never>(request, async () => {
      const id = newId('Session');
      await sessions.insert({ id, userId: user.id, ...fromNow(now) });
      return ok(id);
    });
    // Not part of the stored result: a retry gets a token of what the user may do now.
    return session.ok ? ok({ sessionId: session.value, held: await roles.held(user.id) }) : session;
  }, user.id);
