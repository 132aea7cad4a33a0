import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { aMessage, idOf } from '#kit/messaging/messages.ts';
import { eachTransport } from '#kit/messaging/transports.ts';
import { until } from '#kit/vitest/until.ts';

eachTransport('the bus', (on) => {
  it('hands a published message to the consumer as it was', async () => {
    const message = aMessage({ data: { text: 'grüße', nested: { amount: 12 } }, traceparent: '00-ab-cd-01' });
    const taken: unknown[] = [];
    await on.bus.consume(on.queue, async (got) => void taken.push(got));
    await on.publish(message);
    await until('the message', () => taken.length > 0);
    expect(taken).toEqual([message]);
  });

  it('keeps messages for a consumer that starts later', async () => {
    const messages = [aMessage(), aMessage(), aMessage()];
    await on.publish(...messages);
    const taken: string[] = [];
    await on.bus.consume(on.queue, async (got) => void taken.push(idOf(got)), { concurrency: 1 });
    await until('three messages', () => taken.length === 3);
    expect(taken).toEqual(messages.map(idOf));
  });

  it('queues a message once, however often it is published', async () => {
    const message = aMessage();
    await on.publish(message, message);
    await on.publish(message);
    const taken: string[] = [];
    await on.bus.consume(on.queue, async (got) => void taken.push(idOf(got)));
    await until('the message', () => taken.length > 0);
    await until('the queue to be empty', on.isIdle);
    await on.publish(message);
    await pause(200);
    expect(taken).toEqual([message.id]);
  });

  it('puts a copy in each queue that it is published to', async () => {
    const message = aMessage();
    const taken: string[] = [];
    await on.bus.consume(on.queue, async () => void taken.push('first'));
    await on.bus.consume(`${on.queue}-other`, async () => void taken.push('other'));
    await on.bus.publish([
      { queue: on.queue, message },
      { queue: `${on.queue}-other`, message },
    ]);
    await until('both copies', () => taken.length === 2);
    expect(taken.toSorted()).toEqual(['first', 'other']);
  });

  it('has no more messages in hand than it may', async () => {
    let inHand = 0;
    let most = 0;
    let done = 0;
    const handle = async () => {
      most = Math.max(most, ++inHand);
      await pause(15);
      inHand--;
      done++;
    };
    await on.bus.consume(on.queue, handle, { concurrency: 3 });
    await on.publish(...Array.from({ length: 30 }, () => aMessage()));
    await until('thirty messages', () => done === 30);
    expect(most).toBe(3);
  });

  it('finishes what it has in hand before it closes, and takes no more', async () => {
    const begun: string[] = [];
    const done: string[] = [];
    const consumption = await on.bus.consume(
      on.queue,
      async (got) => {
        begun.push(idOf(got));
        await pause(300);
        done.push(idOf(got));
      },
      { concurrency: 2 },
    );
    await on.publish(...Array.from({ length: 5 }, () => aMessage()));
    await until('two in hand', () => begun.length === 2);
    await consumption.close();
    expect(done.toSorted()).toEqual(begun.toSorted());
    expect(await on.bus.counts(on.queue)).toMatchObject({ waiting: 3, active: 0 });
  });

  it('hands each of 200 messages to one of two consumers, once', async () => {
    const messages = Array.from({ length: 200 }, () => aMessage());
    const taken: string[] = [];
    const other = await on.another();
    await on.bus.consume(on.queue, async (got) => void taken.push(idOf(got)));
    await other.consume(on.queue, async (got) => void taken.push(idOf(got)));
    for (let from = 0; from < 200; from += 50) await on.publish(...messages.slice(from, from + 50));
    await until('200 messages', () => taken.length >= 200, 15_000);
    await until('the queue to be empty', on.isIdle);
    expect(taken.toSorted()).toEqual(messages.map(idOf).toSorted());
  });

  it('closes although a message never ends', async () => {
    const hanging = await on.another({ limits: { drainDeadlineMs: 200, closeDeadlineMs: 200 } });
    let begun = false;
    await hanging.consume(on.queue, async () => {
      begun = true;
      await new Promise(() => undefined);
    });
    await on.publish(aMessage());
    await until('the message in hand', () => begun);
    await hanging.close();
    expect(on.recorded.saying('did not finish in time')).toHaveLength(1);
  });

  it('reports the age of the oldest message, not of the newest', async () => {
    expect(await on.bus.oldestWaitingMs(on.queue)).toBe(0);
    await on.publish(aMessage());
    await pause(400);
    const before = await on.bus.oldestWaitingMs(on.queue);
    expect(before).toBeGreaterThan(0);
    await on.publish(...Array.from({ length: 30 }, () => aMessage()));
    expect(await on.bus.oldestWaitingMs(on.queue)).toBeGreaterThanOrEqual(before);
    await on.bus.consume(on.queue, async () => undefined);
    await until('the queue to be empty', on.isIdle);
    expect(await on.bus.oldestWaitingMs(on.queue)).toBe(0);
  });

  it('counts neither active nor delayed messages as waiting', async () => {
    let begun = false;
    const consumption = await on.bus.consume(
      on.queue,
      async () => {
        begun = true;
        await pause(1_000);
        throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      },
      { concurrency: 1 },
    );
    await on.publish(aMessage());
    await until('the message in hand', () => begun);
    expect(await on.bus.oldestWaitingMs(on.queue)).toBe(0);
    await consumption.close();
  });

  it('reports no age while the server is away', async () => {
    await on.publish(aMessage());
    await on.link.cut();
    await expect(on.bus.oldestWaitingMs(on.queue)).rejects.toThrow();
    await on.link.restore();
  });
});
