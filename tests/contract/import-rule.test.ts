/** Each rule about imports is broken once on purpose: a rule that could not fail would be decoration. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { importViolations } from '#tools/import-rule/check.ts';
import { rules } from '#tools/import-rule/rules.ts';

const violations: Record<string, { from: string; to: string }> = {
  'contracts-import-nothing': { from: 'contracts/money.ts', to: 'platform/observability/log.ts' },
  'platform-knows-no-business': { from: 'platform/observability/log.ts', to: 'subgraphs/order/domain/order.ts' },
  'domain-is-pure': { from: 'subgraphs/order/domain/order.ts', to: 'platform/observability/log.ts' },
  'usecases-know-ports-only': { from: 'subgraphs/order/usecases/place-order.ts', to: 'prisma/order/client/client.ts' },
  'adapters-implement-ports': {
    from: 'subgraphs/order/adapters/order-store.ts',
    to: 'subgraphs/order/graphql/queries.ts',
  },
  'doors-go-through-usecases': {
    from: 'subgraphs/order/graphql/queries.ts',
    to: 'subgraphs/order/adapters/order-store.ts',
  },
  'main-only-starts': { from: 'subgraphs/order/main.ts', to: 'subgraphs/order/usecases/app.ts' },
  'wiring-is-the-composition-root': { from: 'subgraphs/order/wiring.ts', to: 'subgraphs/user/usecases/app.ts' },
  'gateway-knows-no-subgraph': { from: 'gateway/wiring.ts', to: 'subgraphs/user/usecases/app.ts' },
  'only-wiring-starts-adapters': {
    from: 'subgraphs/order/consumers/index.ts',
    to: 'subgraphs/order/adapters/order-store.ts',
  },
  'no-cycles': { from: 'platform/messaging/outbox.ts', to: 'platform/messaging/relay.ts' },
  resolvable: { from: 'gateway/main.ts', to: 'gateway/nowhere.ts' },
};

const folder = mkdtempSync(join(tmpdir(), 'agora-imports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, text: string) => {
  mkdirSync(join(folder, dirname(file)), { recursive: true });
  writeFileSync(join(folder, file), text);
};

test('every rule about imports has a seeded violation here', () => {
  expect(Object.keys(violations).sort()).toEqual(rules.map(({ name }) => name).sort());
});

test('each seeded violation is found and named by its rule', async () => {
  for (const { to } of Object.values(violations)) if (!to.includes('nowhere')) write(to, 'export {};\n');
  for (const { from, to } of Object.values(violations)) {
    const up = '../'.repeat(dirname(from).split('/').length);
    write(from, `import '${up}${to}';\n`);
  }
  write('platform/messaging/relay.ts', `import './outbox.ts';\n`);
  const found = await importViolations(folder, ['contracts', 'platform', 'gateway', 'subgraphs']);
  const names = new Set(found.violations.map(({ rule }) => rule));
  expect([...names].sort()).toEqual(Object.keys(violations).sort());
});

test('a folder without modules is an error and not a pass', async () => {
  mkdirSync(join(folder, 'empty'), { recursive: true });
  await expect(importViolations(folder, ['empty'])).rejects.toThrow(/no module/);
});
