import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { aSimulator, type TestSimulator } from '#kit/payment/simulator.ts';
import { signatureOf } from '#simulator/store/events.ts';
import type { ProviderCall } from '../../usecases/ports.ts';
import { providerSuite } from '../provider.suite.ts';
import { type StripeProvider, stripeProvider } from './provider.ts';
import { stripeWebhooks } from './webhooks.ts';

let simulator: TestSimulator;
let provider: StripeProvider;
beforeAll(async () => {
  simulator = await aSimulator();
  provider = stripeProvider({ name: 'simulator', ...simulator.client, timeoutMs: 5_000, takesCodes: true });
});
afterAll(async () => {
  provider.close();
  await simulator[Symbol.asyncDispose]();
});

describe('against the simulator', () => {
  providerSuite({
    provider: () => provider,
    tokens: {
      approved: 'tok_approve',
      actionRequired: 'tok_action_required',
      unknown: 'tok_of_nobody',
      declined: [
        ['tok_decline', 'CARD_DECLINED'],
        ['tok_insufficient_funds', 'INSUFFICIENT_FUNDS'],
        ['tok_expired_card', 'EXPIRED_CARD'],
      ],
    },
    codes: { passed: 'approve', failed: 'decline' },
    effects: (reference) => simulator.effects(reference),
  });
});

const amount = money(5_000, 'EUR');
const asked = (token: string) => ({ attemptId: newId('Attempt'), orderId: newId('Order'), amount, method: { token } });
const call = (key: string = crypto.randomUUID(), ms = 5_000): ProviderCall => ({
  key,
  signal: AbortSignal.timeout(ms),
});
const soon = () => AbortSignal.timeout(5_000);
const referenceOf = async (token: string) => (await provider.authorize(asked(token), call())).reference ?? '';
const allEffects = async (attempt: string): Promise<number> => {
  const { rows } = await simulator.memory.query(
    `SELECT 1 FROM effect JOIN payment_intent i ON i.id = reference WHERE i.metadata->>'attempt' = $1`,
    [attempt],
  );
  return rows.length;
};

describe('what leaves the outcome unknown', () => {
  test.each([
    ['tok_timeout', 'after', 1],
    ['tok_timeout_lost', 'before', 0],
  ] as const)('%s: silence %s the effect, then the same key is answered', async (token, _, effectsAfterSilence) => {
    const [request, key] = [asked(token), crypto.randomUUID()];
    const silent = provider.authorize(request, call(key, 200));
    await expect(silent).rejects.toMatchObject({ name: 'ProviderFault', next: 'sameKey' });
    expect(await allEffects(request.attemptId)).toBe(effectsAfterSilence);
    expect(await provider.authorize(request, call(key))).toMatchObject({ kind: 'approved' });
    expect(await allEffects(request.attemptId)).toBe(1);
  });

  test.each([
    ['tok_server_error', 1],
    ['tok_server_error_lost', 0],
  ] as const)('%s: the 500 is kept under its key, and what was done is found by the attempt', async (token, done) => {
    const [request, key, since] = [asked(token), crypto.randomUUID(), new Date(Date.now() - 60_000)];
    for (let time = 1; time <= 2; time++)
      await expect(provider.authorize(request, call(key))).rejects.toMatchObject({ next: 'findFirst' });
    expect(await allEffects(request.attemptId)).toBe(done);
    const window = { attemptId: request.attemptId, since, until: new Date(Date.now() + 60_000) };
    const found = await provider.find(window, soon());
    expect(found?.authorization.kind).toBe(done === 1 ? 'approved' : undefined);
    if (done === 0) expect(await provider.authorize(request, call(`${key}~2`))).toMatchObject({ kind: 'approved' });
    expect(await allEffects(request.attemptId)).toBe(1);
  });

  test('a wrong key: an operator must mend it', async () => {
    const stranger = stripeProvider({
      ...{ name: 'simulator', ...simulator.client, secretKey: 'sk_wrong', timeoutMs: 5_000 },
    });
    await expect(stranger.authorize(asked('tok_approve'), call())).rejects.toMatchObject({
      ...{ next: 'sameKey', alert: true, retryAfterMs: expect.any(Number) },
    });
    stranger.close();
  });

  test('nobody listens', async () => {
    const away = stripeProvider({
      ...{ name: 'simulator', secretKey: 'sk_any', url: 'http://127.0.0.1:9', timeoutMs: 5_000 },
    });
    await expect(away.authorize(asked('tok_approve'), call())).rejects.toMatchObject({ next: 'sameKey', alert: false });
    away.close();
  });

  test('a payment that this account does not have', async () => {
    await expect(provider.capture({ reference: 'pi_of_nobody', amount }, call())).rejects.toMatchObject({
      ...{ next: 'findFirst', alert: true },
    });
  });

  test('its message never has what was sent', async () => {
    const unknown = asked('tok_secret_of_a_customer');
    expect(JSON.stringify(await provider.authorize(unknown, call()))).not.toContain('tok_secret');
  });
});

