/** Faults by configuration, for load: `SIMULATOR_FAULTS="decline=10%,timeout=5%"`. */
import { createHash } from 'node:crypto';

/** What each makes of a share of the calls, or of the webhooks. */
export const faultKinds = [
  /** Declines the card. */
  'decline',
  /** The effect happens, and the answer is lost. */
  'timeout',
  /** The request is lost; it arrives with its second try. */
  'lost',
  /** The request arrives 7 s late: its client has given up, and its second try has overtaken it. */
  'slow',
  /** Nothing happens, and the answer is a 500, kept under its key. */
  'error',
  /** 429, before anything happens. */
  'limit',
  /** Sends a webhook twice. */
  'duplicate',
  /** Sends a webhook 10 s late. */
  'late',
  /** Sends a webhook up to a second late, so that others overtake it. */
  'reorder',
] as const;

export type FaultKind = (typeof faultKinds)[number];
export type Faults = Readonly<Partial<Record<FaultKind, number>>>;

/** Shares between 0 and 1, or what is wrong with the text. */
export const parseFaults = (text: string): { readonly faults: Faults } | { readonly wrong: string } => {
  const faults: Partial<Record<FaultKind, number>> = {};
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [, name = '', percent] = /^\s*([a-z]+)\s*=\s*(\d{1,3}(?:\.\d+)?)%\s*$/.exec(part) ?? [];
    const kind = faultKinds.find((each) => each === name);
    if (!kind || Number(percent) > 100)
      return { wrong: `must be a list such as "decline=10%,timeout=5%", of ${faultKinds.join(', ')}` };
    faults[kind] = Number(percent) / 100;
  }
  return { faults };
};

export type Chance = (kind: FaultKind, subject: string) => boolean;

/** Decided by the seed and the subject (an idempotency key, what a webhook is about), so that the order of calls does not matter. */
export const chanceOf =
  (faults: Faults, seed: string): Chance =>
  (kind, subject) => {
    const share = faults[kind] ?? 0;
    return share > 0 && fractionOf(`${seed} ${kind} ${subject}`) < share;
  };

// 10 s late: longer than the receiver's own checks need to find out.
const lateMs = 10_000;
// Up to 1 s: a few rounds of deliveries, so that others overtake it.
const reorderedByMs = 1_000;

/** How much later than usual a webhook is sent for the first time. */
export const delayMsOf = (chance: Chance, subject: string): number => {
  if (chance('late', subject)) return lateMs;
  return chance('reorder', subject) ? Math.ceil(fractionOf(subject) * reorderedByMs) : 0;
};

/** From 0 up to 1, always the same for a text. */
const fractionOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
