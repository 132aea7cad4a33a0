import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiKeyVerdict, apiKeyHash, apiKeyVerificationPath, parseApiKey } from '#contracts/api-key.ts';
import { type ApiKeyId, newId } from '#contracts/ids.ts';
import { operator } from '#contracts/messages/staff.ts';
import { permissions } from '#contracts/permissions.ts';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { signedIn } from '#kit/user/viewers.ts';
import { apiKeys } from '../../http/api-keys.ts';
import type { CreateApiKey } from './api-keys.ts';

let kit: UserTestApp;
let http: FastifyInstance;
beforeAll(async () => {
  kit = await userTestApp();
  http = Fastify();
  apiKeys(kit.app)(http);
});
afterAll(async () => {
  await http.close();
  await kit[Symbol.asyncDispose]();
});
beforeEach(() => kit.prisma.apiKey.deleteMany());

const minutes = 60_000;
const create = (more: Partial<CreateApiKey> = {}) =>
  kit.app.commands.createApiKey({
    ...{ by: operator, name: 'Warehouse', permissions: ['stock:write', 'stock:read'], expiresAt: null },
    ...{ idempotencyKey: undefined, ...more },
  });
const aKey = async (more: Partial<CreateApiKey> = {}) => {
  const created = await create(more);
  if (!created.ok || !created.value.key) throw new Error('no key was made');
  return { id: created.value.id, key: created.value.key };
};
const revoke = (id: ApiKeyId) => kit.app.commands.revokeApiKey({ by: operator, id, idempotencyKey: undefined });
/** As the gateway asks. */
const verify = async (key: string) => {
  const answer = await http.inject({ method: 'POST', url: apiKeyVerificationPath, payload: { hash: apiKeyHash(key) } });
  expect(answer.headers['cache-control']).toBe('no-store');
  return ApiKeyVerdict.parse(answer.json());
};
const failing = (kind: string, more: object = {}) => ({ ok: false, failure: { kind, ...more } });
const usedAt = async (id: ApiKeyId) => (await kit.app.reads.apiKey(id))?.lastUsedAt;

test('a key says whose it is, and is stored as its hash alone', async () => {
  const { id, key } = await aKey();
  expect(parseApiKey(key)?.id).toBe(id);
  const [row] = await kit.prisma.$queryRaw<object[]>`SELECT to_jsonb(api_key) AS it FROM api_key WHERE id = ${id}`;
  expect(JSON.stringify(row)).toContain(apiKeyHash(key));
  for (const [table, text] of [
    ['idempotency_key', 'result'],
    ['outbox_message', 'data'],
    ['api_key', 'hash'],
  ] as const)
    expect(await kit.prisma.$queryRawUnsafe(`SELECT 1 FROM ${table} WHERE ${text}::text LIKE '%${key}%'`)).toEqual([]);
});

test('a retry makes no second key, and cannot show the first again', async () => {
  const results = await Promise.all(Array.from({ length: 5 }, () => create({ idempotencyKey: 'once' })));
  const values = results.flatMap((result) => (result.ok ? [result.value] : []));
  expect(new Set(values.map(({ id }) => id)).size).toBe(1);
  expect(values.filter(({ key }) => key !== null)).toHaveLength(1);
  expect(await create({ idempotencyKey: 'once', name: 'ERP' })).toMatchObject(failing('IdempotencyConflict'));
});

