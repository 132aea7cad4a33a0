import { describe, expect, it } from 'vitest';
import {
  type CompensationTarget,
  checkoutSteps,
  type OrderStatus,
  orderStatuses,
  path,
  steps,
  type Transition,
  touchedBy,
  type undos,
} from './steps.ts';

const compensationTargets: CompensationTarget[] = ['PAYMENT_FAILED', 'CANCELLED'];

const leadsTo = (from: OrderStatus, transition: Transition): OrderStatus[] => {
  if ('to' in transition) return [transition.to, ...(transition.whenFree ? [transition.whenFree] : [])];
  if ('compensateTo' in transition || 'resume' in transition) return ['COMPENSATING'];
  if ('nextUndo' in transition) return ['COMPENSATING', ...compensationTargets];
  if ('park' in transition || 'parkBeforeNext' in transition || 'parkThenCompensateTo' in transition)
    return ['NEEDS_ATTENTION'];
  return 'retry' in transition ? [from, ...leadsTo(from, transition.otherwise)] : [from];
};
const successors = (status: OrderStatus) =>
  Object.values(steps[status].on).flatMap((transition) => leadsTo(status, transition));

const reachableFrom = (start: OrderStatus): Set<OrderStatus> => {
  const seen = new Set<OrderStatus>([start]);
  for (const status of seen) for (const next of successors(status)) seen.add(next);
  return seen;
};

describe("the checkout's table", () => {
  it('reaches every status from PLACED', () => {
    expect([...reachableFrom('PLACED')].toSorted()).toEqual(orderStatuses.toSorted());
  });

  it('has exactly two statuses that nothing leaves', () => {
    expect(orderStatuses.filter((status) => successors(status).length === 0)).toEqual(['REJECTED', 'CANCELLED']);
  });

  it('can get to an end from everywhere', () => {
    const ends: OrderStatus[] = ['CONFIRMED', 'REJECTED', 'CANCELLED'];
    for (const status of orderStatuses) expect([...reachableFrom(status)].some((it) => ends.includes(it))).toBe(true);
  });

  it('gives every status that waits a time-out, and a time-out to nothing else', () => {
    for (const status of orderStatuses)
      expect([status, 'timedOut' in checkoutSteps[status].on]).toEqual([status, 'waits' in checkoutSteps[status]]);
  });

  it('knows how to undo every command that changes something elsewhere', () => {
    for (const { sends, undo } of Object.values(steps)) expect(sends === undefined).toBe(undo === undefined);
    for (const status of path.filter((it) => steps[it].undo))
      expect(touchedBy(status)).toContain(steps[status].undo as keyof typeof undos);
  });

  it('undoes the money before the goods', () => {
    expect(touchedBy('PLACED')).toEqual(['stock']);
    for (const status of path.slice(1)) expect(touchedBy(status)).toEqual(['payment', 'stock']);
    for (const status of path) expect(touchedBy(status, true)).toEqual(['stock']);
  });

  it('has nothing that says no: a cell is there, or it is not', () => {
    expect(JSON.stringify(checkoutSteps)).not.toContain('false');
  });

  it('can be undone wherever it can be cancelled', () => {
    for (const status of orderStatuses.filter((it) => 'cancelRequested' in checkoutSteps[it].on))
      expect(touchedBy(status).length > 0 || steps[status].isTerminal).toBe(true);
  });
});
