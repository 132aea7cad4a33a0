import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { aMessage, idOf } from '#kit/messaging/messages.ts';
import { eachTransport, fastLimits } from '#kit/messaging/transports.ts';
import { until } from '#kit/vitest/until.ts';
import { Poison } from './bus.ts';
import { postgresBackend } from './postgres.ts';
import { redisBackend } from './redis.ts';

eachTransport('a message that fails', (on) => {
  it('retries a message that fails', async () => {
    let tries = 0;
    await on.bus.consume(on.queue, async () => {
      if (++tries < 3) throw new Error('not yet');
    });
    await on.publish(aMessage());
    await until('the third try', () => tries === 3);
    await until('the queue to be empty', on.isIdle);
    expect(await on.bus.deadLetters(on.queue)).toEqual([]);
    expect(on.recorded.saying('it is retried')).toHaveLength(2);
  });

  it('delays each further attempt twice as long up to the cap, half of it left to chance', async () => {
    const limits = { ...fastLimits, tries: 5, retryBaseMs: 60_000, retryCapMs: 240_000 };
    const bus = await on.another({ limits });
    const { REDIS_URL, EVENTS_DATABASE_URL = '' } = on.config;
    const backend = REDIS_URL
      ? redisBackend(REDIS_URL, limits, on.recorded.log)
      : postgresBackend(EVENTS_DATABASE_URL, limits, on.recorded.log);
    const queue = await backend.queue(on.queue);
    await bus.consume(on.queue, async () => {
      throw new Error('not yet');
    });
    const message = aMessage();
    await bus.publish([{ queue: on.queue, message }]);
    for (const longestMs of [60_000, 120_000, 240_000, 240_000]) {
      await until('the delayed job', async () => (await bus.counts(on.queue)).delayed === 1);
      const job = await queue.getJob(message.id);
      expect(job?.delay).toBeGreaterThanOrEqual(longestMs / 2);
      expect(job?.delay).toBeLessThanOrEqual(longestMs);
      await job?.promote();
    }
    await until('the dead letter', async () => (await bus.counts(on.queue)).dead === 1);
    await backend.close();
  });

  it('makes a message that keeps failing a dead letter, with a log line, and redrives it on demand', async () => {
    const startedAt = Date.now();
    const message = aMessage({ type: 'thing.broken' });
    let work: () => Promise<void> = async () => {
      throw new Error('no such thing');
    };
    let tries = 0;
    const told: string[] = [];
    const handle = async () => {
      tries++;
      await work();
    };
    await on.bus.consume(on.queue, handle, { onDeadLetter: ({ reason }) => told.push(reason) });
    await on.publish(message);
    await until('the dead letter', async () => (await on.bus.counts(on.queue)).dead === 1);
    expect(tries).toBe(fastLimits.tries);
    const [letter] = await on.bus.deadLetters(on.queue);
    expect(letter).toMatchObject({
      id: message.id,
      type: 'thing.broken',
      message,
      reason: 'no such thing',
      attempts: 3,
    });
    expect(letter?.failedAt.getTime()).toBeGreaterThanOrEqual(startedAt);
    await until('its log line', () => on.recorded.saying('dead letter').length === 1);
    expect(told).toEqual(['no such thing']);

    work = async () => undefined;
    expect(await on.bus.redrive(on.queue, message.id)).toBe(true);
    await until('the fourth try', () => tries === 4);
    await until('the queue to be empty', on.isIdle);
    expect(await on.bus.counts(on.queue)).toMatchObject({ dead: 0 });
  });

  it('gives a redriven message all its attempts', async () => {
    const message = aMessage();
    let tries = 0;
    await on.bus.consume(on.queue, async () => {
      tries++;
      throw new Error('still broken');
    });
    await on.publish(message);
    await until('the dead letter', async () => (await on.bus.counts(on.queue)).dead === 1);
    await on.bus.redrive(on.queue, message.id);
    await until('the second death', async () => tries === 6 && (await on.bus.counts(on.queue)).dead === 1);
    expect(await on.bus.deadLetters(on.queue)).toMatchObject([{ message, attempts: 3 }]);
  });

  it('redrives nothing that is not a dead letter', async () => {
    const message = aMessage();
    await on.publish(message);
    expect(await on.bus.redrive(on.queue, message.id)).toBe(false);
    expect(await on.bus.redrive(on.queue, 'no-such-message')).toBe(false);
    expect(await on.bus.counts(on.queue)).toMatchObject({ waiting: 1 });
  });

  it('makes one copy when two operators redrive the same dead letter', async () => {
    const message = aMessage();
    const consumption = await on.bus.consume(on.queue, async () => {
      throw new Poison('broken');
    });
    await on.publish(message);
    await until('the dead letter', async () => (await on.bus.counts(on.queue)).dead === 1);
    await consumption.close();
    await Promise.allSettled([on.bus.redrive(on.queue, message.id), on.bus.redrive(on.queue, message.id)]);
    expect(await on.bus.counts(on.queue)).toMatchObject({ waiting: 1, dead: 0 });
  });

  it('lists dead letters page by page, the newest first', async () => {
    const messages = [aMessage(), aMessage(), aMessage()];
    await on.bus.consume(
      on.queue,
      async (got) => {
        await pause(20);
        throw new Poison(idOf(got));
      },
      { concurrency: 1 },
    );
    await on.publish(...messages);
    await until('three dead letters', async () => (await on.bus.counts(on.queue)).dead === 3);
    const pages = [
      ...(await on.bus.deadLetters(on.queue, { limit: 2 })),
      ...(await on.bus.deadLetters(on.queue, { offset: 2, limit: 2 })),
    ];
    expect(pages.map(({ reason }) => reason)).toEqual(messages.map(idOf).toReversed());
  });

  it('empties a queue of waiting, delayed and dead messages', async () => {
    const poison = aMessage();
    const { close } = await on.bus.consume(on.queue, async (got) => {
      if (idOf(got) === poison.id) throw new Poison('broken');
      throw new Error('not yet');
    });
    await on.publish(poison, aMessage());
    await until('a dead letter', async () => (await on.bus.counts(on.queue)).dead > 0);
    await close();
    await on.publish(aMessage());
    await on.bus.empty(on.queue);
    expect(await on.bus.counts(on.queue)).toEqual({ waiting: 0, active: 0, delayed: 0, dead: 0 });

    const taken: string[] = [];
    await on.bus.consume(on.queue, async (got) => void taken.push(idOf(got)));
    await on.publish(poison);
    await until('the queue to work as before', () => taken.length === 1);
  });

  it('makes poison a dead letter at the first attempt', async () => {
    let tries = 0;
    await on.bus.consume(on.queue, async () => {
      tries++;
      throw new Poison('not a message of ours');
    });
    await on.publish(aMessage());
    await until('the dead letter', async () => (await on.bus.counts(on.queue)).dead === 1);
    expect(tries).toBe(1);
    expect(await on.bus.deadLetters(on.queue)).toMatchObject([{ reason: 'not a message of ours' }]);
  });
});
