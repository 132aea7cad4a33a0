import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId, type UserId } from '#contracts/ids.ts';
import { operator } from '#contracts/messages/staff.ts';
import { builtInRoles, permissions } from '#contracts/permissions.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { sessionClient } from '#kit/user/sessions.ts';
import { signedIn } from '#kit/user/viewers.ts';
import { until } from '#kit/vitest/until.ts';
import type { User } from '../../domain/account/user.ts';

let kit: UserTestApp;
let admin: User;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(async () => {
  await kit.prisma.userRole.deleteMany();
  await kit.prisma.role.deleteMany({ where: { isBuiltIn: false } });
  admin = await kit.customer();
  await grant(operator, admin, 'ADMIN');
});

type By = Viewer | typeof operator;
const by = (user: User): Viewer => signedIn(user.id, 'ADMIN');
const grant = (who: By, { id: userId }: User, role: string, idempotencyKey?: string) =>
  kit.app.commands.grantRole({ by: who, userId, role, idempotencyKey });
const revoke = (who: By, { id: userId }: User, role: string) =>
  kit.app.commands.revokeRole({ by: who, userId, role, idempotencyKey: undefined });
const save = (who: By, name: string, ...permissionsOfIt: string[]) =>
  kit.app.commands.saveRole({ by: who, name, permissions: permissionsOfIt, idempotencyKey: undefined });
const remove = (who: By, name: string) => kit.app.commands.removeRole({ by: who, name, idempotencyKey: undefined });

const rolesOf = async ({ id }: User) => (await kit.app.reads.rolesOf([id])).get(id)?.map(({ name }) => name);
const actions = async (...subjects: string[]) => {
  const rows = await kit.prisma.outboxMessage.findMany({
    where: { type: 'staff.acted' },
    orderBy: { position: 'asc' },
  });
  return rows
    .map(({ data }) => data as { subject: { id: string } })
    .filter(({ subject }) => subjects.includes(subject.id));
};
const denialsOf = (subject: UserId) => kit.prisma.denial.count({ where: { subject } });
const failing = (kind: string, more: object = {}) => ({ ok: false, failure: { kind, ...more } });
const forbidden = { code: 'FORBIDDEN' };

test('a granted role counts at once, and old tokens no longer do', async () => {
  const sten = await kit.customer();
  expect(await grant(by(admin), sten, 'STAFF')).toEqual({ ok: true, value: sten.id });
  expect(await rolesOf(sten)).toEqual(['CUSTOMER', 'STAFF']);
  expect(await denialsOf(sten.id)).toBe(1);
  expect(
    await kit.prisma.outboxMessage.findFirst({ where: { type: 'user.access-revoked', aggregateId: sten.id } }),
  ).toMatchObject({
    data: { userId: sten.id, sessionId: null, reason: 'ROLES_CHANGED' },
  });
  expect(await actions(sten.id)).toEqual([
    {
      ...{ actorId: admin.id, action: 'grantRole', subject: { type: 'User', id: sten.id } },
      ...{ customerId: sten.id, details: { role: 'STAFF' } },
    },
  ]);
  expect(await revoke(by(admin), sten, 'STAFF')).toEqual({ ok: true, value: sten.id });
  expect(await rolesOf(sten)).toEqual(['CUSTOMER']);
  expect(await denialsOf(sten.id)).toBe(2);
});

test('what changes nothing is no action: a role twice, one that nobody has, the same set, CUSTOMER', async () => {
  const sten = await kit.customer();
  await save(operator, 'CLERK', 'orders:read');
  await grant(operator, sten, 'CLERK');
  const before = [await denialsOf(sten.id), (await actions(sten.id, 'CLERK')).length];
  const results = [
    await grant(by(admin), sten, 'CLERK'),
    await revoke(by(admin), sten, 'STAFF'),
    await save(by(admin), 'CLERK', 'orders:read', 'orders:read'),
    await grant(by(admin), sten, 'CUSTOMER'),
  ];
  expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true]);
  expect([await denialsOf(sten.id), (await actions(sten.id, 'CLERK')).length]).toEqual(before);
});

test('a retry with the same key does it once', async () => {
  const sten = await kit.customer();
  await Promise.all(Array.from({ length: 5 }, () => grant(by(admin), sten, 'STAFF', 'again')));
  await revoke(by(admin), sten, 'STAFF');
  expect(await grant(by(admin), sten, 'STAFF', 'again')).toMatchObject({ ok: true });
  expect(await rolesOf(sten)).toEqual(['CUSTOMER']);
  expect(await grant(by(admin), sten, 'ADMIN', 'again')).toMatchObject(failing('IdempotencyConflict'));
});

