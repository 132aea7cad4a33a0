import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GuestId, newId, type UserId } from '#contracts/ids.ts';
import { UserGuestMerged } from '#contracts/messages/user.ts';
import { aMessageOf } from '#kit/messaging/messages.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, captureMessage } from '#kit/payment/builders.ts';
import pg from '#platform/database/pg.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const pair = (): { guestId: GuestId; userId: UserId } => ({ guestId: newId('Guest'), userId: newId('User') });

const paidBy = async (customerId: UserId | GuestId, paymentMethodToken = 'tok_approve') => {
  const attempt = anAttempt();
  await kit.app.commands.authorizePayment(authorizeMessage(attempt, { customerId, paymentMethodToken }));
  return { attempt, owner: async () => (await kit.payment(attempt)).customerId };
};
const signedIn = (merge: ReturnType<typeof pair>) => kit.app.commands.mergeGuest(aMessageOf(UserGuestMerged, merge));
const confirm = { idempotencyKey: 'confirm', code: 'approve' };

test("a guest's payments become the user's, and nobody else's do", async () => {
  const merge = pair();
  const [guests, others] = [await paidBy(merge.guestId), await paidBy(newId('Guest'))];
  const other = await others.owner();
  await signedIn(merge);
  expect(await guests.owner()).toBe(merge.userId);
  expect(await others.owner()).toBe(other);
  await signedIn({ ...merge, userId: newId('User') });
  expect(await guests.owner()).toBe(merge.userId);
});

test("a command that carries the guest's id after the merge pays for the user", async () => {
  const merge = pair();
  await signedIn(merge);
  const { owner } = await paidBy(merge.guestId);
  expect(await owner()).toBe(merge.userId);
});

test('the user confirms what the guest has begun before the message is there, and the guest cannot any more', async () => {
  const merge = pair();
  const { attempt, owner } = await paidBy(merge.guestId, 'tok_action_required');
  const command = { ...confirm, paymentId: (await kit.payment(attempt)).id };
  const asUser = () =>
    kit.app.commands.confirmPayment({ ...command, customerId: merge.userId, mergedGuestId: merge.guestId });
  expect(await asUser()).toEqual({ ok: true, value: command.paymentId });
  expect(await owner()).toBe(merge.userId);
  const asGuest = kit.app.commands.confirmPayment({ ...command, customerId: merge.guestId });
  await expect(asGuest).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await signedIn(merge);
  expect(await kit.effects(attempt)).toEqual(['AUTHORIZATION 5000']);
});

test('what the guest confirmed is not confirmed again by the user who repeats it', async () => {
  const merge = pair();
  const { attempt } = await paidBy(merge.guestId, 'tok_action_required');
  const command = { ...confirm, paymentId: (await kit.payment(attempt)).id };
  const first = await kit.app.commands.confirmPayment({ ...command, customerId: merge.guestId });
  await signedIn(merge);
  expect(await kit.app.commands.confirmPayment({ ...command, customerId: merge.userId })).toEqual(first);
  expect(await kit.replyTypes(attempt)).toEqual(['action-required', 'authorized']);
});

test('a payment that changes at the moment of the merge stays the user’s', async () => {
  const { guestId, userId } = pair();
  const { attempt, owner } = await paidBy(guestId);
  const merging = new pg.Client(kit.databaseUrl);
  await merging.connect();
  await merging.query('BEGIN');
  await merging.query('UPDATE payment SET customer_id = $2 WHERE customer_id = $1', [guestId, userId]);
  const capturing = kit.app.commands.capturePayment(captureMessage(attempt));
  for (let isWaiting = false; !isWaiting; ) {
    const rows = await kit.prisma.$queryRaw<unknown[]>`
      SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    isWaiting = rows.length > 0;
  }
  await merging.query('COMMIT');
  await merging.end();
  await capturing;
  expect(await kit.payment(attempt)).toMatchObject({ status: 'CAPTURED' });
  expect(await owner()).toBe(userId);
});
