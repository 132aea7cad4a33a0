/**
 * The points between two steps of a call to the provider. A process may die at any of them; `CRASH_POINT_FILE` makes it die at the
 * one that the file names (crash-points.db.test.ts does, at each).
 */
import { type OperationKind, operationKinds } from './payment-states.ts';

const points = [
  /** Its operation is committed; the provider knows nothing of it. */
  'opened',
  /** The provider has done it and answered; nothing of that is recorded. */
  'answered',
  /** The result is recorded, with the reply to the order; what follows from it is not begun. */
  'recorded',
] as const;

export type CrashPoint = `${OperationKind}: ${(typeof points)[number]}`;

export const crashPoints: readonly CrashPoint[] = operationKinds.flatMap((kind) =>
  points.map((point): CrashPoint => `${kind}: ${point}`),
);
