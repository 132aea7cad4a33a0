import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { serviceNames } from '#ops/services.ts';
import { servicesOf, watchSources } from './watch.ts';

describe('servicesOf', () => {
  it.each([
    ['contracts/money.ts', serviceNames],
    ['platform/messaging/bus/redis.ts', serviceNames],
    ['gateway/config.ts', ['gateway']],
    ['supergraph.graphql', ['gateway']],
    ['subgraphs/order/domain/cart/cart.ts', ['order']],
    ['subgraphs/order/schema.graphql', ['order']],
    ['prisma/user/client/client.ts', ['user']],
    ['simulator/main.ts', ['simulator']],
    ['subgraphs/order/domain/cart/cart.test.ts', []],
    ['subgraphs/order/README.md', []],
    ['launcher/start.ts', []],
    ['docs/x.ts', []],
  ])('%s belongs to %j', (file, services) => {
    expect(servicesOf(path.normalize(file))).toEqual(services);
  });
});

describe('watchSources', () => {
  it('reports many changes at once, new files and descriptors too', async () => {
    const root = await mkdtemp(path.join(os.tmpdir(), 'watch-'));
    await mkdir(path.join(root, 'subgraphs/order'), { recursive: true });
    await mkdir(path.join(root, 'gateway'));
    const settled: string[][][] = [];
    const stop = watchSources(
      root,
      async (services, descriptors) => void settled.push([services.toSorted(), descriptors.toSorted()]),
    );
    try {
      await writeFile(path.join(root, 'subgraphs/order/new.ts'), '1');
      await writeFile(path.join(root, 'gateway/main.ts'), '1');
      await writeFile(path.join(root, 'supergraph.graphql'), '1');
      await writeFile(path.join(root, 'services.ts'), '1');
      await writeFile(path.join(root, 'subgraphs/order/service.ts'), '1');
      await until('the changes have settled', () => settled.length > 0);
      expect(settled).toEqual([
        [
          ['gateway', 'order'],
          ['services.ts', path.join('subgraphs', 'order', 'service.ts')],
        ],
      ]);
    } finally {
      stop();
      await rm(root, { recursive: true });
    }
  });
});
