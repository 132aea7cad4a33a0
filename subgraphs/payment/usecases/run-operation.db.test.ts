/** Calls without an answer, processes that die, commands that cross: over the real database. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paymentTestApp, silentTelemetry } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, cancelMessage, captureMessage } from '#kit/payment/builders.ts';
import {
  type BankBehaviour,
  type Fate,
  keepsNothing,
  providerFrom,
  providerModel,
} from '#kit/payment/provider-model.ts';
import { skewMs, withClockAhead } from '#kit/postgres/skewed-clock.ts';
import { until } from '#kit/vitest/until.ts';
import { stripeProvider } from '../adapters/stripe/provider.ts';
import { createApp } from '../wiring.ts';
import type { PaymentProvider } from './provider.ts';

test.each(['tok_timeout', 'tok_timeout_lost'])(
  '%s: every first answer is lost, and yet everything is done and reported once',
  async (paymentMethodToken) => {
    await using kit = await paymentTestApp({ providerTimeoutMs: 500 });
    const attempt = anAttempt();
    await kit.app.commands.authorizePayment(authorizeMessage(attempt, { paymentMethodToken }));
    expect(await kit.replyTypes(attempt)).toEqual([]);
    await kit.sweepLater();
    await kit.app.commands.capturePayment(captureMessage(attempt));
    await kit.sweepLater();
    await kit.app.commands.cancelPayment(cancelMessage(attempt));
    await kit.sweepLater();
    expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'captured', 'cancelled']);
    expect(await kit.ledger(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 5000']);
    expect(await kit.effects(attempt)).toEqual(await kit.ledger(attempt));
  },
);

test.each([
  ['right', 0],
  ['a minute ahead', skewMs],
  ['a minute behind', -skewMs],
])('a call without an answer is retried with back-off, on a machine whose clock is %s', async (_, aheadMs) => {
  const calls: string[] = [];
  const away = providerFrom(providerModel(kind()), async () => {
    calls.push('call');
    return 'request lost';
  });
  await using kit = await paymentTestApp({ provider: away, isClockStopped: true });
  await withClockAhead(aheadMs, () => kit.app.commands.authorizePayment(authorizeMessage(anAttempt())));
  await kit.app.sweeps.operations();
  expect(calls).toHaveLength(1);
  for (const [round, waitMs] of [600, 1_100, 2_100].entries()) {
    kit.advance(waitMs);
    await kit.app.sweeps.operations();
    expect(calls).toHaveLength(round + 2);
    await withClockAhead(aheadMs, () => kit.app.sweeps.operations());
  }
  expect(calls).toHaveLength(4);
});

test('a payment stays with the provider that authorized it when another one was chosen since', async () => {
  await using kit = await paymentTestApp();
  const attempt = anAttempt();
  await kit.app.commands.authorizePayment(authorizeMessage(attempt));
  const asked: string[] = [];
  const chosen = providerFrom(providerModel(kind()), async () => {
    asked.push('call');
    return 'arrives';
  });
  const former = stripeProvider({ name: 'simulator', ...kit.simulator.client, timeoutMs: 5_000 });
  const { telemetry } = kit;
  const world = { provider: { ...chosen, name: 'stripe' }, others: [former], telemetry, providerTimeoutMs: 5_000 };
  const app = createApp(kit.prisma, world);
  await app.commands.capturePayment(captureMessage(attempt));
  former.close();
  expect(asked).toEqual([]);
  expect(await kit.effects(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
  expect(await kit.ledger(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
});

test('sweeps in several processes retry each open operation once', async () => {
  const tries = new Map<string, number>();
  const provider: PaymentProvider = {
    ...providerFrom(providerModel(kind()), async () => 'arrives'),
    authorize: async ({ amount: held }, { key }) => {
      tries.set(key, (tries.get(key) ?? 0) + 1);
      if (tries.get(key) === 1) throw new Error('connection refused');
      return { kind: 'approved', reference: key, held };
    },
  };
  await using kit = await paymentTestApp({ provider });
  const attempts = Array.from({ length: 15 }, anAttempt);
  await Promise.all(attempts.map((attempt) => kit.app.commands.authorizePayment(authorizeMessage(attempt))));
  kit.advance(600);
  await Promise.all(Array.from({ length: 5 }, () => kit.app.sweeps.operations()));
  expect([...tries.values()]).toEqual(attempts.map(() => 2));
});

/** A provider whose next call waits until it is let go. */
const slowProvider = (provider: PaymentProvider) => {
  let letGo: () => void = () => undefined;
  let isCalled = false;
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const authorize: PaymentProvider['authorize'] = async (request, call) => {
    const answer = await provider.authorize(request, call);
    isCalled = true;
    await gate;
    return answer;
  };
  return { provider: { ...provider, authorize }, letGo: () => letGo(), isCalled: () => isCalled };
};

test.each([
  ['approve', 'VOIDED', ['AUTHORIZATION 5000', 'VOID 5000']],
  ['decline', 'NOTHING', []],
  ['requireAction', 'NOTHING', []],
  ['process', 'NOTHING', []],
] as const)(
  'a cancel during the authorization (%s) waits for it, then leaves nothing held',
  async (onAuthorize, outcome, ledger) => {
    const model = providerModel({ ...kind(), onAuthorize });
    const slow = slowProvider(providerFrom(model, async () => 'arrives'));
    await using kit = await paymentTestApp({ provider: slow.provider });
    const attempt = anAttempt();
    const authorizing = kit.app.commands.authorizePayment(authorizeMessage(attempt));
    await until('the call is out', slow.isCalled);
    await kit.app.commands.cancelPayment(cancelMessage(attempt));
    expect(await kit.replyTypes(attempt)).toEqual([]);
    slow.letGo();
    await authorizing;
    expect(await kit.replies(attempt)).toMatchObject([{ type: 'payment.cancelled', data: { outcome } }]);
    expect(await kit.ledger(attempt)).toEqual(ledger);
    expect(model.effects).toEqual(ledger);
  },
);