describe('what the provider knows', () => {
  test('a hold, two captures that leave some held, and its end', async () => {
    const reference = await referenceOf('tok_approve');
    const part = money(2_000, 'EUR');
    const first = await provider.capture({ reference, amount: part, isFinal: false }, call());
    expect(first).toMatchObject({ kind: 'captured', amount: part, held: money(3_000, 'EUR') });
    const second = await provider.capture(
      { reference, amount: money(1_000, 'EUR'), isFinal: false, capturedBefore: 2_000 },
      call(),
    );
    expect(second).toMatchObject({ amount: money(1_000, 'EUR'), held: part });
    expect(await provider.void({ reference }, call())).toEqual({ kind: 'voided', released: part });
    expect(await simulator.effects(reference)).toEqual([
      'AUTHORIZATION 5000',
      'CAPTURE 2000',
      'CAPTURE 1000',
      'VOID 2000',
    ]);
    expect(await provider.state({ reference }, soon())).toMatchObject({
      ...{ amount, held: money(0, 'EUR'), captured: money(3_000, 'EUR'), end: null },
      authorization: { kind: 'approved', held: amount },
    });
  });

  test('a hold that has expired', async () => {
    const reference = await referenceOf('tok_expire');
    await expect
      .poll(() => provider.state({ reference }, soon()))
      .toMatchObject({ end: 'EXPIRED', held: money(0, 'EUR'), authorization: { kind: 'approved' } });
    expect(await provider.capture({ reference, amount }, call())).toMatchObject({ kind: 'captureRefused' });
    expect(await simulator.effects(reference)).toEqual(['AUTHORIZATION 5000', 'EXPIRY 5000']);
  });

  test('refunds: one that is pending is unknown until it succeeds, one that fails later is known to have', async () => {
    const pending = await referenceOf('tok_refund_pending');
    await provider.capture({ reference: pending, amount }, call());
    const key = crypto.randomUUID();
    await expect(provider.refund({ reference: pending, amount }, call(key))).rejects.toThrow('pending');
    await expect
      .poll(() => provider.state({ reference: pending }, soon()))
      .toMatchObject({ refunds: [{ state: 'SUCCEEDED', operationKey: key, amount }] });
    expect(await provider.refund({ reference: pending, amount }, call(key))).toEqual({ kind: 'refunded', amount });

    const failing = await referenceOf('tok_refund_fail');
    await provider.capture({ reference: failing, amount }, call());
    expect(await provider.refund({ reference: failing, amount }, call())).toMatchObject({ kind: 'refunded' });
    await expect
      .poll(() => provider.state({ reference: failing }, soon()))
      .toMatchObject({ refunds: [{ state: 'FAILED' }] });
    expect((await simulator.effects(failing)).slice(2)).toEqual(['REFUND 5000', 'REFUND_REVERSAL 5000']);
  });

  test('a dispute', async () => {
    const reference = await referenceOf('tok_dispute');
    await provider.capture({ reference, amount }, call());
    const { disputes } = await provider.state({ reference }, soon());
    expect(disputes).toMatchObject([{ amount, state: 'OPEN', reason: 'fraudulent', respondBy: expect.any(Date) }]);
    expect(await provider.refund({ reference, amount }, call())).toMatchObject({ kind: 'refundRefused' });
  });

  test('every payment of a time, over pages, newest first', async () => {
    await simulator.memory.query(
      `INSERT INTO payment_intent (id, created_at, amount, currency, status, metadata, client_secret, token)
       SELECT 'pi_old_' || n, '2020-01-01', 1, CASE n WHEN 7 THEN 'jpy' ELSE 'eur' END, 'canceled', '{}', '', 'tok_approve'
         FROM generate_series(1, 250) AS n`,
    );
    const references: string[] = [];
    const window = { since: new Date('2020-01-01'), until: new Date('2020-01-02') };
    for await (const { reference } of provider.list(window, soon())) references.push(reference);
    expect([references.length, references[0], references.at(-1)]).toEqual([249, 'pi_old_250', 'pi_old_1']);
  });
});

