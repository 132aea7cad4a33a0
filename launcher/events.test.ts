import { describe, expect, it } from 'vitest';
import { chooseEvents } from './events.ts';

const nothing = { env: {}, requested: undefined, lastTime: undefined, hasRedis: false };

describe('chooseEvents', () => {
  it.each([
    [
      'the Redis that the environment names, before anything else',
      { env: { REDIS_URL: 'redis://x', EVENTS_DATABASE_URL: 'y' } },
      'given redis',
    ],
    ['a Redis whose address is in a file', { env: { REDIS_URL_FILE: '/run/secrets/redis' } }, 'given redis'],
    [
      'the database that the environment names',
      { env: { EVENTS_DATABASE_URL: 'y' }, hasRedis: true },
      'given postgres',
    ],
    ['a private Redis when it is installed', { hasRedis: true }, 'private redis'],
    ['PostgreSQL when it is not', {}, 'embedded postgres'],
    ['PostgreSQL when this start wishes so', { hasRedis: true, requested: 'postgres' }, 'embedded postgres'],
    [
      'what was used last time, when Redis was installed since',
      { hasRedis: true, lastTime: 'postgres' },
      'embedded postgres',
    ],
    ['an empty variable as none', { env: { REDIS_URL: '' } }, 'embedded postgres'],
  ] as const)('takes %s', (_, facts, kind) => {
    expect(chooseEvents({ ...nothing, ...facts })).toEqual({ kind });
  });

  it('reports where waiting messages stay when the transport changes', () => {
    const wished = chooseEvents({ ...nothing, hasRedis: true, requested: 'redis', lastTime: 'postgres' });
    expect(wished).toMatchObject({ kind: 'private redis', notice: expect.stringContaining('still wait in postgres') });
    const gone = chooseEvents({ ...nothing, lastTime: 'redis' });
    expect(gone).toMatchObject({ kind: 'embedded postgres', notice: expect.stringContaining('still wait in redis') });
  });

  it('refuses to requested for a Redis that is not there', () => {
    expect(() => chooseEvents({ ...nothing, requested: 'redis' })).toThrow('--events redis needs redis-server');
  });
});
