/** What authentication says of a request: whom it is for, or why it is refused. */
import type { Failure, Result } from '#contracts/result.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';

/** Never a guest in place of an invalid token: the caller believes to be signed in and must learn otherwise. */
export type Refusal = Failure<'UNAUTHENTICATED' | 'AUTHENTICATION_UNAVAILABLE'>;

export interface Authenticated {
  readonly viewer: Viewer;
  /** Whether that has been taken back since. Streams ask again at each denial. */
  readonly isDenied: () => boolean;
  /** In milliseconds since 1970; streams end then. Without it, the credential does not expire by itself. */
  readonly expiresAt?: number;
}

/** Without a credential. */
export const anybody: Authenticated = { viewer: guest, isDenied: () => false };

export type Authentication = Result<Authenticated, Refusal>;

export type Authenticate = (authorization: string | undefined) => Promise<Authentication>;

export const refusals = {
  notBearer: {
    kind: 'UNAUTHENTICATED',
    message: 'The authorization header must be "Bearer <access token or API key>".',
  },
  badToken: {
    kind: 'UNAUTHENTICATED',
    message: 'The access token is invalid or has expired. Refresh the session, or sign in again.',
  },
  denied: {
    kind: 'UNAUTHENTICATED',
    message:
      'The access token is no longer accepted: its session has ended, or the account has changed. Refresh the session, or sign in again.',
  },
  badApiKey: { kind: 'UNAUTHENTICATED', message: 'The API key is invalid, has expired, or was revoked.' },
  unavailable: {
    kind: 'AUTHENTICATION_UNAVAILABLE',
    message:
      'Access tokens and API keys cannot be verified at the moment. Try again, or continue as a guest without one.',
  },
} satisfies Record<string, Refusal>;
