/** Ends a stream when its access token or API key is no longer accepted. */
import type { GraphQLFormattedError } from 'graphql';
import { type Authenticate, type Authenticated, refusals } from '../identity/credentials.ts';
import type { Denials } from '../identity/denials.ts';

interface CredentialWatch {
  /** Checks that it is still accepted: its key may have been withdrawn. */
  check(): void;
  stop(): void;
}

interface WatchOptions {
  readonly authenticate: Authenticate;
  readonly authorization: string | undefined;
  readonly caller: Pick<Authenticated, 'isDenied' | 'expiresAt'>;
  readonly denials: Pick<Denials, 'onDenied'>;
}

// The longest possible timer (25 days). API keys may live longer.
const longestTimerMs = 2_147_483_647;

const expired = 'The access token or API key has expired. Subscribe again with a new one.';

/**
 * Calls `end` once with the client's error: at expiry, at a denial, or at a failed check; never for guests without
 * a session. The credential must have been accepted before. Temporarily unavailable keys end nothing.
 */
export const watchCredential = (
  { authenticate, authorization, caller, denials }: WatchOptions,
  end: (error: GraphQLFormattedError) => void,
): CredentialWatch => {
  if (!authorization) return { check: () => undefined, stop: () => undefined };
  const { isDenied, expiresAt } = caller;
  let isOver = false;
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    stopListening();
  };
  const endWith = (message: string) => {
    if (isOver) return;
    stop();
    end({ message, extensions: { code: 'UNAUTHENTICATED' } });
  };
  let timer: NodeJS.Timeout | undefined;
  const endAt = (expiresAt: number) => {
    const leftMs = expiresAt - Date.now();
    timer = setTimeout(
      () => (leftMs > longestTimerMs ? endAt(expiresAt) : endWith(expired)),
      Math.min(leftMs, longestTimerMs),
    ).unref();
  };
  if (expiresAt !== undefined) endAt(expiresAt);
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
