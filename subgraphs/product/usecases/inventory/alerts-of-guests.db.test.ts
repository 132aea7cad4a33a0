/** Those who wait and become somebody else, or nobody. */
import { describe, expect, it } from 'vitest';
import { newId, type UserId } from '#contracts/ids.ts';
import { UserClosed, UserGuestMerged } from '#contracts/messages/user.ts';
import { aMessageOf } from '#kit/messaging/messages.ts';
import { variantOf } from '#kit/product/builders.ts';
import { aShopThatSellsOut } from '#kit/product/selling-out.ts';

const shop = await aShopThatSellsOut();
const { sell, receive, wait, waitsFor, told } = shop;

describe('a guest who signs in', () => {
  const merged = (guestId: ReturnType<typeof newId<'Guest'>>, userId: UserId) =>
    shop.commands.mergeGuest(aMessageOf(UserGuestMerged, { guestId, userId }));

  it('waits on as the user, once for each', async () => {
    const [both, one] = [await sell(), await sell()];
    const [guest, ada] = [newId('Guest'), newId('User')];
    for (const sku of [both, one]) await wait(guest, sku);
    await wait(ada, both);
    await merged(guest, ada);
    expect(await waitsFor(guest)).toEqual([]);
    expect((await waitsFor(ada)).toSorted()).toEqual([variantOf(both), variantOf(one)].toSorted());
    await expect(wait(guest, one)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('finds what they waited for before the message has come', async () => {
    const sku = await sell();
    const [guest, ada] = [newId('Guest'), newId('User')];
    await wait(guest, sku);
    const command = { customerId: ada, mergedGuestId: guest, variantId: variantOf(sku), idempotencyKey: undefined };
    expect(await shop.commands.stopNotifyingWhenInStock(command)).toMatchObject({ ok: true });
    expect(await waitsFor(ada)).toEqual([]);
    expect(await waitsFor(guest)).toEqual([]);
  });

  it('at the moment in which those who wait are told is told, too', async () => {
    for (let round = 1; round <= 10; round++) {
      const sku = await sell();
      const [guest, ada] = [newId('Guest'), newId('User')];
      await wait(guest, sku);
      await receive(sku, 1);
      await Promise.all([shop.commands.watchAvailability(), merged(guest, ada)]);
      await shop.commands.watchAvailability();
      const everybody = (await told(sku)).flatMap(({ customerIds }) => customerIds);
      expect(everybody).toHaveLength(1);
      expect([guest, ada]).toContain(everybody[0]);
    }
  });
});

it('a closed account waits for nothing', async () => {
  const sku = await sell();
  const ada = newId('User');
  await wait(ada, sku);
  await shop.commands.forgetClosedUser(aMessageOf(UserClosed, { userId: ada }));
  expect(await waitsFor(ada)).toEqual([]);
});
