/** Every order of the steps of interleavings.fixture.ts: nobody is charged twice, and our books say what the provider did. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Money } from '#contracts/money.ts';
import {
  amount,
  booked,
  newWorld,
  quieten,
  type StepName,
  schedule,
  steps,
  temper,
  type World,
} from './interleavings.fixture.ts';

const total = (effects: readonly string[], kind: string): number =>
  effects.filter((effect) => effect.startsWith(kind)).reduce((sum, effect) => sum + Number(effect.split(' ')[1]), 0);
const count = (effects: readonly string[], kind: string): number =>
  effects.filter((effect) => effect.startsWith(kind)).length;

const holdsAlways = ({ provider, payment, told }: World): void => {
  expect(count(provider.effects, 'AUTHORIZATION')).toBeLessThanOrEqual(1);
  expect(total(provider.effects, 'CAPTURE')).toBeLessThanOrEqual(amount.amount);
  if (told.some(({ type }) => type === 'payment.cancelled')) expect(provider.inHand()).toBe(0);
  // What is said to be held or taken is, to the cent.
  for (const { type, data } of told) {
    if (type === 'payment.authorized') expect(provider.effects).toContain('AUTHORIZATION 5000');
    if (type === 'payment.authorized') expect(data).toMatchObject({ amount });
    if (type !== 'payment.captured') continue;
    const captured = (data as { amount: Money }).amount.amount;
    expect(captured).toBeGreaterThan(0);
    expect(captured).toBeLessThanOrEqual(total(provider.effects, 'CAPTURE'));
  }
  if (payment) {
    expect(payment.captured).toBeLessThanOrEqual(payment.authorized);
    expect(payment.refunded + payment.refunding).toBeLessThanOrEqual(payment.captured);
    expect(payment.refunding).toBeGreaterThanOrEqual(0);
  }
};

test('in any order of steps nobody is charged twice, and "cancelled" means that nothing is held or captured', () => {
  fc.assert(
    fc.property(temper, schedule, (bank, order) => {
      const world = newWorld(bank);
      for (const [name, which] of order) {
        steps[name](world, which);
        holdsAlways(world);
      }
      quieten(world);
      holdsAlways(world);
      expect(booked(world).sort()).toEqual([...world.provider.effects].sort());
    }),
    { numRuns: 3_000 },
  );
});

test('a cancel at any point ends with nothing held or captured and a reply, or with a reply that the bank refused', () => {
  fc.assert(
    fc.property(temper, schedule, (bank, order) => {
      const world = newWorld(bank);
      for (const [name, which] of order) steps[name](world, which);
      steps.cancel(world);
      quieten(world);
      if (!world.payment) {
        expect(world.withdrawn).toBe(true);
        return;
      }
      const lastWord = world.told.at(-1)?.type;
      if (lastWord === 'payment.cancel-failed') {
        expect(bank.refusesUndo).toBe(1);
        // Somebody has looked, and it is asked for again.
        steps.cancel(world);
        quieten(world);
      }
      expect(world.told.at(-1)?.type).toBe('payment.cancelled');
      expect(world.provider.inHand()).toBe(0);
      expect(booked(world).sort()).toEqual([...world.provider.effects].sort());
    }),
    { numRuns: 3_000 },
  );
});

test('refunds in any number and order, with a cancel among them, give back what was captured and no more', () => {
  const afterwards = fc.constantFrom('refund', 'refund', 'call', 'record', 'loseAnAnswer', 'cancel');
  fc.assert(
    fc.property(fc.nat(2), fc.array(fc.tuple(afterwards, fc.nat(5)), { maxLength: 40 }), (refusesUndo, order) => {
      const world = newWorld({ onAuthorize: 'approve', settles: true, refusesCapture: false, refusesUndo });
      steps.authorize(world);
      quieten(world);
      steps.capture(world);
      quieten(world);
      for (const [name, which] of order) {
        steps[name as StepName](world, which);
        holdsAlways(world);
      }
      quieten(world);
      expect(booked(world).sort()).toEqual([...world.provider.effects].sort());
      const { payment, told } = world;
      const refunds = told.filter(({ type }) => type === 'payment.refunded');
      expect(payment).toMatchObject({ captured: 5_000, refunding: 0 });
      expect(world.provider.inHand()).toBe(5_000 - (payment?.refunded ?? 0));
      const whole = payment?.refunded === 5_000;
      expect(payment?.status === 'REFUNDED').toBe(whole);
      // Each names what the attempt had come to, so that the greatest says how it stands.
      const totals = refunds.map(
        ({ data }) => (data as { totals: { refunded: { amount: number } } }).totals.refunded.amount,
      );
      expect(totals).toEqual(totals.toSorted((one, other) => one - other));
    }),
    { numRuns: 500 },
  );
});

test('an authorization and a capture without a cancel end with the money captured, however many answers were lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('call', 'loseAnAnswer', 'record', 'authorize'), { maxLength: 20 }),
      (order) => {
        const world = newWorld({ onAuthorize: 'approve', settles: true, refusesCapture: false, refusesUndo: 0 });
        steps.authorize(world);
        for (const name of order) steps[name as StepName](world, 0);
        quieten(world);
        steps.capture(world);
        for (const name of order) steps[name as StepName](world, 0);
        quieten(world);
        expect(world.provider.effects).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
        expect(world.payment?.status).toBe('CAPTURED');
      },
    ),
  );
});

test('what moves at the provider by itself, among all that we ask of it, is in the books after one more look', () => {
  const moves: Record<string, (world: World, which: number) => unknown> = {
    // Before that there is nobody here who knows of a hold.
    expire: ({ provider, payment }) => payment && payment.authorized > 0 && provider.byItself.expire(),
    refundByHand: ({ provider }, which) => provider.byItself.refund(700 * (which + 1)),
    dispute: ({ provider }, which) => provider.byItself.dispute(900 * (which + 1)),
    win: ({ provider }, which) => provider.byItself.closeDispute(which, 'WON'),
    lose: ({ provider }, which) => provider.byItself.closeDispute(which, 'LOST'),
    // One made by hand that nobody has seen succeed has moved nothing for us.
    failRefund: ({ provider, recorded: { refunds } }, which) => {
      const made = provider.state()?.refunds.at(-which % 2);
      if (made && (made.operationKey !== null || refunds.some(({ reference }) => reference === made.reference)))
        provider.byItself.failRefund(made.reference);
    },
  };
  const all: typeof moves = { ...steps, ...moves };
  const anyOrder = fc.array(fc.tuple(fc.constantFrom(...Object.keys(all)), fc.nat(5)), { maxLength: 60 });
  fc.assert(
    fc.property(temper, fc.constantFrom('authorize', 'capture', 'cancel'), anyOrder, (bank, begun, order) => {
      const world = newWorld(bank);
      // As far as that without a disturbance.
      for (const name of ['authorize', 'capture', 'cancel'] as const) {
        steps[name](world);
        for (const next of ['call', 'record', 'call', 'record'] as const) steps[next](world, 0);
        if (name === begun) break;
      }
      for (const [name, which] of order) all[name]?.(world, which);
      quieten(world);
      world.sights.length = 0;
      steps.sight(world);
      steps.recordSight(world, 0);
      expect(booked(world).toSorted()).toEqual(world.provider.effects.toSorted());
      const { payment } = world;
      if (payment) expect(payment.captured).toBeLessThanOrEqual(payment.authorized);
      if (payment?.status === 'REFUNDED')
        expect(payment.captured).toBeLessThanOrEqual(payment.refunded + payment.disputed);
    }),
    { numRuns: 3_000 },
  );
});
