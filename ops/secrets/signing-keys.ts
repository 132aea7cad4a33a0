/** The rotation of the keys that access tokens are signed with (docs/runbook.md, "Rotate the keys of access tokens"). */
import { z } from 'zod';
import { accessTokenLifeMs } from '#contracts/access-token.ts';
import { type KeyState, keyStates } from '#platform/auth/signing-keys.ts';
import { newSigningKey } from './make.ts';

const minuteMs = 60_000;

// 10 min: until then a new key has reached every replica (Kubernetes swaps a mounted secret within about two minutes), every
// gateway (each minute) and whoever else caches the published keys (five minutes).
export const publishedForMinutes = 10;

// 5 min beside the life of a token: for clocks that differ, and replicas that read the file late.
const previousForMs = accessTokenLifeMs + 5 * minuteMs;

const KeySet = z.object({
  keys: z
    .array(z.looseObject({ d: z.string(), kid: z.string().optional(), signsFrom: z.iso.datetime().optional() }))
    .min(1),
});
type Key = z.output<typeof KeySet>['keys'][number];

/** Throws a sentence without any part of the text, which is a secret. */
export const parseKeys = (text: string): readonly Key[] => {
  try {
    return KeySet.parse(JSON.parse(text)).keys;
  } catch {
    throw new Error('This is not a set of private keys: {"keys":[{"kty":"OKP","crv":"Ed25519","x":…,"d":…}]}');
  }
};

export const formatKeys = (keys: readonly Key[]): string => JSON.stringify({ keys });

export const statesOf = (keys: readonly Key[], now: Date): KeyState<Key>[] => keyStates(keys, now, previousForMs);

/** Adds a key that signs in `minutes`. One rotation at a time: a key that waits to sign would be passed over. */
export const rotate = (keys: readonly Key[], now: Date, minutes: number): readonly Key[] => {
  const waiting = statesOf(keys, now).find(({ is }) => is === 'next');
  if (waiting?.is === 'next' && minutes > 0)
    throw new Error(
      `A rotation is under way: ${nameOf(waiting.key)} signs from ${waiting.signsFrom.toISOString()} on.`,
    );
  const signsFrom = new Date(now.getTime() + minutes * minuteMs).toISOString();
  return [...keys, { ...newSigningKey(), signsFrom }];
};

/** Removes the keys whose last token has expired; with `kid` that one, whatever it signed, but never the one that signs. */
export const retire = (keys: readonly Key[], now: Date, kid: string | undefined): readonly Key[] => {
  const states = statesOf(keys, now);
  if (kid !== undefined) {
    const named = states.find(({ key }) => key.kid === kid);
    if (!named) throw new Error(`There is no key ${kid}.`);
    if (named.is === 'signing') throw new Error(`${kid} signs: rotate first, with --at-once if it is compromised.`);
    return keys.filter((key) => key !== named.key);
  }
  const left = states.filter((state) => !(state.is === 'previous' && state.retirableAt <= now));
  return left.map(({ key }) => key);
};

export const nameOf = ({ kid }: Key): string => kid ?? '(named by its thumbprint)';

/** One line for each key, without anything private. */
export const described = (keys: readonly Key[], now: Date): string[] =>
  statesOf(keys, now).map((state) => {
    if (state.is === 'signing') return `${nameOf(state.key)}  signs`;
    if (state.is === 'next')
      return `${nameOf(state.key)}  is published, and signs from ${state.signsFrom.toISOString()} on`;
    const until = state.retirableAt.toISOString();
    return state.retirableAt <= now
      ? `${nameOf(state.key)}  is no longer needed: retire it`
      : `${nameOf(state.key)}  no longer signs; its tokens verify, the last may be valid until ${until}`;
  });
