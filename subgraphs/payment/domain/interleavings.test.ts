/**
 * Every handler is one step under the attempt's lock, and a call to the provider has three: it is decided on, it takes
 * effect, its answer is recorded. A crash or a lost answer is a step that does not come, or comes again. So all that
 * can happen, in any number of processes, is some order of these steps; fast-check tries thousands.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NewMessage } from '#contracts/envelope.ts';
import { newId } from '#contracts/ids.ts';
import { type Money, money } from '#contracts/money.ts';
import { anAttempt } from '#kit/payment/builders.ts';
import { type BankBehaviour, type ProviderModel, providerModel } from '#kit/payment/provider-model.ts';
import { beginPayment, type Decision, decide, isExpected } from './decide.ts';
import { type Operation, operationKey } from './operation.ts';
import type { LedgerLine, Payment } from './payment.ts';
import { type Input, isWaiting } from './payment-states.ts';
import type { AuthorizationResult, ProviderResult, RefundResult } from './provider-results.ts';
import { endRefund, requestRefund } from './refund.ts';

const now = new Date('2026-11-22T12:00:00Z');
const amount = money(5_000, 'EUR');
const attempt = anAttempt();

interface World {
  readonly provider: ProviderModel;
  payment: Payment | undefined;
  withdrawn: boolean;
  open: Operation | undefined;
  /** Refunds under way, besides. */
  openRefunds: Operation[];
  readonly keys: string[];
  readonly lines: LedgerLine[];
  readonly told: NewMessage[];
  /** Answers on their way to some process, any of which may be recorded first, or never. */
  readonly answers: { operation: Operation; answer: ProviderResult }[];
  lastCapture: Omit<Extract<Input, { kind: 'capture' }>, 'kind'> | undefined;
  readonly looks: { status: Payment['status']; answer: AuthorizationResult }[];
}

const take = (world: World, { payment, call, lines, replies }: Decision): void => {
  world.payment = payment;
  world.lines.push(...lines);
  world.told.push(...replies);
  if (!call) return;
  const earlier = world.keys.filter((key) => key.includes(call.kind)).length;
  world.keys.push(call.kind);
  const opened = {
    ...call,
    key: operationKey(attempt.attemptId, call.kind, earlier),
    payment,
    tries: 0,
    keyedAt: now,
    looksFirst: false,
  };
  if (call.refundId) {
    world.openRefunds.push(opened);
    return;
  }
  expect(world.open, 'two operations open at once').toBeUndefined();
  world.open = opened;
};

const command = (
  world: World,
  input: Extract<Input, { kind: 'authorize' | 'capture' | 'cancel' | 'confirm' }>,
): void => {
  const { payment } = world;
  if (payment) {
    if (isExpected(payment, input.kind)) take(world, decide(payment, input, now));
  } else if (input.kind === 'authorize') {
    const beginning = {
      ...attempt,
      customerId: newId('User'),
      amount,
      provider: 'model',
      correlationId: 'r',
      method: { token: 't' },
    };
    take(world, beginPayment(beginning, { id: newId('Payment'), now, withdrawn: world.withdrawn }));
  } else if (input.kind === 'cancel') world.withdrawn = true;
};

const steps = {
  authorize: (world: World) => command(world, { kind: 'authorize' }),
  capture: (world: World) => command(world, { kind: 'capture', amount }),
  /** In parts: one, the last one, or the same message again. */
  captureSome: (world: World, which: number) => {
    const capturedBefore = world.payment?.captured ?? 0;
    const next = [
      { amount: money(1_500, 'EUR'), isFinal: false, capturedBefore },
      { amount: money(2_000, 'EUR'), isFinal: true, capturedBefore },
      world.lastCapture,
    ][which % 3];
    if (!next) return;
    world.lastCapture = next;
    command(world, { kind: 'capture', ...next });
  },
  cancel: (world: World) => command(world, { kind: 'cancel' }),
  confirm: (world: World) => command(world, { kind: 'confirm', code: 'approve' }),
  /** Somebody makes the open call: the first time, or again because nobody knows how it went. */
  call: ({ open, openRefunds, provider, answers }: World, which: number) => {
    const opened = [...(open ? [open] : []), ...openRefunds];
    const operation = opened[which % Math.max(opened.length, 1)];
    if (operation) answers.push({ operation, answer: provider.perform(operation) });
  },
  record: (world: World, which: number) => {
    const [arrived] = world.answers.splice(which % Math.max(world.answers.length, 1), 1);
    if (!arrived || !world.payment) return;
    const { key, refundId, amount: refunded } = arrived.operation;
    if (refundId && refunded) {
      if (!world.openRefunds.some((open) => open.key === key)) return;
      world.openRefunds = world.openRefunds.filter((open) => open.key !== key);
      take(world, endRefund(world.payment, { id: refundId, amount: refunded }, arrived.answer as RefundResult, now));
    } else if (world.open?.key === key) {
      world.open = undefined;
      take(world, decide(world.payment, arrived.answer, now));
    }
  },
  /** A part, all of it, or more than there is. */
  refund: (world: World, which: number) => {
    if (!world.payment) return;
    const part = money([500, 1_999, 3_001, 5_000, 6_000][which % 5] as number, 'EUR');
    const request = { id: newId('Refund'), amount: part, requestedBy: 'ORDER', reason: 'returned' } as const;
    const requested = requestRefund(world.payment, request, now);
    if (requested.ok) take(world, requested.value);
  },
  loseAnAnswer: ({ answers }: World, which: number) => void answers.splice(which % Math.max(answers.length, 1), 1),
  settle: ({ provider }: World) => provider.settle(),
  look: ({ payment, provider, looks }: World) => {
    if (payment && isWaiting(payment.status)) looks.push({ status: payment.status, answer: provider.look() });
  },
  recordLook: (world: World, which: number) => {
    const [seen] = world.looks.splice(which % Math.max(world.looks.length, 1), 1);
    if (!seen || world.payment?.status !== seen.status || !isWaiting(seen.status)) return;
    take(world, decide(world.payment, seen.answer, now));
  },
};

type StepName = keyof typeof steps;
const names = Object.keys(steps) as StepName[];

const temper: fc.Arbitrary<BankBehaviour> = fc.record({
  onAuthorize: fc.constantFrom('approve', 'approve', 'decline', 'requireAction', 'process'),
  settles: fc.boolean(),
  refusesCapture: fc.boolean(),
  refusesUndo: fc.constantFrom(0, 0, 0, 1),
});

const schedule = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(5)), { maxLength: 40 });

const newWorld = (bank: BankBehaviour): World => ({
  ...{ provider: providerModel(bank, amount), payment: undefined, withdrawn: false, open: undefined },
  ...{ openRefunds: [], keys: [], lines: [], told: [], answers: [], looks: [], lastCapture: undefined },
});

/** The sweeps do their work until there is none, and the outside world has nothing left to say. */
const quieten = (world: World): void => {
  const isBusy = () => world.open || world.openRefunds.length > 0 || (world.payment && isWaiting(world.payment.status));
  for (let round = 0; isBusy(); round++) {
    if (round > 100) throw new Error(`still busy: ${world.payment?.status}`);
    steps.settle(world);
    world.answers.length = 0;
    world.looks.length = 0;
    steps.call(world, 0);
    steps.record(world, 0);
    steps.look(world);
    steps.recordLook(world, 0);
  }
};

const booked = ({ lines }: World): string[] => lines.map((line) => `${line.kind} ${line.amount.amount}`);
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