test.each(['NOBODY', 'staff', '', 'A', 'x; DROP TABLE role', '\0'])(
  'there is no role %j to give or take',
  async (role) => {
    expect(await grant(by(admin), admin, role)).toMatchObject(failing('RoleNotFound'));
    expect(await revoke(by(admin), admin, role)).toMatchObject(failing('RoleNotFound'));
    if (role !== 'NOBODY') expect(await save(by(admin), role, 'orders:read')).toMatchObject({ ok: false });
  },
);

test('nobody can be given a role who is not there', async () => {
  const nobody = { ...admin, id: newId('User') };
  await expect(grant(by(admin), nobody, 'STAFF')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('nobody is given a role whose account is being closed', async () => {
  const leaving = await kit.customer();
  const [closed, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const closing = kit.prisma.$transaction(async (tx) => {
    const data = { closedAt: new Date(), passwordHash: null, email: `closed-${leaving.id}@invalid` };
    await tx.user.update({ where: { id: leaving.id }, data });
    closed.resolve();
    await gate.promise;
  });
  await closed.promise;
  const granted = grant(operator, leaving, 'ADMIN').catch((fault: unknown) => fault);
  await until('the grant waits for the account', async () => {
    const rows = await kit.prisma.$queryRaw<object[]>`
      SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`;
    return rows.length > 0;
  });
  gate.resolve();
  await closing;
  expect(await granted).toMatchObject({ code: 'NOT_FOUND' });
  expect(await rolesOf(leaving)).toEqual(['CUSTOMER']);
});

describe('the last administrator', () => {
  test('stays one, and can step down once there is another', async () => {
    expect(await revoke(by(admin), admin, 'ADMIN')).toMatchObject(failing('LastAdmin'));
    expect(await revoke(operator, admin, 'ADMIN')).toMatchObject(failing('LastAdmin'));
    await grant(by(admin), await kit.customer(), 'ADMIN');
    expect(await revoke(by(admin), admin, 'ADMIN')).toMatchObject({ ok: true });
  });

  test('is left when two take it from each other at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      const other = await kit.customer();
      await grant(operator, other, 'ADMIN');
      const results = await Promise.allSettled([
        revoke(by(admin), other, 'ADMIN'),
        revoke(by(other), admin, 'ADMIN'),
        revoke(operator, admin, 'ADMIN'),
        revoke(operator, other, 'ADMIN'),
      ]);
      const left = await kit.prisma.userRole.findMany({ where: { roleName: 'ADMIN' } });
      expect(left).toHaveLength(1);
      expect(results.filter((result) => result.status === 'fulfilled' && result.value.ok).length).toBeGreaterThan(0);
      admin = left[0]?.userId === other.id ? other : admin;
    }
  });
});

describe('whoever gives', () => {
  test('needs the permission now, not when the token was issued', async () => {
    const former = await kit.customer();
    await expect(grant(by(former), former, 'ADMIN')).rejects.toMatchObject(forbidden);
    await expect(save(by(former), 'MINE', 'orders:read')).rejects.toMatchObject(forbidden);
    await expect(
      grant({ kind: 'apiKey', id: newId('ApiKey'), permissions: [...permissions] }, former, 'ADMIN'),
    ).rejects.toMatchObject(forbidden);
    expect(await rolesOf(former)).toEqual(['CUSTOMER']);
  });

  test('gives, takes, makes and removes nothing that they do not have themselves', async () => {
    const lead = await kit.customer();
    await save(operator, 'TEAM_LEAD', 'roles:manage', 'orders:read');
    await save(operator, 'CLERK', 'orders:read');
    await save(operator, 'STOCK', 'stock:write');
    await grant(operator, lead, 'TEAM_LEAD');
    const lacks = (...names: string[]) => failing('MissingPermissions', { permissions: names });

    expect(await grant(by(lead), lead, 'ADMIN')).toMatchObject(failing('MissingPermissions'));
    expect(await revoke(by(lead), admin, 'ADMIN')).toMatchObject(failing('MissingPermissions'));
    expect(await save(by(lead), 'TEAM_LEAD', 'roles:manage', 'users:manage')).toMatchObject(lacks('users:manage'));
    expect(await save(by(lead), 'NEW', 'stock:read')).toMatchObject(lacks('stock:read'));
    // Not even to make less of it.
    expect(await save(by(lead), 'STOCK', 'orders:read')).toMatchObject(lacks('stock:write'));
    expect(await remove(by(lead), 'STOCK')).toMatchObject(lacks('stock:write'));
    expect(await grant(by(lead), await kit.customer(), 'CLERK')).toMatchObject({ ok: true });
  });
});

describe("the shop's own roles", () => {
  test('a changed set holds for all who have it', async () => {
    const [anna, berta] = [await kit.customer(), await kit.customer()];
    await save(by(admin), 'CLERK', 'orders:read', 'orders:manage');
    for (const clerk of [anna, berta]) await grant(by(admin), clerk, 'CLERK');
    expect(await save(by(admin), 'CLERK', 'orders:read')).toMatchObject({ ok: true });
    expect([await denialsOf(anna.id), await denialsOf(berta.id), await denialsOf(admin.id)]).toEqual([2, 2, 1]);
    expect((await kit.app.reads.rolesOf([anna.id])).get(anna.id)?.at(-1)).toEqual({
      name: 'CLERK',
      permissions: ['orders:read'],
    });
    expect((await actions('CLERK')).at(-1)).toMatchObject({
      action: 'saveRole',
      details: { permissions: 'orders:read' },
    });
  });

  test('know the permissions that there are, and a set can be empty', async () => {
    expect(await save(by(admin), 'CLERK', 'orders:read', 'orders:all')).toMatchObject(
      failing('UnknownPermissions', { permissions: ['orders:all'] }),
    );
    expect(await save(by(admin), 'CLERK')).toMatchObject({ ok: true, value: { permissions: [] } });
  });

  test('can be removed once nobody has them', async () => {
    await save(by(admin), 'CLERK', 'orders:read');
    await grant(by(admin), admin, 'CLERK');
    expect(await remove(by(admin), 'CLERK')).toMatchObject(failing('RoleInUse', { holders: 1 }));
    await revoke(by(admin), admin, 'CLERK');
    expect(await remove(by(admin), 'CLERK')).toEqual({ ok: true, value: 'CLERK' });
    expect(await remove(by(admin), 'CLERK')).toMatchObject(failing('RoleNotFound'));
  });

  test('are not removed while somebody is given them', async () => {
    for (let round = 0; round < 10; round++) {
      await save(operator, 'CLERK', 'orders:read');
      const [granted, removed] = await Promise.all([grant(operator, admin, 'CLERK'), remove(operator, 'CLERK')]);
      expect([granted.ok, removed.ok].sort()).toEqual([false, true]);
      await revoke(operator, admin, 'CLERK');
    }
  });

  test('are a hundred at most', async () => {
    await kit.prisma.role.createMany({
      data: Array.from({ length: 99 }, (_, n) => ({ name: `ROLE_${n}`, permissions: [], updatedAt: new Date() })),
    });
    expect(await save(operator, 'CLERK', 'orders:read')).toMatchObject({ ok: true });
    expect(await save(operator, 'CLERK', 'orders:manage')).toMatchObject({ ok: true });
    expect(await save(operator, 'ONE_TOO_MANY')).toMatchObject(failing('TooManyRoles'));
  });
});

test.each(['CUSTOMER', 'STAFF', 'ADMIN'] as const)(
  '%s is what the release says, and nobody changes it',
  async (name) => {
    const roles = await kit.app.reads.roles();
    expect(roles.find((role) => role.name === name)?.permissions).toEqual(builtInRoles[name]);
    expect(await save(operator, name, 'orders:read')).toMatchObject(failing('BuiltInRole'));
    expect(await remove(operator, name)).toMatchObject(failing('BuiltInRole'));
    if (name === 'CUSTOMER') expect(await revoke(operator, admin, name)).toMatchObject(failing('BuiltInRole'));
  },
);

test('a permission of another release, or one written by hand, is not held', async () => {
  await kit.prisma.role.create({
    data: { name: 'OLD', permissions: ['moon:read', 'orders:read'], updatedAt: new Date() },
  });
  await kit.prisma.role.update({ where: { name: 'STAFF' }, data: { updatedAt: new Date() } });
  expect((await kit.app.reads.roles()).find(({ name }) => name === 'OLD')?.permissions).toEqual(['orders:read']);
});

test('a token that is issued while a role is revoked says what is true afterwards, or is denied', async () => {
  const sten = await kit.customer();
  for (let round = 0; round < 10; round++) {
    await grant(operator, sten, 'STAFF');
    const client = sessionClient(kit, kit.app);
    const [{ accessToken }] = await Promise.all([client.signIn(sten), revoke(operator, sten, 'STAFF')]);
    const { roles } = await client.claimsOf(accessToken);
    // Of the two one holds, and not both: a new token that says what is true is good.
    expect(await client.isDenied(accessToken)).toBe(roles.includes('STAFF'));
  }
});
