import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { noteAddresses } from './addresses.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const emptyFolder = mkdtempSync(path.join(tmpdir(), 'agora-users-'));

const users = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = { USER_DATABASE_URL: kit.databaseUrl },
) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const script = path.resolve(import.meta.dirname, 'users.ts');
    // Not from here: this checkout may have a .env.
    const options = { cwd: emptyFolder, env: { PATH: process.env.PATH ?? '', NODE_ENV: 'test', ...env } };
    execFile(process.execPath, [script, ...args], options, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out: out.trim(), err: err.trim() }),
    );
  });

test('makes the first administrator, who is not let go before there is another', async () => {
  const { id, email } = await kit.customer({ email: 'ada@example.com' });
  expect(await users(['grant', 'ADMIN', ' Ada@Example.com '])).toMatchObject({
    code: 0,
    out: expect.stringContaining(`${email} has the role ADMIN`),
  });
  expect((await kit.app.reads.rolesOf([id])).get(id)?.map(({ name }) => name)).toEqual(['CUSTOMER', 'ADMIN']);
  expect(await kit.prisma.denial.count({ where: { subject: id } })).toBe(1);
  expect(await kit.prisma.outboxMessage.findFirst({ where: { type: 'staff.acted' } })).toMatchObject({
    data: { actorId: 'operator', action: 'grantRole', details: { role: 'ADMIN' } },
  });
  expect(await users(['revoke', 'ADMIN', email])).toMatchObject({ code: 1, err: expect.stringContaining('last') });

  const { email: other } = await kit.customer({ email: 'berta@example.com' });
  await users(['grant', 'ADMIN', other]);
  expect(await users(['revoke', 'ADMIN', email])).toMatchObject({ code: 0 });
  expect(await users(['list'])).toMatchObject({ out: 'berta@example.com  ADMIN' });
});

test('finds the database that npm start has noted', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'agora-users-'));
  await noteAddresses(data, { databases: { user: kit.databaseUrl }, queues: undefined });
  expect(await users(['list', '--data', data], {})).toMatchObject({ code: 0 });
});

test('says why it does nothing: 1 for a refusal or wrong arguments, 2 without a database', async () => {
  const unreachable = { USER_DATABASE_URL: 'postgresql://user:secret@127.0.0.1:1/user' };
  const answers = await Promise.all([
    users(['grant', 'ADMIN', 'nobody@example.com']),
    users(['grant', 'NOBODY', 'ada@example.com']),
    users(['grant', 'ADMIN']),
    users(['list'], {}),
    users(['list'], unreachable),
  ]);
  expect(answers).toMatchObject([
    { code: 1, err: 'there is no account with the address nobody@example.com' },
    { code: 1, err: 'There is no role with this name.' },
    { code: 1, err: expect.stringContaining('usage:') },
    { code: 2, err: expect.stringContaining('USER_DATABASE_URL') },
    { code: 2, err: expect.not.stringContaining('secret') },
  ]);
});
