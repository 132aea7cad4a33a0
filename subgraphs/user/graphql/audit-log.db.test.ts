import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuditEntryId, namedId, newId } from '#contracts/ids.ts';
import { StaffActed } from '#contracts/messages/staff.ts';
import { aMessageOf } from '#kit/messaging/messages.ts';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { somebody } from '#kit/user/viewers.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const log = `query ($actor: ID, $subject: ID, $customer: ID, $first: Int, $after: String) {
  auditLog(actor: $actor, subject: $subject, customer: $customer, first: $first, after: $after) {
    edges { node { id actorId actor { displayName } action subjectType subjectId customerId details { name value } occurredAt } }
    pageInfo { hasNextPage endCursor }
  } }`;
interface AuditLogPage {
  readonly edges: readonly { readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const admin = somebody('ADMIN');
const ask = async (variables: object, viewer = admin) => kit.ask(viewer, log, { ...variables });
const nodes = async (variables: object) =>
  (await ask(variables)).data.auditLog.edges.map(({ node }: { node: { id: string } }) => node);

const acted = (actorId = namedId('User', 'sten'), customer = 'anna', id: AuditEntryId = newId('AuditEntry')) =>
  aMessageOf(
    StaffActed,
    {
      ...{ actorId, action: 'cancelOrder', subject: { type: 'Order', id: namedId('Order', id) } },
      ...{ customerId: namedId('User', customer), details: { status: 'PLACED' } },
    },
    { aggregate: { type: 'staff-action', id }, occurredAt: '2026-11-22T12:00:00.000Z' },
  );

test('an action of any service is kept once, and shown whole', async () => {
  const { id: actorId } = await kit.customer({ displayName: 'Sten' });
  const message = acted(actorId, 'whole');
  const { recordStaffAction } = kit.app.commands;
  await Promise.all([recordStaffAction(message), recordStaffAction(message)]);
  await recordStaffAction(message);

  expect(await nodes({ actor: actorId })).toEqual([
    {
      ...{ id: message.aggregate.id, actorId, actor: { displayName: 'Sten' }, action: 'cancelOrder' },
      ...{ subjectType: 'Order', subjectId: message.data.subject.id, customerId: namedId('User', 'whole') },
      ...{ details: [{ name: 'status', value: 'PLACED' }], occurredAt: '2026-11-22T12:00:00.000Z' },
    },
  ]);
});

test('is read page by page, newest first, by actor, by subject and by customer', async () => {
  const messages = Array.from({ length: 5 }, () => acted(namedId('User', 'paged'), 'paged'));
  for (const message of messages) await kit.app.commands.recordStaffAction(message);
  const newestFirst = messages.map(({ aggregate }) => aggregate.id).reverse();

  const found: string[] = [];
  for (let after: string | null = null; found.length < 5; ) {
    const page: { data: { auditLog: AuditLogPage } } = await ask({ actor: namedId('User', 'paged'), first: 2, after });
    const { edges, pageInfo } = page.data.auditLog;
    found.push(...edges.map(({ node }) => node.id));
    after = pageInfo.endCursor;
    expect(pageInfo.hasNextPage).toBe(found.length < 5);
  }
  expect(found).toEqual(newestFirst);
  expect(await nodes({ customer: namedId('User', 'paged') })).toHaveLength(5);
  expect(await nodes({ subject: messages[1]?.data.subject.id })).toMatchObject([{ id: messages[1]?.aggregate.id }]);
  expect(await nodes({ customer: namedId('User', 'paged'), actor: namedId('User', 'sten') })).toEqual([]);
});

test.each([{ first: 101 }, { after: 'x' }, { customer: 'anna' }, { subject: '' }, { actor: '\u0000' }])(
  '%j is the fault of the caller',
  async (variables) => {
    expect(await ask(variables)).toMatchObject({ codes: ['BAD_USER_INPUT'] });
  },
);

test('is for those who may read it; staff may not', async () => {
  expect((await kit.ask(somebody('STAFF'), log)).codes).toEqual(['FORBIDDEN']);
});

test('names no actor to those who may not read users', async () => {
  const { id: actorId } = await kit.customer();
  await kit.app.commands.recordStaffAction(acted(actorId));
  const auditor = { ...somebody('ADMIN'), permissions: ['audit-log:read' as const] };
  const { data } = await ask({ actor: actorId }, auditor);
  expect(data.auditLog.edges).toMatchObject([{ node: { actorId, actor: null } }]);
});

test.each(['UPDATE audit_entry SET actor_id = NULL', 'DELETE FROM audit_entry', 'TRUNCATE audit_entry'])(
  'the database refuses %s',
  async (statement) => {
    await expect(kit.prisma.$executeRawUnsafe(statement)).rejects.toThrow('append-only');
  },
);

test('nothing that could be a name or an address fits into a detail', () => {
  const { data } = acted();
  expect(StaffActed.data.safeParse({ ...data, details: { why: 'Ada asked for it' } }).success).toBe(false);
  expect(StaffActed.data.safeParse({ ...data, details: { to: 'ada@example.com' } }).success).toBe(false);
  expect(StaffActed.data.safeParse({ ...data, details: { permissions: 'orders:read,orders:manage' } }).success).toBe(
    true,
  );
});
