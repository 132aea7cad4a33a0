/** Choices that repeat: by a seed, or by what they are about, so that leaving out a part of a case keeps the rest as it is. */

/** FNV-1a with a finalizer: neighbouring inputs get unrelated numbers. 32 bits, unsigned. */
export const hashOf = (...parts: readonly (string | number)[]): number => {
  let hash = 0x81_1c_9d_c5;
  for (const char of parts.join('\u0000')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** From 0 to 1, by what it is about. */
export const shareOf = (...parts: readonly (string | number)[]): number => hashOf(...parts) / 2 ** 32;

/** One of them, by what it is about. */
export const chosen = <T>(list: readonly T[], ...parts: readonly (string | number)[]): T => {
  const one = list[hashOf(...parts) % list.length];
  if (one === undefined) throw new Error(`nothing to choose from: ${parts.join(' ')}`);
  return one;
};

export interface Random {
  /** From 0, below the limit. */
  readonly int: (below: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
}

/** Mulberry32. */
export const randomOf = (seed: number): Random => {
  let state = hashOf(seed);
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  return {
    int,
    chance: (share) => next() < share,
    pick: (list) => {
      const one = list[int(list.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
  };
};
