/**
 * The checkout against models of its neighbours, over a network that delivers in any order, twice, late or not at all, while
 * people cancel, pay and sign in, payment captures another amount than requested, and time runs out. Once the dust has settled,
 * the order has ended, stock and money agree with it, and it is paid by the customer whose it is.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeldOrSold, isHeldOrTaken } from './model-neighbours.fixture.ts';
import { type Incident, kinds, run, settle, start, userId, type World } from './model-world.fixture.ts';
import { type OrderStatus, steps } from './steps.ts';

const incident: fc.Arbitrary<Incident> = fc.record({
  // Mostly the network does its work; otherwise few checkouts would get beyond the first step.
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('deliver' as const) },
    { weight: 9, arbitrary: fc.constantFrom(...kinds) },
  ),
  pick: fc.nat({ max: 20 }),
  luck: fc.oneof(
    { weight: 3, arbitrary: fc.constant('good' as const) },
    fc.constantFrom('bad' as const, 'odd' as const),
  ),
});

const checkOrder = ({ order }: World) => {
  const isWell = ['PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'CONFIRMED'].includes(order.status);
  expect(order.failure === null).toBe(isWell);
  expect(order.step.deadline !== null).toBe(steps[order.status].waits !== undefined);
  expect(order.undo.length > 0).toBe(order.status === 'COMPENSATING' || order.status === 'NEEDS_ATTENTION');
};

const checkNeverChargedTwice = ({ others }: World) => {
  expect([...others.money.values()].filter((money) => money?.startsWith('CAPTURED')).length).toBeLessThanOrEqual(1);
};

const checkAgreement = ({ order, others, attempts }: World) => {
  expect(['CONFIRMED', 'REJECTED', 'CANCELLED']).toContain(order.status);
  expect(order.customerId).toBe(userId);
  for (const id of attempts) {
    expect(others.payers.get(id) ?? userId).toBe(userId);
    const isPaid = order.status === 'CONFIRMED' && id === order.attempt.id;
    if (isPaid) expect([others.stock.get(id), others.money.get(id)]).toEqual(['COMMITTED', 'CAPTURED']);
    else expect([isHeldOrSold(others.stock.get(id)), isHeldOrTaken(others.money.get(id))]).toEqual([false, false]);
  }
};

describe('whatever the network, the neighbours and people do', () => {
  const been = new Set<OrderStatus>();

  it('the order ends, and stock and money agree with it', () => {
    fc.assert(
      fc.property(fc.array(incident, { maxLength: 60 }), (story) => {
        const world = start();
        for (const part of story) {
          run(world, part);
          checkOrder(world);
          checkNeverChargedTwice(world);
        }
        settle(world);
        checkAgreement(world);
        for (const status of world.been) been.add(status);
      }),
      { numRuns: 3_000 },
    );
  });

  it('and the generated stories led through every status', () => {
    expect([...been].toSorted()).toEqual(Object.keys(steps).toSorted());
  });
});
