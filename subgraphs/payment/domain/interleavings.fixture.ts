/**
 * Every handler is one step under the attempt's lock, and a call to the provider has three: it is decided on, it takes
 * effect, its answer is recorded. A crash or a lost answer is a step that does not come, or comes again. So all that
 * can happen, in any number of processes, is some order of these steps; fast-check tries thousands.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { NewMessage } from '#contracts/envelope.ts';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { anAttempt } from '#kit/payment/builders.ts';
import { type BankBehaviour, type ProviderModel, providerModel } from '#kit/payment/provider-model.ts';
import { beginPayment, type Decision, decide, isExpected } from './decide.ts';
import { observe, type Recorded, whenToObserve } from './observe.ts';
import { type Operation, operationKey } from './operation.ts';
import type { LedgerLine, Payment } from './payment.ts';
import { type Input, isWaiting } from './payment-states.ts';
import type { AuthorizationResult, ProviderResult, ProviderState, RefundResult } from './provider-results.ts';
import { endRefund, requestRefund } from './refund.ts';

const now = new Date('2026-11-22T12:00:00Z');
export const amount = money(5_000, 'EUR');
const attempt = anAttempt();

export interface World {
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
  /** What is recorded of refunds and disputes, besides the payment. */
  recorded: Recorded;
  /** All that the provider knew at some time, on its way to some process. */
  readonly sights: ProviderState[];
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

export const steps = {
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
    const { key, kind, refundId, amount: refunded } = arrived.operation;
    if (refundId && refunded) {
      if (!world.openRefunds.some((open) => open.key === key)) return;
      world.openRefunds = world.openRefunds.filter((open) => open.key !== key);
      const state = arrived.answer.kind === 'refunded' ? 'SUCCEEDED' : 'FAILED';
      const refunds = world.recorded.refunds.map((it) => (it.id === refundId ? ({ ...it, state } as const) : it));
      world.recorded = { ...world.recorded, refunds };
      take(world, endRefund(world.payment, { id: refundId, amount: refunded }, arrived.answer as RefundResult, now));
    } else if (world.open?.key === key) {
      world.open = undefined;
      if (kind === 'REFUND' && refunded && arrived.answer.kind === 'refunded')
        world.recorded = { ...world.recorded, undoings: [...world.recorded.undoings, { key, amount: refunded }] };
      take(world, decide(world.payment, arrived.answer, now));
    }
  },
  /** A part, all of it, or more than there is. */
  refund: (world: World, which: number) => {
    if (!world.payment) return;
    const part = money([500, 1_999, 3_001, 5_000, 6_000][which % 5] as number, 'EUR');
    const request = { id: newId('Refund'), amount: part, requestedBy: 'ORDER', reason: 'returned' } as const;
    const requested = requestRefund(world.payment, request, now);
    if (!requested.ok) return;
    take(world, requested.value);
    const operationKeys = world.openRefunds.slice(-1).map(({ key }) => key);
    const refunds = [...world.recorded.refunds, { ...requested.value.refund, operationKeys }];
    world.recorded = { ...world.recorded, refunds };
  },
  loseAnAnswer: ({ answers }: World, which: number) => void answers.splice(which % Math.max(answers.length, 1), 1),
  settle: ({ provider }: World) => provider.settle(),
  look: ({ payment, provider, looks }: World) => {
    if (payment && isWaiting(payment.status)) looks.push({ status: payment.status, answer: provider.look() });
  },
  /** Somebody looks at all that the provider knows; it may be recorded late, or never. */
  sight: ({ provider, sights }: World) => {
    const state = provider.state();
    if (state) sights.push(state);
  },
  recordSight: (world: World, which: number) => {
    const [state] = world.sights.splice(which % Math.max(world.sights.length, 1), 1);
    if (!state || !world.payment || whenToObserve(world.payment) !== 'now') return;
    const seen = observe(world.payment, state, world.recorded, {
      ...{ now, newRefundId: () => newId('Refund'), newDisputeId: () => newId('Dispute') },
    });
    take(world, seen);
    const { refunds, disputes, undoings } = world.recorded;
    const changed = (ids: readonly { readonly id: string }[]) => new Set(ids.map(({ id }) => id));
    const keysOf = (id: string) => refunds.find((it) => it.id === id)?.operationKeys ?? [];
    world.recorded = {
      undoings,
      refunds: [
        ...refunds.filter(({ id }) => !changed(seen.refunds).has(id)),
        ...seen.refunds.map((refund) => ({ ...refund, operationKeys: keysOf(refund.id) })),
      ],
      disputes: [...disputes.filter(({ id }) => !changed(seen.disputes).has(id)), ...seen.disputes],
    };
  },
  recordLook: (world: World, which: number) => {
    const [seen] = world.looks.splice(which % Math.max(world.looks.length, 1), 1);
    if (!seen || world.payment?.status !== seen.status || !isWaiting(seen.status)) return;
    take(world, decide(world.payment, seen.answer, now));
  },
};

export type StepName = keyof typeof steps;
const names = Object.keys(steps) as StepName[];

export const temper: fc.Arbitrary<BankBehaviour> = fc.record({
  onAuthorize: fc.constantFrom('approve', 'approve', 'decline', 'requireAction', 'process'),
  settles: fc.boolean(),
  refusesCapture: fc.boolean(),
  refusesUndo: fc.constantFrom(0, 0, 0, 1),
});

export const schedule = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(5)), { maxLength: 40 });

export const newWorld = (bank: BankBehaviour): World => ({
  ...{ provider: providerModel(bank, amount), payment: undefined, withdrawn: false, open: undefined },
  ...{
    openRefunds: [],
    keys: [],
    lines: [],
    told: [],
    answers: [],
    looks: [],
    sights: [],
    recorded: { refunds: [], disputes: [], undoings: [] },
    lastCapture: undefined,
  },
});

/** The sweeps do their work until there is none, and the outside world has nothing left to say. */
export const quieten = (world: World): void => {
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

export const booked = ({ lines }: World): string[] => lines.map((line) => `${line.kind} ${line.amount.amount}`);
