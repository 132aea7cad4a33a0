/** What a look at a thing means for those who wait for it. Pure. */
import type { Look } from './snapshots.ts';

export interface Verdict {
  /**
   * `shown`: that is how it is now. `final`: and so it stays. `unreachable`: it cannot be looked at now.
   * `over`: there is nothing to look at, or not for this viewer; asking again would not help.
   */
  readonly kind: 'shown' | 'final' | 'unreachable' | 'over';
  /** False when a part is missing that may be there at the next look. */
  readonly isWhole: boolean;
}

/** Codes of what passes by itself. Any other is the caller's business. */
const passing = new Set<unknown>([
  'SUBGRAPH_UNAVAILABLE',
  'SUBGRAPH_CIRCUIT_OPEN',
  'SUBGRAPH_OVERLOADED',
  'TOO_MANY_REQUESTS',
  'RESOURCE_BUSY',
  'SUBGRAPH_BAD_RESPONSE',
  'GATEWAY_TIMEOUT',
  'INTERNAL_SERVER_ERROR',
]);

export const judge = ({ snapshot, thing }: Look): Verdict => {
  const isWhole = !snapshot.errors?.some(({ extensions }) => passing.has(extensions?.code));
  if (!thing) return { kind: isWhole ? 'over' : 'unreachable', isWhole };
  return { kind: thing.isFinal && isWhole ? 'final' : 'shown', isWhole };
};
