/** Somebody waits for what is sold out, staff receive it, and those who wait are told: through product, the bus and user. */
import { expect, test } from 'vitest';
import { newGuest, succeed } from '#launcher/shopper/shopper.ts';
import {
  AdjustStockDocument,
  BrowseDocument,
  LowStockDocument,
  NotifyWhenInStockDocument,
  ReceiveStockDocument,
  StockAlertsDocument,
} from '#operations/documents.generated.ts';
import { agora, aKey, guest as anybody, staff, variantOf } from './shop.ts';

// Two looks of workers, two queues.
const toldWithinMs = 30_000;
const told = '{ notifications(first: 10) { edges { node { kind title product { slug } } } } }';

test('a guest with a session is told in the shop that a variant is back, once, and staff see it on their list meanwhile', async () => {
  const [guest, { client: desk }] = [await newGuest(agora.gateway), await staff()];
  // Nobody else's: the others buy what has a name of its own.
  const { products } = await anybody.ask(BrowseDocument, { first: 60 });
  const slug = products?.edges.at(-1)?.node.slug ?? '';
  const { id: variantId } = await variantOf(slug);
  const count = { variantId, countedUnits: 0, reason: 'A test sells it out' };
  await desk.ask(AdjustStockDocument, { idempotencyKey: aKey(), input: count });

  await expect.poll(async () => (await variantOf(slug)).availability, { timeout: toldWithinMs }).toBe('NONE');
  const listed = async () =>
    (await desk.ask(LowStockDocument, { first: 100 })).lowStock?.edges.map(({ node }) => node.variant?.id);
  await expect.poll(listed, { timeout: toldWithinMs }).toContain(variantId);

  const wait = async () =>
    (await guest.client.ask(NotifyWhenInStockDocument, { input: { variantId } })).notifyWhenInStock;
  succeed(await wait(), 'NotifyWhenInStockSuccess');
  expect((await guest.client.ask(StockAlertsDocument, {})).stockAlerts).toMatchObject([{ variant: { id: variantId } }]);

  const delivery = { variantId, quantity: 20, reference: aKey() };
  await desk.ask(ReceiveStockDocument, { idempotencyKey: aKey(), input: delivery });
  const notices = async () => (await guest.client.send(told)).data;
  const notice = { node: { kind: 'BACK_IN_STOCK', product: { slug } } };
  await expect.poll(notices, { timeout: toldWithinMs }).toMatchObject({ notifications: { edges: [notice] } });
  expect((await guest.client.ask(StockAlertsDocument, {})).stockAlerts).toEqual([]);
  expect(await wait()).toMatchObject({ __typename: 'AlreadyInStock' });
  await expect.poll(listed, { timeout: toldWithinMs }).not.toContain(variantId);
});
