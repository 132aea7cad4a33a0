import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { testDatabase } from '#kit/postgres/postgres.ts';
import { withClient } from '#platform/database/client.ts';
import { stripeProvider } from '#subgraphs/payment/adapters/stripe/provider.ts';

const secretKey = 'sixteen or more characters';

/** Its own process, as `npm start` runs it; its address once it listens. */
const startProcess = async (databaseUrl: string) => {
  const process_ = spawn(process.execPath, ['simulator/main.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...{ PROFILE: 'development', SIMULATOR_DATABASE_URL: databaseUrl, SIMULATOR_PORT: '0', LOG_LEVEL: 'info' },
      ...{ SIMULATOR_API_KEY: secretKey, SIMULATOR_WEBHOOK_SECRET: secretKey, PAYMENT_PROVIDER: 'simulator' },
    },
  });
  let output = '';
  for await (const chunk of process_.stdout) {
    output += chunk;
    const [, port] = /"port":(\d+)/.exec(output) ?? [];
    if (port) return { process: process_, url: `http://127.0.0.1:${port}` };
  }
  throw new Error(`it ended: ${output}`);
};

test('killed between the effect and its answer, it has done it once, and says so to the same key', async () => {
  const database = await testDatabase('simulator');
  const request = {
    ...{ attemptId: newId('Attempt'), orderId: newId('Order'), amount: money(5_000, 'EUR') },
    method: { token: 'tok_timeout' },
  };
  const call = () => ({ key: 'the-key', signal: AbortSignal.timeout(20_000) });
  const effects = () =>
    withClient(database.url, async (client) => (await client.query('SELECT kind FROM effect')).rows);

  const first = await startProcess(database.url);
  const before = stripeProvider({ name: 'simulator', url: first.url, secretKey, timeoutMs: 20_000 });
  const unanswered = before.authorize(request, call());
  const failed = expect(unanswered).rejects.toMatchObject({ next: 'sameKey' });
  await expect.poll(effects).toEqual([{ kind: 'AUTHORIZATION' }]);
  first.process.kill('SIGKILL');
  await failed;
  before.close();

  const second = await startProcess(database.url);
  const after = stripeProvider({ name: 'simulator', url: second.url, secretKey, timeoutMs: 20_000 });
  expect(await after.authorize(request, call())).toMatchObject({ kind: 'approved' });
  expect(await effects()).toEqual([{ kind: 'AUTHORIZATION' }]);
  after.close();
  second.process.kill('SIGTERM');
  expect(await once(second.process, 'exit')).toEqual([0, null]);
  await database.dispose();
});
