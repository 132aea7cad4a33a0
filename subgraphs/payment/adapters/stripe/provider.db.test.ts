import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { aSimulator, type TestSimulator } from '#kit/payment/simulator.ts';
import { signatureOf } from '#simulator/store/events.ts';
import { asked, call, type ProviderUnderTest, providerSuite, soon } from '../provider.suite.ts';
import { methodsSuite } from '../provider-methods.suite.ts';
import { mishapsSuite } from '../provider-mishaps.suite.ts';
import { stateSuite } from '../provider-state.suite.ts';
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
  const under: ProviderUnderTest = {
    provider: () => provider,
    tokens: {
      approved: ['tok_approve'],
      unknown: 'tok_of_nobody',
      declined: [
        ['tok_decline', 'CARD_DECLINED'],
        ['tok_insufficient_funds', 'INSUFFICIENT_FUNDS'],
        ['tok_expired_card', 'EXPIRED_CARD'],
      ],
    },
    effects: (reference) => simulator.effects(reference),
    extraStep: { token: 'tok_action_required', passed: 'approve', failed: 'decline' },
    onFile: { brand: 'visa', last4: '4242' },
    capturesInParts: true,
    lists: true,
  };
  providerSuite(under);
  stateSuite(under);
  methodsSuite(under);
  mishapsSuite(under, {
    ...{ lostRequest: 'tok_timeout_lost', lostAnswer: 'tok_timeout' },
    ...{ faultBefore: 'tok_server_error_lost', faultAfter: 'tok_server_error' },
    ...{ processing: 'tok_duplicate_webhook', expiring: 'tok_expire', disputed: 'tok_dispute' },
    ...{ refundsPend: 'tok_refund_pending', refundsFail: 'tok_refund_fail' },
  });
});

const referenceOf = async (token: string) => (await provider.authorize(asked(token), call())).reference ?? '';

describe('what is taken and let go of besides', () => {
  test('a failed extra step: the look that finds it closes the payment, so that no other card can pay it', async () => {
    const { reference } = await provider.authorize(asked('tok_action_required'), call());
    const { url, secretKey } = simulator.client;
    await fetch(new URL(`/v1/test_helpers/payment_intents/${reference}/authenticate`, url), {
      ...{ method: 'POST', headers: { authorization: `Bearer ${secretKey}` } },
      body: new URLSearchParams({ code: 'fail' }),
    });
    const found = { reference: reference ?? '' };
    expect(await provider.state(found, soon())).toMatchObject({ end: null, authorization: { kind: 'declined' } });
    for (let time = 1; time <= 2; time++)
      expect(await provider.lookup(found, soon())).toMatchObject({ kind: 'declined', reference });
    expect(await provider.state(found, soon())).toMatchObject({ end: 'CANCELLED' });
  });

  test('a part whose rest has ended before it is let go', async () => {
    const reference = await referenceOf('tok_approve');
    await provider.capture({ reference, amount: money(2_000, 'EUR'), isFinal: true }, call());
    expect(await provider.void({ reference }, call())).toEqual({ kind: 'voided', released: money(3_000, 'EUR') });
  });

  test('a part that was taken by hand is not counted as that of the call', async () => {
    const reference = await referenceOf('tok_approve');
    await provider.capture({ reference, amount: money(1_000, 'EUR'), isFinal: false }, call());
    const [amount, held] = [money(2_000, 'EUR'), money(2_000, 'EUR')];
    expect(await provider.capture({ reference, amount, isFinal: false, capturedBefore: 0 }, call())).toEqual({
      ...{ kind: 'captured', amount, held },
    });
  });
});

describe('what else leaves the outcome unknown', () => {
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

  test('its message never has what was sent', async () => {
    const unknown = asked('tok_secret_of_a_customer');
    expect(JSON.stringify(await provider.authorize(unknown, call()))).not.toContain('tok_secret');
  });
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

test('a declined payment is closed: nobody can pay it with another card', async () => {
  const reference = await referenceOf('tok_decline');
  const { rows } = await simulator.memory.query('SELECT status FROM payment_intent WHERE id = $1', [reference]);
  expect(rows).toEqual([{ status: 'canceled' }]);
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
