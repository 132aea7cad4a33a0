import { describe } from 'vitest';
import { redisHere } from '#kit/redis/redis.ts';
import { crashRecoveryOver } from './crash-recovery.ts';

describe.skipIf(!redisHere())('where Redis is', () => crashRecoveryOver('redis'));
