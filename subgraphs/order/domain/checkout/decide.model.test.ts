/**
 * The checkout against models of its neighbours, over a network that delivers in any order, twice, late or not at all, while
 * people cancel, pay and sign in, payment captures another amount than requested, staff capture, void and refund by hand, banks
 * call money back, and time runs out. Once the dust has settled, the order has ended, stock and money agree with it, it is
 * paid by the customer whose it is, and says of its payment what is so.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeldOrSold } from './model-neighbours.fixture.ts';
import { handKinds, isHeldOrTaken, kept } from './model-payment.fixture.ts';
import { type Incident, kinds, run, settle, start, userId, type World } from './model-world.fixture.ts';
import { type OrderStatus, type PaymentStatus, paymentStatuses, steps } from './steps.ts';

const method = fc.constantFrom('tok_approve', 'tok_approve', 'offline_transfer', 'none');

const incident: fc.Arbitrary<Incident> = fc.record({
  // Mostly the network does its work; otherwise few checkouts would get beyond the first step.
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('deliver' as const) },
    { weight: 7, arbitrary: fc.constantFrom(...kinds) },
    { weight: 5, arbitrary: fc.constantFrom(...handKinds) },
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
  expect([...others.money.values()].filter((money) => kept(money) > 0).length).toBeLessThanOrEqual(1);
};

const checkPayment = ({ order, others, toldRefunded }: World) => {
  const { payment, total } = order;
  const { captured = 0, refunded = 0, openDisputes = 0 } = others.money.get(order.attempt.id) ?? {};
  expect(payment).toMatchObject({ captured, refunded, openDisputes });
  expect(toldRefunded).toBe(refunded);
  const isReturned = refunded === captured ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  const isTaken = captured === total.amount ? 'PAID' : 'AUTHORIZED';
  if (total.amount === 0) expect(others.money.size).toBe(0);
  if (captured > 0) expect(payment.status).toBe(refunded > 0 ? isReturned : isTaken);
  else expect(['NONE', 'VOIDED', 'DECLINED']).toContain(payment.status);
};

const checkAgreement = ({ order, others, attempts }: World) => {
  expect(['CONFIRMED', 'REJECTED', 'CANCELLED']).toContain(order.status);
  expect(order.customerId).toBe(userId);
  for (const id of attempts) {
    expect(others.payers.get(id) ?? userId).toBe(userId);
    const isPaid = order.status === 'CONFIRMED' && id === order.attempt.id;
    if (isPaid)
      expect([others.stock.get(id), others.money.get(id)?.captured ?? 0]).toEqual(['COMMITTED', order.total.amount]);
    else expect([isHeldOrSold(others.stock.get(id)), isHeldOrTaken(others.money.get(id))]).toEqual([false, false]);
  }
};

describe('whatever the network, the neighbours and people do', () => {
  const been = new Set<OrderStatus>();
  const paid = new Set<PaymentStatus>();

  it('the order ends, and stock and money agree with it', () => {
    fc.assert(
      // Every second story begins where the order has been paid, or is on its way there: that is where money moves.
      fc.property(method, fc.boolean(), fc.array(incident, { maxLength: 60 }), (token, isSmooth, story) => {
        const world = start(token);
        if (isSmooth) for (let step = 0; step < 10; step++) run(world, { kind: 'deliver', pick: 0, luck: 'good' });
        for (const part of story) {
          run(world, part);
          checkOrder(world);
          checkNeverChargedTwice(world);
        }
        settle(world);
        checkAgreement(world);
        checkPayment(world);
        for (const payment of world.paid) paid.add(payment);
        for (const status of world.been) been.add(status);
      }),
      { numRuns: 3_000 },
    );
    // 3,000 stories take 3 s of CPU; a machine that does much else needs more than the 20 s of other tests.
  }, 120_000);

  it('and the generated stories led through every status', () => {
    expect([...been].toSorted()).toEqual(Object.keys(steps).toSorted());
    expect([...paid].toSorted()).toEqual(paymentStatuses.toSorted());
  });
});
