/** Calls whose answer never arrived, and whose key the provider has forgotten, or answers with a fault. */
import { expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, cancelMessage, captureMessage, refundMessage } from '#kit/payment/builders.ts';
import { type Fate, keepsKeysForMs, providerFrom, providerModel } from '#kit/payment/provider-model.ts';

const kinds = ['authorize', 'capture', 'void', 'refund', 'refund of all'] as const;
type Kind = (typeof kinds)[number];

const fates = ['request lost', 'answer lost', 'fault before', 'fault after'] as const satisfies readonly Fate[];

const effectsAfter: Record<Kind, readonly string[]> = {
  authorize: ['AUTHORIZATION 5000'],
  capture: ['AUTHORIZATION 5000', 'CAPTURE 5000'],
  void: ['AUTHORIZATION 5000', 'VOID 5000'],
  refund: ['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 700'],
  'refund of all': ['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 5000'],
};

test.for(kinds.flatMap((kind) => fates.map((fate) => [kind, fate] as const)))(
  '%s, %s: takes effect once, though the provider was away for a day and has forgotten the key',
  async ([kind, fate]) => {
    const model = providerModel({ onAuthorize: 'approve', settles: true, refusesCapture: false, refusesUndo: 0 });
    let next: Fate = 'arrives';
    const provider = providerFrom(model, async () => next);
    await using kit = await paymentTestApp({ provider, isClockStopped: true });
    const attempt = anAttempt();
    const { commands } = kit.app;
    const steps: Record<Kind | 'captured', () => Promise<void>> = {
      authorize: () => commands.authorizePayment(authorizeMessage(attempt)),
      captured: () => commands.capturePayment(captureMessage(attempt)),
      capture: () => steps.captured(),
      void: () => commands.cancelPayment(cancelMessage(attempt)),
      refund: () => commands.refundPayment(refundMessage(attempt, money(700, 'EUR'))),
      'refund of all': () => commands.cancelPayment(cancelMessage(attempt)),
    };
    if (kind !== 'authorize') await steps.authorize();
    if (kind.startsWith('refund')) await steps.captured();

    next = fate;
    await steps[kind]();
    // A stored fault stays; the network is down for the rest of the day.
    next = 'request lost';
    await kit.sweepLater();
    kit.advance(keepsKeysForMs);
    await kit.sweepLater();
    model.forgetKeys();
    next = 'arrives';
    await kit.sweepLater();
    await kit.sweepLater();

    expect(model.effects).toEqual(effectsAfter[kind]);
    expect(await kit.ledger(attempt)).toEqual(effectsAfter[kind]);
    const open = await kit.prisma.operation.findMany({ where: { doneAt: null } });
    expect(open).toEqual([]);
    expect((await kit.replies(attempt)).at(-1)?.type).toBe(
      { authorize: 'payment.authorized', capture: 'payment.captured', refund: 'payment.refunded' }[kind as 'refund'] ??
        'payment.cancelled',
    );
  },
);

test('a call that had no effect is made with a new key, and one under the old key that comes late is not booked', async () => {
  const model = providerModel({ onAuthorize: 'approve', settles: true, refusesCapture: false, refusesUndo: 0 });
  let next: Fate = 'fault before';
  await using kit = await paymentTestApp({ provider: providerFrom(model, async () => next), isClockStopped: true });
  const attempt = anAttempt();
  await kit.app.commands.authorizePayment(authorizeMessage(attempt));
  const [{ key } = { key: '' }] = await kit.prisma.operation.findMany();
  next = 'arrives';
  await kit.sweepLater();
  const operations = await kit.prisma.operation.findMany({ select: { key: true, outcome: true } });
  expect(operations).toEqual([{ key: `${key}~2`, outcome: 'approved' }]);
  expect(model.effects).toEqual(['AUTHORIZATION 5000']);
});
