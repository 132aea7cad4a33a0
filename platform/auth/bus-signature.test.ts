import { describe, expect, it } from 'vitest';
import type { EventsConfig } from '../config/config.ts';
import { busSignature } from './bus-signature.ts';

const signing = async (bus: EventsConfig) => {
  const signature = await busSignature(bus);
  if (!signature) throw new Error('no password');
  return signature;
};

describe('the signature of the bus', () => {
  it.each<[string, EventsConfig]>([
    ['a Redis', { REDIS_URL: 'redis://:p%40ss@redis:6379' }],
    ['a Redis by another name, with a user', { REDIS_URL: 'rediss://agora:p%40ss@10.0.0.1:6380/2' }],
    ['Sentinels, which have one of their own', { REDIS_URL: 'redis+sentinel://:p%40ss@a,b/main?sentinelPassword=x' }],
    ['a cluster', { REDIS_URL: 'redis+cluster://:p%40ss@a:1,b:2' }],
    ['a database', { EVENTS_DATABASE_URL: 'postgresql://events:p%40ss@host:5432/events' }],
    ['a database behind a socket', { EVENTS_DATABASE_URL: 'postgresql://events:p%40ss@/events?host=/run' }],
  ])('is that of the password of %s', async (_, bus) => {
    const [one, other] = [await signing({ REDIS_URL: 'redis://:p%40ss@elsewhere' }), await signing(bus)];
    expect(await other.isQuestion('product', 'body', await one.signQuestion('product', 'body'))).toBe(true);
  });

  it.each<[string, EventsConfig]>([
    ['a Redis', { REDIS_URL: 'redis://redis:6379' }],
    ['a database', { EVENTS_DATABASE_URL: 'postgresql://events@host/events' }],
    ['nothing', {}],
  ])('is none where %s has no password', async (_, bus) => {
    expect(await busSignature(bus)).toBeUndefined();
  });

  it('is for one service and one question, and an answer to another one is none', async () => {
    const signature = await signing({ REDIS_URL: 'redis://:secret@redis' });
    const stranger = await signing({ REDIS_URL: 'redis://:guess@redis' });
    const token = await signature.signQuestion('product', 'body');
    expect(await signature.isQuestion('payment', 'body', token)).toBe(false);
    expect(await signature.isQuestion('product', 'another', token)).toBe(false);
    expect(await stranger.isQuestion('product', 'body', token)).toBe(false);
    expect(await signature.isQuestion('product', 'body', 'no token')).toBe(false);

    const answer = signature.signAnswer(token, 'page');
    expect(signature.isAnswer(token, 'page', answer)).toBe(true);
    expect(signature.isAnswer(token, 'another', answer)).toBe(false);
    expect(signature.isAnswer(token, 'page', '')).toBe(false);
    // The same question again, in the same second.
    expect(signature.isAnswer(await signature.signQuestion('product', 'body'), 'page', answer)).toBe(false);
  });
});
