import { describe, expect, test } from 'vitest';
import {
  type InputKind,
  type OperationKind,
  overStatuses,
  type PaymentStatus,
  paymentStates,
  paymentStatuses,
  publicStatus,
  type Reply,
  type Step,
} from './payment-states.ts';

const answersTo: Record<OperationKind, readonly InputKind[]> = {
  AUTHORIZE: ['approved', 'declined', 'actionRequired', 'processing', 'awaitingFunds'],
  CONFIRM: ['approved', 'declined', 'actionRequired', 'processing'],
  CAPTURE: ['captured', 'partlyCaptured', 'captureRefused'],
  VOID: ['voided', 'restVoided', 'voidRefused'],
  REFUND: ['refunded', 'refundRefused'],
};

const cells = paymentStatuses.flatMap((status) =>
  Object.entries(paymentStates[status] as Record<string, Step>).map(([input, step]) => ({
    status,
    input: input as InputKind,
    step,
  })),
);

/** The operation that each status may have open: the one it opened on entering, or had when a cancel came. */
const operationsOpenIn = (): Map<PaymentStatus, Set<OperationKind>> => {
  const open = new Map(paymentStatuses.map((status) => [status, new Set<OperationKind>()]));
  open.get('AUTHORIZING')?.add('AUTHORIZE');
  for (let changed = true; changed; ) {
    changed = false;
    for (const { status, input, step } of cells) {
      const isAnswer = Object.values(answersTo).some((answers) => answers.some((answer) => answer === input));
      const carried = step.call ? [step.call] : isAnswer ? [] : [...(open.get(status) ?? [])];
      for (const operation of carried) {
        const there = open.get(step.to ?? status);
        if (there && !there.has(operation)) changed = Boolean(there.add(operation));
      }
    }
  }
  return open;
};

