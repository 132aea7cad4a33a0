/** Ends a stream when its access token or API key is no longer accepted. */
import { decodeJwt } from 'jose';
import { type Authenticate, refusals } from '../identity/credentials.ts';
import type { Denials } from '../identity/denials.ts';
import { errorEvent } from './event-stream.ts';

interface CredentialWatch {
  /** Checks that it is still accepted: its key may have been withdrawn. */
  check(): void;
  stop(): void;
}

interface WatchOptions {
  readonly authenticate: Authenticate;
  readonly authorization: string | undefined;
  readonly isDenied: () => boolean;
  readonly denials: Pick<Denials, 'onDenied'>;
}

// The longest possible timer (25 days). Tokens of other issuers may live longer; `check` ends those.
const longestTimerMs = 2_147_483_647;

/**
 * Calls `end` once with the client's error event: at expiry, at a denial, or at a failed check; never for guests without
 * a session. The credential must have been accepted before. Temporarily unavailable keys end nothing.
 */
export const watchCredential = (
  { authenticate, authorization, isDenied, denials }: WatchOptions,
  end: (event: string) => void,
): CredentialWatch => {
  if (!authorization) return { check: () => undefined, stop: () => undefined };
  let isOver = false;
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    stopListening();
  };
  const endWith = (message: string) => {
    if (isOver) return;
    stop();
    end(errorEvent('UNAUTHENTICATED', message));
  };
  const expiresAt = expiryOf(authorization);
  const timer =
    expiresAt === undefined
      ? undefined
      : setTimeout(
          () => endWith('The access token has expired. Subscribe again with a new one.'),
          Math.min(expiresAt - Date.now(), longestTimerMs),
        ).unref();
  const stopListening = denials.onDenied(() => {
    if (isDenied()) endWith(refusals.denied.message);
  });
  // It may have come since the request was admitted. Not at once: the caller is still setting up what `end` ends.
  queueMicrotask(() => {
    if (isDenied()) endWith(refusals.denied.message);
  });
  return {
    check: () =>
      void authenticate(authorization).then((result) => {
        if (!result.ok && result.failure.kind === 'UNAUTHENTICATED') endWith(result.failure.message);
      }),
    stop,
  };
};

/** In milliseconds; undefined for anything but a JWT that expires (an API key, or when AUTHENTICATION is off). */
const expiryOf = (authorization: string): number | undefined => {
  try {
    const { exp } = decodeJwt(authorization.split(' ').at(-1) ?? '');
    return exp === undefined ? undefined : exp * 1000;
  } catch {
    return undefined;
  }
};
