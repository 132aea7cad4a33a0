import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineMessage, type NewMessage } from '#contracts/envelope.ts';
import { aMessage } from '#kit/messaging/messages.ts';
import { eachTransport } from '#kit/messaging/transports.ts';
import { type PlatformDatabase, platformDatabase } from '#kit/postgres/platform-tables.ts';
import { until } from '#kit/vitest/until.ts';
import { recordReceived } from '../database/unit-of-work.ts';
import { on, startConsumer } from './consumer.ts';
import { outbox } from './outbox.ts';
import { startRelay } from './relay.ts';

const ThingHappened = defineMessage({
  type: 'thing.happened',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'For these tests.',
  data: z.object({ amount: z.int() }),
});
const happened = (amount: number): NewMessage => ({
  type: 'thing.happened',
  version: 1,
  aggregate: { type: 'Thing', id: `thing-${amount % 5}` },
  data: { amount },
});

eachTransport('from outbox to inbox', (transport) => {
  let sender: PlatformDatabase;
  let receiver: PlatformDatabase;

  beforeEach(async () => {
    sender = await platformDatabase();
    receiver = await platformDatabase();
    await receiver.pool.query('CREATE TABLE effect (amount int NOT NULL)');
  });
  afterEach(async () => {
    await sender.dispose();
    await receiver.dispose();
  });

  const consume = (handle: (amount: number) => Promise<void> = async () => undefined) =>
    startConsumer({
      bus: transport.bus,
      queue: transport.queue,
      log: transport.recorded.log,
      handlers: [
        on(ThingHappened, (message) =>
          receiver.transaction(async (tx) => {
            if (!(await recordReceived(tx, message))) return;
            await tx.$executeRawUnsafe('INSERT INTO effect VALUES ($1)', message.data.amount);
            await handle(message.data.amount);
          }),
        ),
      ],
    });
  const relay = async () =>
    startRelay({
      databaseUrl: sender.url,
      bus: await transport.another({ overLink: true }),
      receivers: () => [transport.queue],
      log: transport.recorded.log,
    });
  const effects = async () =>
    (await receiver.pool.query('SELECT amount FROM effect ORDER BY amount')).rows.map(({ amount }) => amount as number);
  const amounts = Array.from({ length: 60 }, (_, index) => index);
  const send = async () => {
    for (const amount of amounts) await sender.transaction((tx) => outbox(tx).add(happened(amount)));
  };

  it('every message takes effect exactly once', async () => {
    await consume();
    const running = await relay();
    await send();
    await until('all effects', async () => (await effects()).length === amounts.length, 10_000);
    await running.close();
    expect(await effects()).toEqual(amounts);
  });

  it('every message takes effect exactly once when it is published again and again', async () => {
    await consume();
    const running = await relay();
    await send();
    for (let again = 0; again < 3; again++) {
      await sender.pool.query('UPDATE outbox_message SET published_at = NULL');
      running.wake();
    }
    await until('all effects', async () => (await effects()).length >= amounts.length, 10_000);
    await until('an empty queue', transport.isIdle);
    await running.close();
    expect(await effects()).toEqual(amounts);
  });

  it('every message takes effect exactly once when its handlers fail at first, after their effect', async () => {
    const failed = new Set<number>();
    await consume(async (amount) => {
      if (failed.has(amount) || amount % 3 > 0) return;
      failed.add(amount);
      throw new Error('after the effect');
    });
    const running = await relay();
    await send();
    await until('all effects', async () => (await effects()).length === amounts.length, 10_000);
    await until('an empty queue', transport.isIdle);
    await running.close();
    expect(await effects()).toEqual(amounts);
    expect(failed.size).toBe(20);
  });

  it('every message takes effect exactly once when the queue goes away in the middle', async () => {
    await consume();
    const running = await relay();
    const sending = send();
    await until('some effects', async () => (await effects()).length > 5);
    await transport.link.cut();
    await sending;
    await transport.link.restore();
    await until('all effects', async () => (await effects()).length >= amounts.length, 15_000);
    await running.close();
    expect(await effects()).toEqual(amounts);
  });

  it('two copies of a message at the same moment take effect once', async () => {
    await consume();
    const message = aMessage({ data: { amount: 7 } });
    const { handlers } = { handlers: [message, message, message, message] };
    await Promise.all(
      handlers.map((copy) =>
        receiver.transaction(async (tx) => {
          if (await recordReceived(tx, copy)) await tx.$executeRawUnsafe('INSERT INTO effect VALUES (7)');
        }),
      ),
    );
    expect(await effects()).toEqual([7]);
  });

  it('a message that is none becomes a dead letter with the reason, and the next one is handled', async () => {
    await consume();
    await transport.publish(aMessage({ data: { amount: 'a lot' } }), aMessage({ type: 'thing.unheard-of' }));
    await transport.publish(aMessage({ data: { amount: 1 } }));
    await until('two dead letters', async () => (await transport.bus.counts(transport.queue)).dead === 2);
    await until('the effect', async () => (await effects()).length === 1);
    const reasons = (await transport.bus.deadLetters(transport.queue)).map(({ reason }) => reason).toSorted();
    expect(reasons[0]).toContain('has no handler for thing.unheard-of v1');
    expect(reasons[1]).toContain('the data does not match thing.happened v1');
    // The queue knows it a moment before the consumer has said so.
    await until('both in the log', () => transport.recorded.saying('dead letter').length >= 2);
    expect(transport.recorded.saying('dead letter')).toHaveLength(2);
  });
});
