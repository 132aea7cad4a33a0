/** Ends what was begun with an access token when the token is no longer good. */
import { decodeJwt } from 'jose';
import type { Authenticate } from '../identity/authentication.ts';
import { errorEvent } from './event-stream.ts';

interface TokenWatch {
  /** Looks whether the token is still accepted: its key may have been withdrawn. */
  check(): void;
  /** There is nothing left to end. */
  stop(): void;
}

// The longest that a timer can wait (25 days). Tokens of other issuers may live longer; the check ends them then.
const longestTimerMs = 2_147_483_647;

/**
 * `end` is called once, with what to tell the client. For a guest, who has no token, never. The token must have been
 * accepted before. That the keys cannot be had at the moment ends nothing.
 */
export const onTokenExpiry = (
  { authenticate, authorization }: { readonly authenticate: Authenticate; readonly authorization: string | undefined },
  end: (event: string) => void,
): TokenWatch => {
  const expiresAt = expiryOf(authorization);
  if (!authorization || expiresAt === undefined) return { check: () => undefined, stop: () => undefined };
  let isOver = false;
  const timer = setTimeout(
    () => endWith('The access token has expired. Subscribe again with a new one.'),
    Math.min(expiresAt - Date.now(), longestTimerMs),
  ).unref();
  const endWith = (message: string) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    end(errorEvent('UNAUTHENTICATED', message));
  };
  return {
    check: () =>
      void authenticate(authorization).then((result) => {
        if (!result.ok && result.failure.kind === 'UNAUTHENTICATED') endWith(result.failure.message);
      }),
    stop: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
};

/** In milliseconds; undefined for what is no JWT, or one without an end (AUTHENTICATION is off then). */
const expiryOf = (authorization: string | undefined): number | undefined => {
  try {
    const { exp } = decodeJwt(authorization?.split(' ').at(-1) ?? '');
    return exp === undefined ? undefined : exp * 1000;
  } catch {
    return undefined;
  }
};
