import { describe } from 'vitest';
import { redisHere } from '#kit/redis/redis.ts';
import { killsOver } from './kills.ts';

describe.skipIf(!redisHere())('where Redis is', () => killsOver('redis'));