describe('the table of payment states', () => {
  test('every status is reachable from an initial one', () => {
    const reached = new Set<PaymentStatus>(['AUTHORIZING', 'WITHDRAWN']);
    for (let before = 0; before < reached.size; ) {
      before = reached.size;
      for (const { status, step } of cells) if (reached.has(status) && step.to) reached.add(step.to);
    }
    expect([...reached].sort()).toEqual([...paymentStatuses].sort());
  });

  test.each(['DECLINED', 'VOIDED', 'REFUNDED', 'WITHDRAWN'] as const)('%s is terminal', (status) => {
    for (const { step } of cells.filter((cell) => cell.status === status)) {
      expect(step.to).toBeUndefined();
      expect(step.call).toBeUndefined();
    }
  });

  test('a status has a step for every result that its open operation can have', () => {
    for (const [status, operations] of operationsOpenIn())
      for (const operation of operations)
        for (const answer of answersTo[operation])
          expect(paymentStates[status], `${answer} when ${status}`).toHaveProperty(answer);
  });

  test('no status opens an operation while another one is open', () => {
    const open = operationsOpenIn();
    for (const { status, input, step } of cells) {
      const isCommand = input === 'authorize' || input === 'capture' || input === 'cancel' || input === 'confirm';
      if (isCommand && step.call) expect([...(open.get(status) ?? [])], `${input} when ${status}`).toEqual([]);
    }
  });

  test('a cancel always leads to "cancelled" or "cancel failed", now or when the open operations end', () => {
    const open = operationsOpenIn();
    const endsTold = (status: PaymentStatus, input: InputKind): boolean => {
      const step: Step | undefined = (paymentStates[status] as Record<string, Step>)[input];
      if (step?.reply === 'cancelled' || step?.reply === 'cancelFailed') return true;
      const next = step?.to ?? status;
      const operations = step?.call ? [step.call] : [...(open.get(next) ?? [])];
      return (
        operations.length > 0 && operations.every((kind) => answersTo[kind].every((answer) => endsTold(next, answer)))
      );
    };
    for (const status of paymentStatuses) expect(endsTold(status, 'cancel'), `cancel when ${status}`).toBe(true);
  });

  test.each(['authorize', 'capture'] as const)(
    '%s is answered at once, or an operation is open that will',
    (command) => {
      const open = operationsOpenIn();
      const silent = paymentStatuses.filter((status) => {
        const step: Step = paymentStates[status][command];
        return !step.reply && !step.call && open.get(status)?.size === 0;
      });
      // PROCESSING: the provider will say more. The failed ones: something is still held, so there is no true answer.
      expect(silent).toEqual(command === 'authorize' ? ['PROCESSING', 'VOID_FAILED', 'REFUND_FAILED'] : []);
    },
  );

  const cellsWith = (has: (step: Step) => boolean) =>
    cells.filter(({ step }) => has(step)).map(({ status, input }) => `${status} ${input}`);

  // What the order goes by. "captured" is only ever said by what has the money: an order is confirmed by it.
  test.each<[Reply, readonly string[]]>([
    ['captured', ['CAPTURING captured', 'CAPTURING partlyCaptured', 'CAPTURED capture']],
    [
      'captureFailed',
      [
        ...['AUTHORIZING', 'PROCESSING', 'ACTION_REQUIRED', 'CONFIRMING', 'DECLINED'].map((it) => `${it} capture`),
        ...['CAPTURING captureRefused', 'CAPTURE_FAILED capture'],
        ...['VOIDED', 'REFUNDED', 'VOID_FAILED', 'REFUND_FAILED', 'WITHDRAWN', 'AWAITING_FUNDS'].map(
          (it) => `${it} capture`,
        ),
      ],
    ],
    [
      'authorized',
      [
        ...['AUTHORIZING', 'PROCESSING', 'ACTION_REQUIRED', 'CONFIRMING'].map((it) => `${it} approved`),
        ...['AUTHORIZED', 'CAPTURING', 'CAPTURED', 'CAPTURE_FAILED'].map((it) => `${it} authorize`),
        'AWAITING_FUNDS approved',
      ],
    ],
    [
      'declined',
      [
        ...['AUTHORIZING', 'PROCESSING', 'ACTION_REQUIRED', 'CONFIRMING'].map((it) => `${it} declined`),
        ...['DECLINED', 'VOIDED', 'REFUNDED', 'WITHDRAWN'].map((it) => `${it} authorize`),
        'AWAITING_FUNDS declined',
      ],
    ],
    ['actionRequired', ['AUTHORIZING actionRequired', 'PROCESSING actionRequired', 'ACTION_REQUIRED authorize']],
    ['awaitingFunds', ['AUTHORIZING awaitingFunds', 'AWAITING_FUNDS authorize']],
    [
      'cancelled',
      [
        ...['DECLINED cancel', 'CANCELLING declined', 'VOIDING voided', 'REFUNDING refunded'],
        ...['VOIDED', 'REFUNDED', 'WITHDRAWN'].map((it) => `${it} cancel`),
      ],
    ],
    ['cancelFailed', ['VOIDING voidRefused', 'REFUNDING refundRefused']],
  ])('"%s" is told by these cells and by no other', (reply, expected) => {
    expect(cellsWith((step) => step.reply === reply)).toEqual(expected);
  });

  test.each<[OperationKind, readonly string[]]>([
    ['AUTHORIZE', []],
    ['CONFIRM', ['ACTION_REQUIRED confirm']],
    ['CAPTURE', ['AUTHORIZED capture']],
    [
      'VOID',
      [
        ...['PROCESSING', 'ACTION_REQUIRED', 'AUTHORIZED', 'CAPTURE_FAILED'].map((it) => `${it} cancel`),
        ...['approved', 'actionRequired', 'processing', 'awaitingFunds', 'partlyCaptured', 'captureRefused'].map(
          (it) => `CANCELLING ${it}`,
        ),
        ...['VOID_FAILED cancel', 'AWAITING_FUNDS cancel'],
      ],
    ],
    ['REFUND', ['CAPTURED cancel', 'CANCELLING captured', 'VOIDING restVoided', 'REFUND_FAILED cancel']],
  ])('%s is called by these cells and by no other', (call, expected) => {
    expect(cellsWith((step) => step.call === call)).toEqual(expected);
  });

  // Where a call's answer, or a look at what waits, leads without a reply: nobody but the customer is to act.
  test.each<[PaymentStatus, readonly string[]]>([
    ['PROCESSING', ['AUTHORIZING', 'ACTION_REQUIRED', 'CONFIRMING'].map((it) => `${it} processing`)],
    ['ACTION_REQUIRED', ['AUTHORIZING', 'PROCESSING', 'CONFIRMING'].map((it) => `${it} actionRequired`)],
    ['CANCELLING', ['AUTHORIZING', 'CONFIRMING', 'CAPTURING'].map((it) => `${it} cancel`)],
  ])('%s is entered by these cells and by no other', (status, expected) => {
    expect(cellsWith((step) => step.to === status).toSorted()).toEqual(expected.toSorted());
  });
});

test.each([
  ['AUTHORIZING', ['AUTHORIZING', 'PROCESSING', 'CONFIRMING']],
  ['CANCELLING', ['CANCELLING', 'VOIDING', 'REFUNDING']],
  ['CANCEL_FAILED', ['VOID_FAILED', 'REFUND_FAILED']],
])('in public %s is %j', (shown, statuses) => {
  expect(paymentStatuses.filter((status) => publicStatus[status] === shown).toSorted()).toEqual(statuses.toSorted());
});

test('all other statuses are public by their own names', () => {
  const renamed = ['PROCESSING', 'CONFIRMING', 'VOIDING', 'REFUNDING', 'VOID_FAILED', 'REFUND_FAILED'];
  const own = paymentStatuses.filter((status) => publicStatus[status] === status);
  expect(own).toEqual(paymentStatuses.filter((status) => !renamed.includes(status)));
});

test('a payment is over when nothing can be held or kept any more: no cell leads on', () => {
  const isOver = (status: PaymentStatus) =>
    cells.every((cell) => cell.status !== status || (cell.step.to === undefined && cell.step.call === undefined));
  expect([...overStatuses].sort()).toEqual(paymentStatuses.filter(isOver).toSorted());
});