describe('whoever makes a key', () => {
  test('gives it nothing that they do not have', async () => {
    const { id } = await kit.customer();
    await kit.app.commands.saveRole({
      by: operator,
      name: 'KEEPER',
      permissions: ['api-keys:manage', 'stock:read'],
      idempotencyKey: undefined,
    });
    await kit.app.commands.grantRole({ by: operator, userId: id, role: 'KEEPER', idempotencyKey: undefined });
    const by = signedIn(id, 'ADMIN');
    expect(await create({ by })).toMatchObject(failing('MissingPermissions', { permissions: ['stock:write'] }));
    expect(await create({ by, permissions: ['stock:read'] })).toMatchObject({ ok: true });
    await kit.app.commands.revokeRole({ by: operator, userId: id, role: 'KEEPER', idempotencyKey: undefined });
    await expect(create({ by, permissions: ['stock:read'] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('is not a key', async () => {
    const { id } = await aKey({
      permissions: permissions.filter((one) => !['roles:manage', 'api-keys:manage'].includes(one)),
    });
    const by = { kind: 'apiKey' as const, id, permissions: [...permissions] };
    await expect(create({ by })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

test.each([
  ['a permission that there is not', { permissions: ['stock:write', 'moon:read'] }, 'UnknownPermissions'],
  ['no permission', { permissions: [] }, 'UnknownPermissions'],
  ['one to make others with', { permissions: ['api-keys:manage'] }, 'NotForApiKeys'],
  ['one to make administrators with', { permissions: ['roles:manage', 'stock:read'] }, 'NotForApiKeys'],
  ['a blank name', { name: ' ' }, 'InvalidApiKeyName'],
  ['a name of two lines', { name: 'a\nb' }, 'InvalidApiKeyName'],
  ['an end in the past', { expiresAt: new Date(Date.now() - minutes) }, 'InvalidExpiry'],
])('a key with %s is refused', async (_, more, kind) => {
  expect(await create(more)).toMatchObject(failing(kind));
  expect(await kit.prisma.apiKey.count()).toBe(0);
});

test('a hundred are active at most; those that are revoked or expired do not count', async () => {
  const row = (n: number, more: object = {}) => ({
    ...{ id: newId('ApiKey'), name: 'Key', hash: apiKeyHash(String(n)), permissions: ['stock:read'] },
    ...{ createdBy: operator, createdAt: new Date(), ...more },
  });
  const past = new Date(Date.now() - minutes);
  await kit.prisma.apiKey.createMany({
    data: [
      ...Array.from({ length: 99 }, (_, n) => row(n)),
      row(100, { revokedAt: past }),
      row(101, { expiresAt: past }),
    ],
  });
  const results = await Promise.all([create(), create(), create()]);
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  expect(results.find(({ ok }) => !ok)).toMatchObject(failing('TooManyApiKeys'));
});

describe('verification', () => {
  test('says what the key may do, and until when', async () => {
    const { id, key } = await aKey();
    expect(await verify(key)).toEqual({
      valid: true,
      id,
      permissions: ['stock:read', 'stock:write'],
      expiresInSeconds: null,
    });
    expect(await verify(key.replace('agk', 'key'))).toEqual({ valid: false });
  });

  test('refuses what has expired, by the clock of the database', async () => {
    const { createdAt } = (await kit.app.reads.apiKey((await aKey()).id)) ?? {};
    const { key } = await aKey({ expiresAt: new Date((createdAt?.getTime() ?? 0) + 10 * minutes) });
    expect(await verify(key)).toMatchObject({ valid: true, expiresInSeconds: 600 });
    kit.advance(10 * minutes);
    expect(await verify(key)).toEqual({ valid: false });
  });

  test.each([undefined, {}, { hash: 7 }, { hash: 'x' }, { hash: 'A'.repeat(64) }, 'text'])(
    'of %j is refused',
    async (payload) => {
      const answer = await http.inject({
        method: 'POST',
        url: apiKeyVerificationPath,
        ...(payload !== undefined && { payload }),
      });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
    },
  );

  test('notices the use of a key every five minutes, not at every request', async () => {
    const { id, key } = await aKey();
    expect(await usedAt(id)).toBeNull();
    await verify(key);
    const first = await usedAt(id);
    const before = kit.statements.length;
    await verify(key);
    expect(kit.statements.slice(before).filter((statement) => statement.startsWith('UPDATE'))).toEqual([]);
    kit.advance(5 * minutes);
    await Promise.all([verify(key), verify(key)]);
    expect((await usedAt(id))?.getTime()).toBe((first?.getTime() ?? 0) + 5 * minutes);
  });
});

test('a revoked key is refused here at once, and denied to the gateways that still keep it', async () => {
  const { id, key } = await aKey();
  await Promise.all([revoke(id), revoke(id)]);
  expect(await revoke(id)).toEqual({ ok: true, value: id });
  expect(await verify(key)).toEqual({ valid: false });
  expect(await kit.prisma.denial.findMany({ where: { subject: id } })).toHaveLength(1);
  const rows = await kit.prisma.outboxMessage.findMany({
    where: { type: { in: ['staff.acted', 'user.access-revoked'] } },
  });
  expect(rows.map(({ data }) => data).filter((data) => JSON.stringify(data).includes(id))).toMatchObject([
    {
      actorId: operator,
      action: 'createApiKey',
      subject: { type: 'ApiKey', id },
      details: { permissions: 'stock:read,stock:write' },
    },
    { actorId: operator, action: 'revokeApiKey', subject: { type: 'ApiKey', id } },
  ]);
  expect(rows.filter(({ aggregateId }) => aggregateId === id)).toMatchObject([
    { data: { reason: 'API_KEY_REVOKED', userId: null } },
  ]);
  await expect(revoke(newId('ApiKey'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
