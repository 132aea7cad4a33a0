/** The auditor over real databases: in this process, and as the process that containers run. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { type RecordedLog, recordedLog } from '#kit/observability/recorded-log.ts';
import { testServer } from '#kit/postgres/postgres.ts';
import { until } from '#kit/vitest/until.ts';
import { withClient } from '#platform/database/client.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { databaseNames } from '../services.ts';
import { disposeDatabases, healthyShop } from '../shop-databases.fixture.ts';
import { type Auditor, openAuditor } from './auditor.ts';

let urls: DatabaseUrls;
let link: BreakableLink;
let recorded: RecordedLog;
beforeEach(async () => {
  urls = await healthyShop();
  link = await breakableLink(urls.order);
  recorded = recordedLog();
});
afterEach(async () => {
  await link.close();
  await disposeDatabases();
});

const open = (of: DatabaseUrls): Promise<Auditor> =>
  openAuditor({ urls: of, everyMs: 50, settleMs: 0, host: '127.0.0.1', port: 0, log: recorded.log });
const ask = async (port: number, path: string) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
};

it('reports a violation, and that it is gone', async () => {
  const auditor = await open(urls);
  const ready = async () => (await ask(auditor.port, '/health/ready')).status === 200;
  const metrics = async () => (await ask(auditor.port, '/metrics')).text;
  const violations = (count: number) =>
    `agora_audit_violations{rule="order-deadlines-are-met",service="auditor"} ${count}\n`;
  const setDue = (due: string) =>
    withClient(urls.order, (client) =>
      client.query(`ALTER TABLE customer_order DROP CONSTRAINT IF EXISTS customer_order_deadline;
                    UPDATE customer_order SET status = 'PLACED', payment_status = 'NONE', step_deadline = ${due}`),
    );
  await until('the first audit', ready, 20_000);
  expect(await metrics()).toContain(violations(0));
  await setDue(`now() - interval '1 hour'`);
  await until('the violation', async () => (await metrics()).includes(violations(1)), 20_000);
  expect(recorded.saying('audit rule violated').filter(({ rule }) => rule === 'order-deadlines-are-met')).toMatchObject(
    [{ level: 50, ids: { order: 'ord_1' } }],
  );
  await setDue(`now() + interval '1 hour'`);
  await until('no violation', async () => (await metrics()).includes(violations(0)), 20_000);
  await auditor.close();
});

it('survives the loss of a database, is not ready meanwhile, and audits again when it is back', async () => {
  const auditor = await open({ ...urls, order: link.url });
  const ready = async () => (await ask(auditor.port, '/health/ready')).status === 200;
  await until('the first audit', ready, 20_000);
  await link.cut();
  await until('not ready', async () => !(await ready()), 20_000);
  expect(await ask(auditor.port, '/health/live')).toMatchObject({ status: 200 });
  expect((await ask(auditor.port, '/metrics')).text).toMatch(/agora_audit_failures_total\{service="auditor"\} [1-9]/);
  await link.restore();
  await until('an audit', ready, 20_000);
  await auditor.close();
});

it('aborts a running statement when it ends', async () => {
  const auditor = await open(urls);
  await withClient(urls.order, async (client) => {
    await client.query('BEGIN; LOCK TABLE customer_order IN ACCESS EXCLUSIVE MODE');
    const waits = `SELECT 1 FROM pg_locks WHERE relation = 'customer_order'::regclass AND NOT granted`;
    await until('the auditor at the lock', async () => (await client.query(waits)).rows.length > 0, 20_000);
    // The lock is held until it has ended.
    await auditor.close();
  });
});

/** As deploy/compose/postgres makes it. */
const withReader = async (work: (as: (url: string) => string) => Promise<void>): Promise<void> => {
  const [role, password] = [`auditor_${randomBytes(4).toString('hex')}`, 'reader'];
  await withClient(testServer().superuserUrl, async (superuser) => {
    await superuser.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}' IN ROLE pg_read_all_data`);
    try {
      await work((url) => Object.assign(new URL(url), { username: role, password }).href);
    } finally {
      await superuser.query(`DROP ROLE ${role}`);
    }
  });
};

it('is a process that needs only to read, takes its addresses from files, and exits with 0', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'agora-auditor-'));
  await withReader(async (as) => {
    const env: Record<string, string | undefined> = { PATH: process.env.PATH, NODE_ENV: 'test' };
    for (const name of databaseNames) {
      const file = path.join(folder, name);
      writeFileSync(file, `${as(urls[name])}\n`);
      env[`${name.toUpperCase()}_DATABASE_URL_FILE`] = file;
    }
    const auditor = spawn(process.execPath, ['ops/audit.ts', '--every', '1', '--port', '0'], { env });
    const ended = new Promise((resolve) => auditor.once('exit', resolve));
    const lines: Record<string, unknown>[] = [];
    createInterface(auditor.stdout).on('line', (line) => lines.push(JSON.parse(line)));
    const port = () => Number(lines.find(({ msg }) => msg === 'listening')?.port);
    await until('the auditor to listen', () => port() > 0, 30_000);
    await until('an audit', async () => (await ask(port(), '/health/ready')).status === 200, 30_000);
    expect((await ask(port(), '/metrics')).text).toContain('agora_audit_violations{rule="ledger-matches-provider"');
    expect(lines.filter(({ level }) => level !== 'info')).toEqual([]);
    auditor.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
  rmSync(folder, { recursive: true });
});
