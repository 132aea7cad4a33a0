/** Each rule about imports is broken once on purpose: a rule that could not fail would be decoration. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { importViolations, roomsByName } from '#tools/import-rule/check.ts';
import { rules } from '#tools/import-rule/rules.ts';

const violations: Record<string, { from: string; to: string }> = {
  'contracts-import-nothing': { from: 'contracts/money.ts', to: 'platform/observability/log.ts' },
  'platform-knows-no-business': { from: 'platform/observability/log.ts', to: 'subgraphs/order/domain/order/order.ts' },
  'domain-is-pure': { from: 'subgraphs/order/domain/order/order.ts', to: 'platform/observability/log.ts' },
  'usecases-know-ports-only': {
    from: 'subgraphs/order/usecases/order/place-order.ts',
    to: 'prisma/order/client/client.ts',
  },
  'adapters-implement-ports': {
    from: 'subgraphs/order/adapters/order/order-store.ts',
    to: 'subgraphs/order/graphql/queries.ts',
  },
  'doors-go-through-usecases': {
    from: 'subgraphs/order/graphql/queries.ts',
    to: 'subgraphs/order/adapters/order/order-store.ts',
  },
  'main-only-starts': { from: 'subgraphs/order/main.ts', to: 'subgraphs/order/usecases/app.ts' },
  'wiring-is-the-composition-root': { from: 'subgraphs/order/wiring.ts', to: 'subgraphs/user/usecases/app.ts' },
  'gateway-knows-no-subgraph': { from: 'gateway/wiring.ts', to: 'subgraphs/user/usecases/app.ts' },
  'simulator-is-outside': { from: 'simulator/main.ts', to: 'subgraphs/payment/config.ts' },
  'simulator-store-knows-no-http': { from: 'simulator/store/due.ts', to: 'simulator/http/idempotency.ts' },
  'nobody-knows-the-simulator': { from: 'subgraphs/payment/adapters/stripe/provider.ts', to: 'simulator/tokens.ts' },
  'only-wiring-starts-adapters': {
    from: 'subgraphs/order/consumers/index.ts',
    to: 'subgraphs/order/adapters/order/order-store.ts',
  },
  'no-cycles': { from: 'platform/messaging/outbox.ts', to: 'platform/messaging/relay.ts' },
  resolvable: { from: 'gateway/main.ts', to: 'gateway/nowhere.ts' },
  'product-runs-alone': { from: 'platform/config/config.ts', to: 'ops/addresses.ts' },
  'ops-run-in-the-image': { from: 'ops/audit.ts', to: 'launcher/agora.ts' },
  'launcher-needs-no-tools': { from: 'launcher/start.ts', to: 'tools/generate.ts' },
  'benchmarks-are-leaves': { from: 'tools/check.ts', to: 'bench/flood.ts' },
  'fixtures-are-for-tests': { from: 'bench/live.ts', to: 'launcher/checkout.fixture.ts' },
  'descriptors-are-data': { from: 'subgraphs/user/service.ts', to: 'subgraphs/user/domain/account/user.ts' },
  'descriptors-need-types-only': { from: 'gateway/service.ts', to: 'platform/http/server.ts' },
  'one-reader-of-the-list': { from: 'launcher/environment.ts', to: 'services.ts' },
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

const alias = (file: string) => file.replace(/^/, file.includes('/') ? '#' : '../');

test('each seeded violation is found and named by its rule', async () => {
  const { imports } = JSON.parse(readFileSync('package.json', 'utf8'));
  write('package.json', JSON.stringify({ type: 'module', imports }));
  for (const { to } of Object.values(violations)) if (!to.includes('nowhere')) write(to, 'export {};\n');
  for (const { from, to } of Object.values(violations)) write(from, `import '${alias(to)}';\n`);
  write('platform/messaging/relay.ts', `import './outbox.ts';\n`);
  write('gateway/limits/far.ts', `import '../../contracts/money.ts';\n`);
  write('gateway/limits/near.ts', `import '#gateway/limits/far.ts';\n`);
  const found = (await importViolations(folder)).violations;
  const seeded = Object.entries(violations).map(([rule, { from }]) => expect.objectContaining({ rule, from }));
  expect(found).toEqual(expect.arrayContaining(seeded));
  const far = found.filter(({ rule, from }) => rule === roomsByName && from.startsWith('gateway/limits/'));
  expect(far.map(({ from }) => from).sort()).toEqual(['gateway/limits/far.ts', 'gateway/limits/near.ts']);
});

test('a folder without modules is an error and not a pass', async () => {
  mkdirSync(join(folder, 'empty'), { recursive: true });
  await expect(importViolations(folder, ['empty'])).rejects.toThrow(/no module/);
});
