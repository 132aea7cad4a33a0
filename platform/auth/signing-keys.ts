/**
 * Which key of a set signs, and when one may go. A key says from when on it signs, so that a rotation is one change of the
 * set: whoever loads it publishes the new key at once, and signs with it only when all who verify have had time to fetch it.
 */

export interface TimedKey {
  readonly kid?: string | undefined;
  /** An RFC 3339 time. Without it, a key has always signed. */
  readonly signsFrom?: string | undefined;
}

const signsFromMs = ({ signsFrom }: TimedKey): number => (signsFrom ? Date.parse(signsFrom) : 0);

/** The key that has begun to sign last; of several, the first in the list. Before any has begun, the one that does so first. */
export const signingKey = <K extends TimedKey>(keys: readonly K[], now: Date): K | undefined => {
  const begun = keys.filter((key) => signsFromMs(key) <= now.getTime());
  if (begun.length > 0) return begun.reduce((latest, key) => (signsFromMs(key) > signsFromMs(latest) ? key : latest));
  return keys.toSorted((one, other) => signsFromMs(one) - signsFromMs(other))[0];
};

export type KeyState<K> =
  | { readonly key: K; readonly is: 'signing' }
  | { readonly key: K; readonly is: 'next'; readonly signsFrom: Date }
  /** It has signed nothing since the present one began; the last token that it signed may be valid until then. */
  | { readonly key: K; readonly is: 'previous'; readonly retirableAt: Date };

/** The state of each key. `tokenLifeMs`: how long the longest-lived token is valid, and the slack for clocks and loading. */
export const keyStates = <K extends TimedKey>(keys: readonly K[], now: Date, tokenLifeMs: number): KeyState<K>[] => {
  const signing = signingKey(keys, now);
  return keys.map((key) => {
    if (key === signing) return { key, is: 'signing' };
    const signsFrom = new Date(signsFromMs(key));
    if (signsFrom > now) return { key, is: 'next', signsFrom };
    return { key, is: 'previous', retirableAt: new Date(signsFromMs(signing ?? key) + tokenLifeMs) };
  });
};
