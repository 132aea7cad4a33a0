import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { redisHere } from '#kit/redis/redis.ts';
import { processList } from './processes/leftovers.ts';
import { startPrivateRedis } from './redis.ts';

describe.skipIf(!redisHere())('a private Redis', () => {
  it('keeps its files from other accounts, also those of a folder made before', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'agora-redis-'));
    const data = path.join(folder, 'redis');
    await mkdir(data, { mode: 0o755 });
    const redis = await startPrivateRedis({
      folder,
      password: 'secret',
      processes: processList(folder),
      onNotice: () => {},
    });
    expect((await stat(data)).mode & 0o077).toBe(0);
    await redis.stop();
    await rm(folder, { recursive: true });
  });
});
