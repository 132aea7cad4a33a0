import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { aMessage } from '#kit/messaging/messages.ts';
import { eachTransport } from '#kit/messaging/transports.ts';
import { until } from '#kit/vitest/until.ts';

eachTransport('the age of a queue', (on) => {
  it('is that of the oldest message, not of the newest', async () => {
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

  it('leaves out what is in hand and what is put off', async () => {
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

  it('cannot be told while the server is away', async () => {
    await on.publish(aMessage());
    await on.link.cut();
    await expect(on.bus.oldestWaitingMs(on.queue)).rejects.toThrow();
    await on.link.restore();
  });
});
