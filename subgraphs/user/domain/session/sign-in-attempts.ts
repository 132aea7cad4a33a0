/**
 * Wrong passwords, and how long they make a client wait. Counted per account e-mail and client address: the owner gets in
 * from an address that has not guessed, whatever strangers do from theirs. Also counted where there is no such account:
 * otherwise the wait itself would reveal which addresses have one.
 */
export interface SignInHistory {
  /** What this client address has tried at this account. */
  readonly here: AddressHistory | undefined;
  /** What all addresses have tried that have never signed in to it. */
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

// Older failures no longer count.
const memoryMs = day;
// 90 days: a customer who shops once a season is still known at home.
const knownForMs = 90 * day;

// 4 free: more typing errors than people make, and five guesses find almost no password. Then doubling from half a minute,
// short for people who mistype, up to 15 minutes: about a hundred guesses a day from one address, the order of magnitude
// that NIST SP 800-63B allows.
const usual = { freeFailures: 4, firstWaitMs: 30 * second, growth: 2, longestWaitMs: 15 * minute };

// 30 in a day from addresses unknown to the account: no family mistypes that often, so this is a distributed attack. From
// then on each such address gets seven guesses a day instead of a hundred: the first at once, because it may be the owner;
// after a wrong one 1 minute, acceptable for an owner who mistyped, then four times as long each.
const manyStrangers = 30;
const underAttack = { freeFailures: 0, firstWaitMs: minute, growth: 4, longestWaitMs: day };

const isWithin = (ms: number, time: Date | null | undefined, now: Date): boolean =>
  !!time && now.getTime() - time.getTime() < ms;

const isKnown = ({ here, now }: SignInHistory): boolean => isWithin(knownForMs, here?.lastSignedInAt, now);

const isAttacked = ({ strangers, now }: SignInHistory): boolean =>
  strangers !== undefined && strangers.failures >= manyStrangers && isWithin(memoryMs, strangers.since, now);

const failuresHere = ({ here, now }: SignInHistory): number =>
  here && isWithin(memoryMs, here.lastFailedAt, now) ? here.failures : 0;

/** When the next password will be accepted for checking; `undefined` when that is now. */
export const lockedUntil = (history: SignInHistory): Date | undefined => {
  const lastFailedAt = history.here?.lastFailedAt;
  const { freeFailures, firstWaitMs, growth, longestWaitMs } =
    isAttacked(history) && !isKnown(history) ? underAttack : usual;
  const waits = failuresHere(history) - freeFailures;
  if (!lastFailedAt || waits <= 0) return undefined;
  const until = new Date(lastFailedAt.getTime() + Math.min(firstWaitMs * growth ** (waits - 1), longestWaitMs));
  return until > history.now ? until : undefined;
};

/** The history after one more wrong password. */
export const afterFailure = (history: SignInHistory): AddressHistory => ({
  failures: failuresHere(history) + 1,
  lastFailedAt: history.now,
  lastSignedInAt: history.here?.lastSignedInAt ?? null,
});

/** Whether a wrong password counts as a stranger's. Beyond the bound it would change nothing and cost a write. */
export const isStrangersGuess = (history: SignInHistory): boolean => !isKnown(history) && !isAttacked(history);

/** Strangers' guesses since this time still count. */
export const strangersCountSince = (now: Date): Date => new Date(now.getTime() - memoryMs);

/** The history after the right password. */
export const afterSuccess = ({ now }: SignInHistory): AddressHistory => ({
  failures: 0,
  lastFailedAt: null,
  lastSignedInAt: now,
});

/** When a history becomes meaningless. */
export const forgetAt = ({ lastFailedAt, lastSignedInAt }: AddressHistory): Date =>
  new Date(
    Math.max(
      lastFailedAt ? lastFailedAt.getTime() + memoryMs : 0,
      lastSignedInAt ? lastSignedInAt.getTime() + knownForMs : 0,
    ),
  );
