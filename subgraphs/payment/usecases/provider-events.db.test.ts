import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, aProviderEvent, authorizeMessage } from '#kit/payment/builders.ts';
import { providerFrom, providerModel } from '#kit/payment/provider-model.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const waiting = async (paymentMethodToken = 'tok_duplicate_webhook', on = kit) => {
  const attempt = anAttempt();
  await on.app.commands.authorizePayment(authorizeMessage(attempt, { paymentMethodToken }));
  return { attempt, replies: () => on.replyTypes(attempt) };
};
const row = (eventId: string, of = kit) => of.prisma.providerEvent.findFirstOrThrow({ where: { eventId } });

describe('a payment that waits for a webhook', () => {
  test('continues when it arrives, once, however often it arrives', async () => {
    const { attempt, replies } = await waiting();
    expect(await replies()).toEqual([]);
    kit.advance(1_000);
    const same = { id: `evt_${crypto.randomUUID()}` };
    await Promise.all(Array.from({ length: 4 }, () => kit.receive(attempt, same)));
    await kit.receive(attempt, same);
    await kit.receive(attempt);
    expect(await replies()).toEqual(['authorized']);
    expect(await kit.ledger(attempt)).toEqual(['AUTHORIZATION 5000']);
    expect(await kit.prisma.providerEvent.findMany({ where: { eventId: same.id } })).toMatchObject([
      { state: 'DONE', tries: 1, nextTryAt: null, doneAt: expect.any(Date) },
    ]);
  });

  test('continues without one: it is looked up from time to time', async () => {
    const { attempt, replies } = await waiting();
    await kit.app.sweeps.checks();
    expect(await replies()).toEqual([]);
    await kit.sweepLater();
    expect(await replies()).toEqual(['authorized']);
    expect(await kit.ledger(attempt)).toEqual(['AUTHORIZATION 5000']);
  });

  test('continues by an event that names only the reference', async () => {
    const { attempt, replies } = await waiting();
    kit.advance(1_000);
    const { reference } = await kit.payment(attempt);
    await kit.receive(attempt, { about: { reference: reference ?? '' } });
    expect(await replies()).toEqual(['authorized']);
  });

  test('trusts nothing in the webhook: one that is too early changes nothing', async () => {
    const { attempt, replies } = await waiting('tok_action_required');
    await kit.receive(attempt);
    expect(await replies()).toEqual(['action-required']);
  });

  test('is not moved by an event of another provider about it', async () => {
    const { attempt, replies } = await waiting();
    kit.advance(1_000);
    const { reference } = await kit.payment(attempt);
    const [first, second] = ['evt_other_1', 'evt_other_2'];
    await kit.receive(attempt, { id: first, provider: 'another' });
    await kit.receive(attempt, { id: second, provider: 'another', about: { reference: reference ?? '' } });
    expect(await replies()).toEqual([]);
    expect(await row(first)).toMatchObject({ state: 'IGNORED', reason: 'No payment of ours.' });
  });

  test('a payment that has moved on is left alone', async () => {
    const { attempt, replies } = await waiting('tok_approve');
    await kit.receive(attempt);
    expect(await replies()).toEqual(['authorized']);
    expect((await kit.payment(attempt)).nextCheckAt).toBeNull();
  });
});

