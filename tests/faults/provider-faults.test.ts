/** Orders with a payment provider that declines, loses, delays and repeats, as `npm run bench:provider-faults` places them: a few of its thousand. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { bareEnvironment } from '#kit/agora/agora.ts';

// Shares so high that none of the kinds is missing among so few orders. Without the stored errors, which are looked up after 30 s.
const faults = 'decline=25%,timeout=15%,lost=5%,slow=5%,limit=5%,duplicate=40%,late=25%,reorder=30%';
// 1 s is fifty times what the simulator takes.
const env = { PROVIDER_TIMEOUT_MS: '1000', AUTHORIZE_TIMEOUT_MS: '6000', UNDO_TIMEOUT_MS: '5000' };

test('the provider fails in every way, and payment is killed: each order ends, paid once or not at all', async () => {
  const options = { orders: '40', 'at-once': '8', faults, kills: '1', within: '60', events: 'postgres' };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const command = promisify(execFile)(process.execPath, ['bench/provider-faults.ts', ...flags], {
    env: { ...bareEnvironment(), ...env },
    // So that nothing outlives a test that has taken too long.
    timeout: 220_000,
  });
  // It ends with 1 when a promise is broken; what it printed says which.
  const { stdout, complaint } = await command.then(
    ({ stdout }) => ({ stdout, complaint: '' }),
    ({ stdout, stderr, message }: Error & { stdout: string; stderr: string }) => ({
      stdout,
      complaint: `${message}${stderr}${stdout}`,
    }),
  );
  expect(complaint).toBe('');
  const lines = stdout.split('\n');
  const line = (name: string) => lines.find((each) => each.startsWith(`${name}: `)) ?? '';
  expect(line('promises')).toBe('promises: every order has ended, paid once or not at all');
  expect(line('audit')).toMatch(/^audit: \d+ rules, 0 violated$/);
  expect(line('reconcile')).toMatch(/^reconcile: [1-9]\d* compared, 0 repaired, 0 found, /);
  expect(line('under way')).toBe('under way: nothing');
  for (const kind of ['decline', 'timeout', 'duplicate', 'late', 'reorder'])
    expect(line('faults')).toMatch(new RegExp(`\\b${kind} [1-9]`));
  expect(line('faults')).toMatch(/payment killed 1 times$/);
  expect(line('orders')).toMatch(/CONFIRMED [1-9]/);
});
