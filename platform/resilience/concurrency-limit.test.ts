import { expect, it } from 'vitest';
import { concurrencyLimit } from './concurrency-limit.ts';

const bounds = { concurrency: 2, maxWaiting: 3, waitMs: 20_000 };

/** Works that end when told to, in one line of turns. */
const scene = (over: Partial<typeof bounds> = {}) => {
  const limitConcurrency = concurrencyLimit({ ...bounds, ...over });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, about: { subject: string | undefined } = { subject: 'cart' }) =>
    limitConcurrency(about.subject, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
    }).then(
      () => 'done',
      (error: { code?: string; message: string }) => error.code ?? error.message,
    );
  return { limitConcurrency, begun, start, end: (name: string) => ends.get(name)?.() };
};

it('lets two be at one thing, and the others wait in the order in which they came', async () => {
  const { begun, start, end } = scene();
  const all = ['a', 'b', 'c', 'd'].map((name) => start(name));
  expect(begun).toEqual(['a', 'b']);
  end('b');
  expect(await all[1]).toBe('done');
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c']) end(name);
  await Promise.all([all[0], all[2]]);
  end('d');
  expect(await Promise.all(all)).toEqual(Array(4).fill('done'));
});

it('keeps nobody waiting who is about another thing, or about none', async () => {
  const { begun, start, end } = scene({ concurrency: 1 });
  const first = start('first');
  const waits = start('waits');
  const others = [start('other', { subject: 'another cart' }), start('free', { subject: undefined })];
  expect(begun).toEqual(['first', 'other', 'free']);
  for (const name of ['other', 'free', 'first']) end(name);
  await Promise.all([first, ...others]);
  end('waits');
  expect(await waits).toBe('done');
});

it('refuses at once when too many wait, and with a retryable error after too long a wait', async () => {
  const { start, end } = scene({ concurrency: 1, maxWaiting: 1, waitMs: 20 });
  const first = start('first');
  const late = start('late');
  expect(await start('too many')).toBe('RESOURCE_BUSY');
  expect(await late).toBe('RESOURCE_BUSY');
  end('first');
  expect(await first).toBe('done');
  const next = start('next');
  end('next');
  expect(await next).toBe('done');
});

it('hands the turn of failed work to the next', async () => {
  const { limitConcurrency } = scene({ concurrency: 1 });
  const failing = limitConcurrency('cart', () => Promise.reject(new Error('failed')));
  const next = limitConcurrency('cart', async () => 'ran');
  await expect(failing).rejects.toThrow('failed');
  expect(await next).toBe('ran');
});
