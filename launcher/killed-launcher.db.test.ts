import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redisHere } from '#kit/redis/redis.ts';
import type { Agora } from './agora.ts';
import { answers, ask, type Checkout, eventually, kept, makeCheckout } from './checkout.fixture.ts';
import type { OwnTransport } from './events.ts';
import { bornAt } from './processes/processes.ts';

type Remains = { urls: Agora['urls']; redisPid?: number };
let checkout: Checkout;

beforeEach(async () => {
  checkout = await makeCheckout();
});

afterEach(() => checkout.dispose());

/** A launcher in a process of its own, killed the hard way once it runs. */
const startAndKill = async (
  events: OwnTransport,
  beforehand: (urls: Agora['urls']) => Promise<void> = async () => undefined,
): Promise<Remains> => {
  const script = path.join(import.meta.dirname, 'start-agora.fixture.ts');
  const args = [script, checkout.root, checkout.dataDir, events];
  const launcher = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(launcher.stdout, 'data');
  const remains = JSON.parse(String(said)) as Remains;
  await beforehand(remains.urls);
  launcher.kill('SIGKILL');
  await once(launcher, 'close');
  return remains;
};

const transports = redisHere() ? (['postgres', 'redis'] as const) : (['postgres'] as const);

describe.each(transports)('after a kill -9 of the launcher, with events on %s', (events) => {
  it('the services end by themselves, and the next start finds the data', async () => {
    const { urls } = await startAndKill(events);
    await eventually(
      'all services are gone',
      async () => !(await Promise.all(Object.values(urls).map(answers))).includes(true),
    );
    const agora = await checkout.start({ events });
    expect(agora.down()).toEqual([]);
    expect(await kept(agora.databaseUrls.order)).toEqual([{ answer: 42 }]);
  });

  it('the next start ends a service that was too busy to notice, and an orphaned queue', async () => {
    const { urls, redisPid } = await startAndKill(events, async ({ order }) => {
      ask(order, '/hang').catch(() => undefined);
      // The request has to arrive first, or the service sees its launcher go and ends by itself.
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    const env = { ...process.env, ORDER_PORT: new URL(urls.order).port };
    const agora = await checkout.start({ events, env, ports: 39_500 });
    expect(agora.urls.order).toBe(urls.order);
    expect(checkout.lines).toContainEqual(
      expect.stringMatching(/^launcher: Ended what a killed launcher had left running: .*order/),
    );
    expect(redisPid === undefined || bornAt(redisPid) === undefined).toBe(true);
  });
});
