import Fastify, { type FastifyInstance } from 'fastify';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage } from '#kit/payment/builders.ts';
import { stripeWebhooks } from '../adapters/stripe/webhooks.ts';
import { webhooks } from './webhooks.ts';

const secret = 'a secret of sixteen or more';
let kit: PaymentTestApp;
let http: FastifyInstance;
beforeAll(async () => {
  const webhook = { url: '', secret };
  kit = await paymentTestApp({ simulator: { webhook } });
  http = Fastify();
  webhooks(kit.app, [stripeWebhooks({ provider: 'simulator', secret, livemode: false })], {
    now: () => new Date(),
    telemetry: kit.telemetry,
  })(http);
  http.post('/elsewhere', async ({ body }) => body);
  webhook.url = `${await http.listen({ host: '127.0.0.1', port: 0 })}/webhooks/simulator`;
});
afterAll(async () => {
  await http.close();
  await kit[Symbol.asyncDispose]();
});

const waiting = async () => {
  const attempt = anAttempt();
  await kit.app.commands.authorizePayment(authorizeMessage(attempt, { paymentMethodToken: 'tok_duplicate_webhook' }));
  kit.advance(1_000);
  return attempt;
};
const eventOf = (id: unknown, about: object, type = 'payment_intent.succeeded') =>
  JSON.stringify({
    id,
    object: 'event',
    livemode: false,
    type,
    data: { object: { object: 'payment_intent', ...about } },
  });
const ofAttempt = (id: string, attempt: string) => eventOf(id, { metadata: { attempt } });
const post = (payload: string, headers: Record<string, string>) =>
  http.inject({
    method: 'POST',
    url: '/webhooks/simulator',
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
const signatureHeader = 'stripe-signature';
const sign = (by: string, payload: string, at: Date) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret: by, timestamp: Math.floor(at.getTime() / 1_000) });
const signed = (payload: string, by = secret) => post(payload, { [signatureHeader]: sign(by, payload, new Date()) });

