import { expect, it } from 'vitest';
import { configurationWarnings, isClusterNode } from './server-checks.ts';

const info = (fields: Record<string, string>): string =>
  `# Server\r\n${Object.entries(fields)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('')}`;
const fit = { redis_version: '7.0.15', maxmemory_policy: 'noeviction', cluster_enabled: '0' };

it.each([
  ['nothing of a server that is fit', fit, []],
  ['nothing of one that does not tell', {}, []],
  ['the version that is needed', { ...fit, redis_version: '6.0.16' }, ['Redis is 6.0: 6.2 or newer is needed']],
  [
    'the policy that is needed',
    { ...fit, maxmemory_policy: 'volatile-lru' },
    [/volatile-lru.*set maxmemory-policy noeviction/],
  ],
])('says %s', (_, fields, sentences) => {
  expect(configurationWarnings(info(fields))).toEqual(
    sentences.map((sentence) => (sentence instanceof RegExp ? expect.stringMatching(sentence) : sentence)),
  );
});

it('distinguishes a node of a cluster from a single server', () => {
  expect([fit, { ...fit, cluster_enabled: '1' }].map(info).map(isClusterNode)).toEqual([false, true]);
});