test('a declined payment is closed: nobody can pay it with another card', async () => {
  const reference = await referenceOf('tok_decline');
  const { rows } = await simulator.memory.query('SELECT status FROM payment_intent WHERE id = $1', [reference]);
  expect(rows).toEqual([{ status: 'canceled' }]);
});

test('methods on file: kept for the customer, paid with, let go, and refused when the bank does', async () => {
  const customerId = newId('User');
  const saved = await provider.saveMethod({ customerId, customerReference: null, token: 'tok_approve' }, call());
  if (saved.kind !== 'methodSaved') throw new Error(saved.kind);
  expect(saved).toMatchObject({ brand: 'visa', last4: '4242', customerReference: expect.stringMatching(/^cus_/) });
  const request = { ...asked(''), method: { saved } };
  expect(await provider.authorize(request, call())).toMatchObject({ kind: 'approved' });
  for (let time = 1; time <= 2; time++) await provider.removeMethod(saved, call());
  expect(await provider.authorize(request, call())).toMatchObject({ reason: 'INVALID_METHOD' });
  expect(
    await provider.saveMethod({ customerId, customerReference: saved.customerReference, token: 'tok_decline' }, call()),
  ).toMatchObject({ kind: 'methodRefused', reason: 'CARD_DECLINED' });
});

test('the extra step on the page of the provider: back to the shop, and approved', async () => {
  const method = { token: 'tok_action_required', returnUrl: 'https://shop.example/orders/1?a=b' };
  const request = { ...asked(''), method };
  const begun = await provider.authorize(request, call());
  if (begun.kind !== 'actionRequired' || begun.actionUrl === null) throw new Error(begun.kind);
  expect(begun.clientSecret).toMatch(/_secret_/);
  expect(await (await fetch(begun.actionUrl)).text()).toContain('Approve');
  const answer = await fetch(begun.actionUrl, {
    ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams({ code: 'approve' }) },
  });
  const back = new URL(answer.headers.get('location') ?? '');
  expect([answer.status, back.origin, back.searchParams.get('a'), back.searchParams.get('redirect_status')]).toEqual([
    ...[303, 'https://shop.example', 'b', 'succeeded'],
  ]);
  expect(await provider.confirm({ reference: begun.reference, code: null }, call())).toMatchObject({
    kind: 'approved',
  });
  const stranger = begun.actionUrl.replace(/client_secret=.*/, 'client_secret=x');
  expect((await fetch(stranger)).status).toBe(404);
});

test('its webhooks: signed, twice, and about our attempt', async () => {
  await simulator.memory.query('DELETE FROM webhook');
  const request = asked('tok_duplicate_webhook');
  const { reference, kind } = await provider.authorize(request, call());
  expect(kind).toBe('processing');
  await expect.poll(async () => (await provider.lookup({ reference: reference ?? '' }, soon())).kind).toBe('approved');
  const { rows } = await simulator.memory.query<{ body: string }>('SELECT body FROM webhook');
  const [first, second] = rows.map(({ body }) => {
    const signature = signatureOf(simulator.webhookSecret, body, new Date());
    const reader = stripeWebhooks({ provider: 'simulator', secret: simulator.webhookSecret, livemode: false });
    return reader.read(Buffer.from(body), signature, new Date());
  });
  expect([rows.length, second]).toEqual([2, first]);
  expect(first).toMatchObject({
    ...{ type: 'payment_intent.amount_capturable_updated', isForeign: false },
    about: { attemptId: request.attemptId, reference },
  });
});
