/**
 * Wrong passwords, and how long they keep somebody waiting. Counted by the account's e-mail address and the client address
 * together: whoever knows the password gets in from a client address that has not guessed, whatever strangers do from
 * theirs. Also counted where there is no such account: otherwise the wait itself would tell which addresses have one.
 */
export interface SignInHistory {
  /** What this client address has done at this account. */
  readonly here: AddressHistory | undefined;
  /** What all those have done that have never signed in to it. */
  readonly strangers: Guesses | undefined;
  /** When this was read. */
  readonly now: Date;
}

export interface AddressHistory {
  /** Wrong passwords since the right one. */
  readonly failures: number;
  readonly lastFailedAt: Date | null;
  readonly lastSignedInAt: Date | null;
}

export interface Guesses {
  readonly failures: number;
  readonly since: Date;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

// Failures this old no longer count.
const memoryMs = day;
// 90 days: who shops once a season is known from home.
const knownForMs = 90 * day;

// 5: more typing errors than people make, and five guesses find next to no password. Then doubling from half a minute, to
// stay short for those who err, up to 15: about a hundred guesses a day from one address, the order of magnitude that
// NIST SP 800-63B allows.
const usual = { freeFailures: 4, firstWaitMs: 30 * second, growth: 2, longestWaitMs: 15 * minute };

// 30 in a day from addresses that are not the account's own: no family mistypes as often, so somebody guesses from many
// addresses. From then on each of these gets seven guesses a day instead of a hundred: the first at once, as ever, because
// it may be the owner's; after a wrong one 1 minute, which an owner who mistyped can wait, then four times as long each.
const manyStrangers = 30;
const underAttack = { freeFailures: 0, firstWaitMs: minute, growth: 4, longestWaitMs: day };

const isWithin = (ms: number, time: Date | null | undefined, now: Date): boolean =>
  !!time && now.getTime() - time.getTime() < ms;

const isKnown = ({ here, now }: SignInHistory): boolean => isWithin(knownForMs, here?.lastSignedInAt, now);

const isAttacked = ({ strangers, now }: SignInHistory): boolean =>
  strangers !== undefined && strangers.failures >= manyStrangers && isWithin(memoryMs, strangers.since, now);

const failuresHere = ({ here, now }: SignInHistory): number =>
  here && isWithin(memoryMs, here.lastFailedAt, now) ? here.failures : 0;

/** When the next password will be looked at; `undefined` when that is now. */
export const lockedUntil = (history: SignInHistory): Date | undefined => {
  const lastFailedAt = history.here?.lastFailedAt;
  const { freeFailures, firstWaitMs, growth, longestWaitMs } =
    isAttacked(history) && !isKnown(history) ? underAttack : usual;
  const waits = failuresHere(history) - freeFailures;
  if (!lastFailedAt || waits <= 0) return undefined;
  const until = new Date(lastFailedAt.getTime() + Math.min(firstWaitMs * growth ** (waits - 1), longestWaitMs));
  return until > history.now ? until : undefined;
};

/** With one more wrong password. */
export const afterFailure = (history: SignInHistory): AddressHistory => ({
  failures: failuresHere(history) + 1,
  lastFailedAt: history.now,
  lastSignedInAt: history.here?.lastSignedInAt ?? null,
});

/** Whether a wrong password is counted among the strangers'. Past the bound it changes nothing, and costs a write. */
export const isStrangersGuess = (history: SignInHistory): boolean => !isKnown(history) && !isAttacked(history);

/** Strangers' guesses since then still count. */
export const strangersCountSince = (now: Date): Date => new Date(now.getTime() - memoryMs);

/** With the right one. */
export const afterSuccess = ({ now }: SignInHistory): AddressHistory => ({
  failures: 0,
  lastFailedAt: null,
  lastSignedInAt: now,
});

/** From when on a history means nothing any more. */
export const forgetAt = ({ lastFailedAt, lastSignedInAt }: AddressHistory): Date =>
  new Date(
    Math.max(
      lastFailedAt ? lastFailedAt.getTime() + memoryMs : 0,
      lastSignedInAt ? lastSignedInAt.getTime() + knownForMs : 0,
    ),
  );
