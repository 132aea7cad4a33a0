/** Ends a stream when its access token is no longer valid. */
import { decodeJwt } from 'jose';
import type { Authenticate } from '../identity/authentication.ts';
import { errorEvent } from './event-stream.ts';

interface TokenWatch {
  /** Checks that the token is still accepted: its key may have been withdrawn. */
  check(): void;
  stop(): void;
}

// The longest possible timer (25 days). Tokens of other issuers may live longer; `check` ends those.
const longestTimerMs = 2_147_483_647;

/**
 * Calls `end` once with the client's error event; never for guests. The token must have been accepted before.
 * Temporarily unavailable keys end nothing.
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

/** In milliseconds; undefined for anything but a JWT that expires (when AUTHENTICATION is off). */
const expiryOf = (authorization: string | undefined): number | undefined => {
  try {
    const { exp } = decodeJwt(authorization?.split(' ').at(-1) ?? '');
    return exp === undefined ? undefined : exp * 1000;
  } catch {
    return undefined;
  }
};