describe('an event that does not concern us', () => {
  test.each([
    ['of an unknown attempt', { about: { attemptId: newId('Attempt') } }, 'No payment of ours.', 0],
    ['of another account', { account: 'acct_other', isForeign: true }, 'Of another account or mode.', 1],
    ['of another mode', { livemode: true, isForeign: true }, 'Of another account or mode.', 1],
    ['of nothing that we know', { about: undefined }, 'Of no payment.', 0],
  ])('%s is stored, ignored, and reported once if it is a stranger’s', async (_, changes, reason, reports) => {
    const { attempt, replies } = await waiting();
    kit.advance(1_000);
    const [id, before] = [`evt_${crypto.randomUUID()}`, kit.faults.length];
    for (let time = 1; time <= 2; time++) await kit.receive(attempt, { id, ...changes });
    expect(await replies()).toEqual([]);
    expect(await row(id)).toMatchObject({ state: 'IGNORED', reason, nextTryAt: null });
    expect(kit.faults.slice(before)).toEqual(Array.from({ length: reports }, () => `IGNORED: ${reason}`));
  });

  test('with a reference that nobody knows yet is looked at again, and then no more', async () => {
    await kit.receive(anAttempt(), { id: 'evt_early', about: { reference: 'pi_unknown' } });
    expect(await row('evt_early')).toMatchObject({ state: 'RECEIVED', tries: 1 });
    for (let time = 2; time <= 5; time++) await kit.sweepLater();
    expect(await row('evt_early')).toMatchObject({ state: 'IGNORED', tries: 5 });
  });
});

describe('an event whose processing fails', () => {
  const pendingModel = () =>
    providerModel({ onAuthorize: 'process', settles: true, refusesCapture: false, refusesUndo: 0 });

  test('is processed by the sweep when the provider answers again', async () => {
    const model = pendingModel();
    let isOut = false;
    const provider = providerFrom(model, async () => (isOut ? 'request lost' : 'arrives'));
    await using kit = await paymentTestApp({ provider });
    const { attempt, replies } = await waiting('tok', kit);
    model.settle();
    isOut = true;
    await kit.receive(attempt, { id: 'evt_1', provider: 'model' });
    expect(await row('evt_1', kit)).toMatchObject({ state: 'RECEIVED', tries: 1, reason: 'connection reset' });
    isOut = false;
    kit.advance(60_000);
    await kit.app.sweeps.providerEvents();
    expect(await replies()).toEqual(['authorized']);
    expect(await row('evt_1', kit)).toMatchObject({ state: 'DONE', tries: 2, reason: null });
  });

  test('is processed by the sweep when the process died after it was stored', async () => {
    const { attempt, replies } = await waiting();
    kit.advance(1_000);
    await kit.app.commands.receiveProviderEvent({ event: aProviderEvent(attempt.attemptId), body: Buffer.from('{}') });
    await kit.app.sweeps.providerEvents();
    expect(await replies()).toEqual([]);
    kit.advance(10_000);
    await kit.app.sweeps.providerEvents();
    expect(await replies()).toEqual(['authorized']);
  });

  test('is given up after the last try, and reported once', async () => {
    const provider = providerFrom(pendingModel(), async () => 'arrives');
    const lookup = () => Promise.reject(new Error('no such payment there'));
    await using kit = await paymentTestApp({ provider: { ...provider, lookup } });
    const { attempt } = await waiting('tok', kit);
    await kit.receive(attempt, { id: 'evt_1', provider: 'model' });
    for (let time = 2; time <= 16; time++) {
      kit.advance(3_600_000);
      await kit.app.sweeps.providerEvents();
    }
    expect(await row('evt_1', kit)).toMatchObject({ state: 'FAILED', tries: 15, reason: 'no such payment there' });
    expect(kit.faults).toEqual(['FAILED: no such payment there']);
  });
});

test('events are forgotten after 90 days, and no sooner', async () => {
  const { attempt } = await waiting('tok_approve');
  await kit.receive(attempt, { id: 'evt_old' });
  await kit.receive(attempt, { id: 'evt_young' });
  const age = (eventId: string, days: number) => kit.prisma.$executeRaw`
    UPDATE provider_event SET received_at = received_at - ${days} * interval '1 day' WHERE event_id = ${eventId}`;
  await age('evt_old', 91);
  await age('evt_young', 89);
  await kit.app.sweeps.forgetProviderEvents();
  const left = await kit.prisma.providerEvent.findMany({ where: { eventId: { in: ['evt_old', 'evt_young'] } } });
  expect(left.map(({ eventId }) => eventId)).toEqual(['evt_young']);
});
