import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { aMessage, idOf } from '#kit/messaging/messages.ts';
import { eachTransport, fastLimits } from '#kit/messaging/transports.ts';
import { until } from '#kit/vitest/until.ts';

const gone = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

const succeeds = (work: Promise<void>) =>
  work.then(
    () => true,
    () => false,
  );

eachTransport('an outage', (on) => {
  it('lets a message wait as long as an outage lasts, without using up its tries', async () => {
    let work: () => Promise<void> = async () => {
      throw new Error('query failed', { cause: gone });
    };
    let tries = 0;
    let done = 0;
    await on.bus.consume(on.queue, async () => {
      tries++;
      await work();
      done++;
    });
    await on.publish(aMessage());
    await until('more tries than a message has', () => tries > fastLimits.tries * 2, 10_000);
    expect(await on.bus.counts(on.queue)).toMatchObject({ dead: 0 });
    work = async () => undefined;
    await until('the message to be done', () => done === 1);
    expect(on.recorded.saying(`in queue ${on.queue} is away`)).toHaveLength(1);
    expect(on.recorded.saying(`in queue ${on.queue} is back`)).toHaveLength(1);
  });

  it('asks at a bounded rate during an outage, however long the queue is', async () => {
    let tries = 0;
    await on.bus.consume(
      on.queue,
      async () => {
        tries++;
        throw gone;
      },
      { concurrency: 2 },
    );
    await on.publish(...Array.from({ length: 100 }, () => aMessage()));
    await pause(1_000);
    // Two slots that rest 20 ms after each try.
    expect(tries).toBeLessThanOrEqual(100);
    expect(tries).toBeGreaterThan(4);
  });

  it('delivers a message again when its worker is killed, and does not count it as a try', async () => {
    const argument = JSON.stringify({ config: on.config, queue: on.queue, limits: fastLimits });
    const message = aMessage();
    await on.publish(message);
    // More deaths than the message has tries.
    for (let deaths = 0; deaths < fastLimits.tries + 1; deaths++) {
      const worker = spawn(process.execPath, [path.resolve('tests/kit/messaging/hanging-worker.ts'), argument], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(worker.stdout, 'data');
      expect(String(line).trim()).toBe(message.id);
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    }
    const taken: string[] = [];
    await on.bus.consume(on.queue, async (got) => void taken.push(idOf(got)));
    await until('the message', () => taken.length > 0, 10_000);
    expect(taken).toEqual([message.id]);
    await until('the queue to be empty', on.isIdle);
    expect(await on.bus.counts(on.queue)).toMatchObject({ dead: 0 });
  });

  it('refuses to publish while the server is away, and publishes when it is back', async () => {
    await on.publish(aMessage());
    await on.link.cut();
    await expect(on.publish(aMessage())).rejects.toThrow();
    await expect(on.publish(aMessage())).rejects.toThrow();
    await on.link.restore();
    await until('a publish that works', () => succeeds(on.publish(aMessage())));
    expect(on.recorded.saying('is away; retrying until')).toHaveLength(1);
    expect(on.recorded.lines.filter(({ msg }) => msg.endsWith(' is back') && !msg.includes('away'))).toHaveLength(1);
  });

  it('goes on consuming after the server was away, without a storm of errors', async () => {
    const taken: string[] = [];
    await on.bus.consume(on.queue, async (got) => void taken.push(idOf(got)));
    await on.publish(aMessage());
    await until('the first message', () => taken.length === 1);
    await on.link.cut();
    await pause(2_500);
    // Redis or the database is away, and what BullMQ had under way failed.
    expect(on.recorded.lines.filter(({ level }) => level >= 40).length).toBeLessThan(8);
    const second = aMessage();
    const other = await on.another();
    await other.publish([{ queue: on.queue, message: second }]);
    await on.link.restore();
    // The first may come again: the cut may have hidden that it was done.
    await until('the second message', () => taken.includes(second.id), 10_000);
  });

  it('finishes a message whose end fell into an absence of the server', async () => {
    const begun: string[] = [];
    let finish: () => void = () => undefined;
    await on.bus.consume(on.queue, async (got) => {
      begun.push(idOf(got));
      if (begun.length === 1)
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
    });
    await on.publish(aMessage());
    await until('the message in hand', () => begun.length === 1);
    await on.link.cut();
    finish();
    await pause(500);
    await on.link.restore();
    const other = await on.another();
    await until(
      'the queue to be empty',
      async () => {
        const { waiting, active, delayed } = await other.counts(on.queue);
        return waiting + active + delayed === 0;
      },
      12_000,
    );
    expect(await other.counts(on.queue)).toMatchObject({ dead: 0 });
  });

  it('starts while the server is away, and consumes as soon as it is there', async () => {
    await on.link.cut();
    const early = await on.another({ overLink: true });
    const taken: string[] = [];
    await early.consume(on.queue, async (got) => void taken.push(idOf(got)));
    await pause(300);
    await on.link.restore();
    await until('a publish that works', () => succeeds(on.publish(aMessage())));
    await until('the message', () => taken.length === 1, 10_000);
  });

  it('does not do later, behind the back of the publisher, what it refused to do', async () => {
    await on.link.cut();
    const early = await on.another({ overLink: true });
    const refused = early.publish([{ queue: on.queue, message: aMessage() }]);
    await expect(refused).rejects.toThrow();
    await on.link.restore();
    await until('a publish that works', () => succeeds(early.publish([{ queue: on.queue, message: aMessage() }])));
    expect(await early.counts(on.queue)).toMatchObject({ waiting: 1 });
  });

  it('publishes again after its connections went silent', async () => {
    await on.publish(aMessage());
    on.link.silence();
    await expect(on.publish(aMessage())).rejects.toThrow();
    await until('a publish that works', () => succeeds(on.publish(aMessage())), 8_000);
  });
});