describe('POST /webhooks/simulator', () => {
  test("the simulator's own delivery, twice over real HTTP, advances the payment once", async () => {
    const attempt = await waiting();
    await kit.simulator.happen();
    await expect.poll(() => kit.replyTypes(attempt)).toEqual(['authorized']);
    const { rows } = await kit.simulator.memory.query(
      'SELECT count(*)::integer AS sent FROM webhook WHERE delivered_at IS NOT NULL',
    );
    expect(rows).toEqual([{ sent: 2 }]);
  });

  test('200 for a signed event, also for its duplicate', async () => {
    const attempt = await waiting();
    const body = ofAttempt('evt_1', attempt.attemptId);
    for (let time = 1; time <= 2; time++) expect((await signed(body)).statusCode).toBe(200);
    await expect.poll(() => kit.replyTypes(attempt)).toEqual(['authorized']);
    const stored = await kit.prisma.providerEvent.findMany({ where: { eventId: 'evt_1' } });
    expect(stored).toMatchObject([{ provider: 'simulator', type: 'payment_intent.succeeded', tries: 1 }]);
    expect(Buffer.from(stored[0]?.body ?? []).toString()).toBe(body);
  });

  test.each(['payout.paid', 'payment_intent.succeeded'])('200 for a %s that does not concern us', async (type) => {
    expect((await signed(eventOf('evt_2', { metadata: { attempt: 'x' } }, type))).statusCode).toBe(200);
  });

  const unreadable = [
    ['no JSON', 'not json'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['no data', JSON.stringify({ id: 'evt_4', livemode: false, type: 'payment_intent.succeeded' })],
    ['no id', eventOf(undefined, {})],
    ['a NUL in the id', eventOf('evt\0', {})],
    ['half a character in the id', eventOf('evt_1', {}).replace('evt_1', 'evt_\\ud800')],
    ['an id without end', eventOf('e'.repeat(201), {})],
  ] as const;

  test.each(unreadable)('200 for a signed body that is %s, which is kept once', async (_, body) => {
    for (let time = 1; time <= 2; time++) expect((await signed(body)).statusCode).toBe(200);
    const kept = await kit.prisma.unreadableWebhook.findMany({ orderBy: { receivedAt: 'desc' } });
    const ofBody = kept.filter((it) => Buffer.from(it.body).toString() === body);
    expect(ofBody).toMatchObject([{ provider: 'simulator', times: 2, reason: expect.stringMatching(/\w/) }]);
    expect(kit.faults.at(-1)).toBe(ofBody[0]?.reason);
  });

  test('only the newest thousand are kept', async () => {
    await kit.prisma.$executeRaw`
      INSERT INTO unreadable_webhook (provider, digest, body, reason, received_at, last_received_at)
      SELECT 'simulator', n, '', 'old', now() - interval '1 day', now() - interval '1 day' - n * interval '1 second'
        FROM generate_series(1, 1000) AS n`;
    await signed('newest');
    const kept = await kit.prisma.unreadableWebhook.findMany({ orderBy: { lastReceivedAt: 'desc' } });
    expect(kept).toHaveLength(1_000);
    expect(Buffer.from(kept[0]?.body ?? []).toString()).toBe('newest');
  });

  test('an unsigned body is never kept', async () => {
    await post('nonsense of a stranger', {});
    await signed('nonsense of a stranger', 'another secret of sixteen');
    const kept = await kit.prisma.unreadableWebhook.findMany();
    expect(kept.map((it) => Buffer.from(it.body).toString())).not.toContain('nonsense of a stranger');
  });

  describe('that is abuse is refused, reported once, and changes nothing', () => {
    const aBody = (attemptId: string) => ofAttempt('evt_3', attemptId);
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    const unsigned = 'simulator: no valid signature';

    test.each<[what: string, send: (body: string) => ReturnType<typeof post>, status: number, fault: string]>([
      ['no signature', (body) => post(body, {}), 401, unsigned],
      ['no body', () => post('', {}), 401, unsigned],
      ['a signature by another secret', (body) => signed(body, 'another secret of sixteen'), 401, unsigned],
      [
        'a signature of another body',
        (body) => post(`${body} `, { [signatureHeader]: sign(secret, body, new Date()) }),
        401,
        unsigned,
      ],
      [
        'a time stamp of six minutes ago',
        (body) => post(body, { [signatureHeader]: sign(secret, body, minutesAgo(6)) }),
        401,
        unsigned,
      ],
      [
        'a time stamp of the future',
        (body) => post(body, { [signatureHeader]: sign(secret, body, minutesAgo(-6)) }),
        401,
        unsigned,
      ],
      ['a body of 64 KiB and a byte', () => signed('x'.repeat(65_537)), 413, 'simulator: too large'],
      ['a body of 10 MB', () => signed('x'.repeat(10_000_000)), 413, 'simulator: too large'],
    ])('%s', async (_, send, status, fault) => {
      const attempt = await waiting();
      const [before, reported] = [await kit.prisma.providerEvent.count(), kit.faults.length];
      expect((await send(aBody(attempt.attemptId))).statusCode).toBe(status);
      expect(kit.faults.slice(reported)).toEqual([fault]);
      expect(await kit.prisma.providerEvent.count()).toBe(before);
      expect(await kit.replyTypes(attempt)).toEqual([]);
    });

    test('a replay of what was valid: known while its signature is young, refused afterwards', async () => {
      const attempt = await waiting();
      const body = ofAttempt('evt_replayed', attempt.attemptId);
      const headers = { [signatureHeader]: sign(secret, body, minutesAgo(4)) };
      for (let time = 1; time <= 3; time++) expect((await post(body, headers)).statusCode).toBe(200);
      await expect.poll(() => kit.replyTypes(attempt)).toEqual(['authorized']);
      expect(await kit.prisma.providerEvent.findMany({ where: { eventId: 'evt_replayed' } })).toMatchObject([
        { tries: 1 },
      ]);
      const old = { [signatureHeader]: sign(secret, body, minutesAgo(6)) };
      expect((await post(body, old)).statusCode).toBe(401);
    });
  });

  test('other routes still parse JSON', async () => {
    const answer = await http.inject({ method: 'POST', url: '/elsewhere', payload: { a: 1 } });
    expect(answer.json()).toEqual({ a: 1 });
  });
});
