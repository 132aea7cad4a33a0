import { expect, it, vi } from 'vitest';
import { withDeadline } from './deadline.ts';

const never = () => new Promise<string>(() => undefined);
const fail = () => Promise.reject<string>(new Error('failed'));
const late = () => {
  throw new Error('late');
};

it('gives what the work comes to, whatever that is', async () => {
  expect(await withDeadline(20_000, Promise.resolve('done'), late)).toBe('done');
  await expect(withDeadline(20_000, fail(), late)).rejects.toThrow('failed');
});

it('gives the result of onTimeout when the time is over', async () => {
  expect(await withDeadline(1, never(), () => 'unknown')).toBe('unknown');
  await expect(withDeadline(1, never(), late)).rejects.toThrow('late');
});

it('leaves no timer behind, and takes no notice of what fails later', async () => {
  vi.useFakeTimers();
  try {
    await withDeadline(1_000, Promise.resolve(), late);
    expect(vi.getTimerCount()).toBe(0);
    const { promise, reject } = Promise.withResolvers<string>();
    const ends = withDeadline(1_000, promise, () => 'unknown');
    await vi.advanceTimersByTimeAsync(1_000);
    reject(new Error('too late to matter'));
    expect(await ends).toBe('unknown');
  } finally {
    vi.useRealTimers();
  }
});