test('a process dies during the call: the next sweep of another process finishes the work', async () => {
  const model = providerModel(kind());
  const slow = slowProvider(providerFrom(model, async () => 'arrives'));
  await using kit = await paymentTestApp({ provider: slow.provider });
  const attempt = anAttempt();
  // Never let go: as far as anybody can see, this process is no more.
  const dying = kit.app.commands.authorizePayment(authorizeMessage(attempt));
  await until('the call is out', slow.isCalled);
  const survivor = createApp(kit.prisma, {
    ...{ provider: providerFrom(model, async () => 'arrives'), providerTimeoutMs: 2_000 },
    telemetry: silentTelemetry,
    clock: (time) => new Date(time.getTime() + 60_000),
  });
  await survivor.sweeps.operations();
  expect(await kit.replyTypes(attempt)).toEqual(['authorized']);
  expect(model.effects).toEqual(['AUTHORIZATION 5000']);
  // And should it have lived after all, its answer comes too late to do anything.
  slow.letGo();
  await dying;
  expect(await kit.replyTypes(attempt)).toEqual(['authorized']);
});

function kind(): BankBehaviour {
  return { onAuthorize: 'approve', settles: true, refusesCapture: false, refusesUndo: 0 };
}

const fates = fc.array(
  fc.constantFrom<Fate>('arrives', 'arrives', 'request lost', 'answer lost', 'fault before', 'fault after'),
  { maxLength: 12 },
);
const requests = fc.array(fc.constantFrom('authorize', 'capture', 'cancel', 'sweep'), { minLength: 1, maxLength: 8 });

/** One database for all runs: each has its own attempt, and a provider put in for it. */
const replaceableProvider = (first: PaymentProvider) => {
  let current = first;
  const provider: PaymentProvider = {
    name: 'model',
    ...keepsNothing,
    authorize: (request, call) => current.authorize(request, call),
    confirm: (request, call) => current.confirm(request, call),
    capture: (request, call) => current.capture(request, call),
    void: (request, call) => current.void(request, call),
    refund: (request, call) => current.refund(request, call),
    state: (request, signal) => current.state(request, signal),
    find: (request, signal) => current.find(request, signal),
    lookup: (request, signal) => current.lookup(request, signal),
  };
  const replace = (next: PaymentProvider) => {
    current = next;
  };
  return { provider, replace };
};

test('concurrent commands over calls that get lost: charged at most once, and a cancel leaves nothing', async () => {
  const { provider, replace } = replaceableProvider(providerFrom(providerModel(kind()), async () => 'arrives'));
  await using kit = await paymentTestApp({ provider });
  const { commands, sweeps } = kit.app;
  const run = async (fate: Fate[], order: string[], onAuthorize: BankBehaviour['onAuthorize']) => {
    const [model, left, attempt] = [providerModel({ ...kind(), onAuthorize }), [...fate], anAttempt()];
    replace(providerFrom(model, async () => left.shift() ?? 'arrives'));
    const authorize = authorizeMessage(attempt);
    const request: Record<string, () => Promise<void>> = {
      authorize: () => commands.authorizePayment(authorize),
      capture: () => commands.capturePayment(captureMessage(attempt)),
      cancel: () => commands.cancelPayment(cancelMessage(attempt)),
      sweep: () => {
        kit.advance(1_000);
        return sweeps.operations();
      },
    };
    await Promise.all(order.map((name) => request[name]?.()));
    await commands.cancelPayment(cancelMessage(attempt));
    for (let round = 0; round < 15 && (await kit.replyTypes(attempt)).at(-1) !== 'cancelled'; round++)
      await kit.sweepLater().catch(() => undefined);
    expect((await kit.replyTypes(attempt)).at(-1)).toBe('cancelled');
    expect(model.inHand()).toBe(0);
    expect(model.effects.filter((effect) => effect.startsWith('CAPTURE')).length).toBeLessThanOrEqual(1);
    expect([...(await kit.ledger(attempt))].sort()).toEqual([...model.effects].sort());
  };
  const banks = fc.constantFrom<BankBehaviour['onAuthorize']>('approve', 'process', 'requireAction');
  // 40: over a real database; the thousands are in domain/interleavings.test.ts.
  await fc.assert(fc.asyncProperty(fates, requests, banks, run), { numRuns: 40 });
}, 60_000);

test('a payment stays with the provider that authorized it, after a switch too', async () => {
  const [first, second] = [providerModel(kind()), providerModel(kind())];
  const old = providerFrom(first, async () => 'arrives');
  await using kit = await paymentTestApp({ provider: old });
  const [attempt, later] = [anAttempt(), anAttempt()];
  await kit.app.commands.authorizePayment(authorizeMessage(attempt));
  const switched = createApp(kit.prisma, {
    ...{ provider: { ...providerFrom(second, async () => 'arrives'), name: 'next' }, others: [old] },
    ...{ providerTimeoutMs: 2_000, telemetry: silentTelemetry },
  });
  await switched.commands.capturePayment(captureMessage(attempt));
  await switched.commands.authorizePayment(authorizeMessage(later));
  expect(first.effects).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
  expect(second.effects).toEqual(['AUTHORIZATION 5000']);
  expect((await kit.payment(later)).provider).toBe('next');
});
