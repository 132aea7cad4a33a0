/**
 * What is refused although it has not expired: access tokens of ended sessions and changed accounts, revoked API keys.
 * A denial says: nothing that was issued to this subject until then.
 */

/** What a token or a key was issued to, and when. */
export interface Issued {
  /** A session and its owner, or an API key. */
  readonly to: readonly string[];
  /** In milliseconds. Absent for API keys, which are refused whenever they were issued. */
  readonly at?: number;
}

interface Denial {
  readonly subject: string;
  /** In milliseconds. */
  readonly issuedBefore: number;
}

export interface DenialList {
  /** A Map lookup for each subject: every request asks. */
  isDenied(issued: Issued): boolean;
  /** Refuses everything of the subject that was issued until then. Returns whether that refuses more than before. */
  add(denials: readonly Denial[]): boolean;
  /** Refuses every token issued until then. */
  raiseFloor(issuedBefore: number): boolean;
  /** Forgets denials of what has expired by now. */
  forgetExpired(now: number): void;
  size(): number;
  /** Undefined while denials of single subjects say it all. */
  floor(): number | undefined;
}

interface DenialListBounds {
  readonly denials: number;
  /** How long a denial matters: the life of what it denies. */
  readonly keptMs: number;
}

/** When there are too many, the oldest tenth becomes a floor: forgetting one would admit what it denies. */
const floorShare = 0.1;

export const denialList = ({ denials: most, keptMs }: DenialListBounds): DenialList => {
  const issuedBefore = new Map<string, number>();
  let floor = Number.NEGATIVE_INFINITY;

  const add = ({ subject, issuedBefore: until }: Denial): boolean => {
    const known = issuedBefore.get(subject);
    if (known !== undefined && known >= until) return false;
    if (until <= floor && !isApiKey(subject)) return false;
    issuedBefore.set(subject, until);
    return true;
  };
  const raiseFloor = (until: number): boolean => {
    if (until <= floor) return false;
    floor = until;
    for (const [subject, before] of issuedBefore)
      if (before <= floor && !isApiKey(subject)) issuedBefore.delete(subject);
    return true;
  };
  const makeRoom = (): void => {
    if (issuedBefore.size <= most) return;
    const oldestFirst = Float64Array.from(issuedBefore.values()).sort();
    raiseFloor(oldestFirst[issuedBefore.size - Math.ceil(most * (1 - floorShare)) - 1] ?? floor);
  };

  return {
    isDenied: ({ to, at }) => {
      if (at !== undefined && at <= floor) return true;
      for (const subject of to) {
        const before = issuedBefore.get(subject);
        if (before !== undefined && (at === undefined || at <= before)) return true;
      }
      return false;
    },
    add: (denials) => {
      let isNews = false;
      for (const denial of denials) isNews = add(denial) || isNews;
      makeRoom();
      return isNews;
    },
    raiseFloor,
    forgetExpired: (now) => {
      if (floor + keptMs < now) floor = Number.NEGATIVE_INFINITY;
      for (const [subject, before] of issuedBefore) if (before + keptMs < now) issuedBefore.delete(subject);
    },
    size: () => issuedBefore.size,
    floor: () => (floor === Number.NEGATIVE_INFINITY ? undefined : floor),
  };
};

// A floor is about the time of issue, which API keys do not have. Only administrators revoke them, so they stay few.
const isApiKey = (subject: string): boolean => subject.startsWith('key_');
