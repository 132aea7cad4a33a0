import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { type TestDatabase, testDatabase } from '#kit/postgres/postgres.ts';
import type { PaymentProvider, ProviderCall } from '../../usecases/ports.ts';
import { providerSuite } from '../provider.suite.ts';
import { openMemory } from './memory.ts';
import { signatureHeader, webhookReader } from './signature.ts';
import { simulator } from './simulator.ts';
import { deliverWebhooks } from './webhook-queue.ts';

let database: TestDatabase;
let pool: ReturnType<typeof openMemory>;
let provider: PaymentProvider;
let aheadMs = 0;
const clock = (time: Date) => new Date(time.getTime() + aheadMs);
beforeAll(async () => {
  database = await testDatabase('payment');
  pool = openMemory(database.url, () => undefined);
  provider = simulator({ pool, latencyMs: 1, clock });
});
afterAll(async () => {
  await pool.end();
  await database.dispose();
});

const effects = async (reference: string): Promise<string[]> => {
  const { rows } = await pool.query<{ kind: string; amount: number }>(
    'SELECT kind, amount FROM simulator.effect WHERE reference = $1 ORDER BY id',
    [reference],
  );
  return rows.map(({ kind, amount }) => `${kind} ${amount}`);
};

describe('the simulator does what every provider must', () => {
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
    effects,
  });
});

const amount = money(5_000, 'EUR');
const asked = (token: string) => ({ attemptId: newId('Attempt'), orderId: newId('Order'), amount, method: { token } });
const call = (key: string = crypto.randomUUID(), ms = 5_000): ProviderCall => ({
  key,
  signal: AbortSignal.timeout(ms),
});
const referenceOf = async (token: string) => (await provider.authorize(asked(token), call())).reference ?? '';
const allEffects = async (attempt: string): Promise<number> => {
  const { rows } = await pool.query(
    'SELECT 1 FROM simulator.effect JOIN simulator.payment USING (reference) WHERE attempt = $1',
    [attempt],
  );
  return rows.length;
};

describe('its faults', () => {
  test.each([
    ['tok_timeout', 'after', 1],
    ['tok_timeout_lost', 'before', 0],
  ] as const)('%s: silence %s the effect, then the same key is answered', async (token, _, effectsAfterSilence) => {
    const [request, key] = [asked(token), crypto.randomUUID()];
    await expect(provider.authorize(request, call(key, 100))).rejects.toThrow('timeout');
    expect(await allEffects(request.attemptId)).toBe(effectsAfterSilence);
    expect(await provider.authorize(request, call(key))).toMatchObject({ kind: 'approved' });
    expect(await allEffects(request.attemptId)).toBe(1);
  });

  test('tok_capture_fail authorizes and never captures', async () => {
    const reference = await referenceOf('tok_capture_fail');
    expect(await provider.capture({ reference, amount }, call())).toMatchObject({ kind: 'captureRefused' });
    expect(await provider.void({ reference }, call())).toMatchObject({ kind: 'voided', released: amount });
  });

  test('tok_void_fail never releases the hold', async () => {
    const reference = await referenceOf('tok_void_fail');
    expect(await provider.void({ reference }, call())).toMatchObject({ kind: 'voidRefused', held: amount });
    await provider.capture({ reference, amount }, call());
    expect(await provider.refund({ reference, amount }, call())).toMatchObject({ kind: 'refundRefused' });
  });

  test('its memory survives a crash: another instance knows the key', async () => {
    const [request, key] = [asked('tok_approve'), crypto.randomUUID()];
    const first = await provider.authorize(request, call(key));
    const other = openMemory(database.url, () => undefined);
    expect(await simulator({ pool: other, latencyMs: 0 }).authorize(request, call(key))).toEqual(first);
    await other.end();
  });
});

describe('its webhooks', () => {
  beforeEach(async () => {
    await pool.query('DELETE FROM simulator.webhook');
  });
  const secret = 'a secret of sixteen or more';
  interface Received {
    readonly body: Buffer;
    readonly signature: string | undefined;
  }

  const makeDue = () => pool.query("UPDATE simulator.webhook SET due_at = clock_timestamp() - interval '1 minute'");

  /** A receiver that refuses the first `refusals` requests. */
  const receiver = async (refusals = 0) => {
    const received: Received[] = [];
    let left = refusals;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ body: Buffer.concat(chunks), signature: String(request.headers[signatureHeader]) });
        response.writeHead(left-- > 0 ? 500 : 200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
    return { received, deliver: deliverWebhooks({ pool, secret, url }), close };
  };

  test('tok_duplicate_webhook: "processing", then the same signed event twice, then nothing', async () => {
    const request = asked('tok_duplicate_webhook');
    const { reference, kind } = await provider.authorize(request, call());
    expect(kind).toBe('processing');
    expect(await effects(reference ?? '')).toEqual([]);

    const { received, deliver, close } = await receiver();
    aheadMs += 1_000;
    await makeDue();
    await deliver();
    await deliver();
    await close();
    const events = received.map(({ body, signature }) => webhookReader(secret).read(body, signature, new Date()));
    expect(events).toEqual([events[0], events[0]]);
    expect(events[0]).toMatchObject({ provider: 'simulator', about: { attemptId: request.attemptId } });
    expect(await provider.lookup({ reference: reference ?? '' }, AbortSignal.timeout(1_000))).toMatchObject({
      kind: 'approved',
    });
  });

  test('are repeated until they are accepted', async () => {
    await provider.authorize(asked('tok_duplicate_webhook'), call());
    const { received, deliver, close } = await receiver(3);
    for (let round = 0; round < 6; round++) {
      await makeDue();
      await deliver();
    }
    await close();
    expect(received).toHaveLength(3 + 2);
  });

  test('two senders do not send the same one', async () => {
    await provider.authorize(asked('tok_duplicate_webhook'), call());
    const { received, deliver, close } = await receiver();
    await makeDue();
    await Promise.all([deliver(), deliver(), deliver()]);
    await close();
    expect(received).toHaveLength(2);
  });
});
