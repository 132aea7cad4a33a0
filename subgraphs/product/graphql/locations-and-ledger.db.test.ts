/** Where units are, and what moved them: what staff read, and the locations that they keep. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import { anAttempt, reserve, variantOf } from '#kit/product/builders.ts';
import { aShopToStock, type Sent, staff } from '#kit/product/stocking.ts';
import { somebody } from '#kit/user/viewers.ts';

const { shop, ask, mutate } = await aShopToStock();
let lamp = '';
beforeEach(async () => {
  [lamp = ''] = await shop.stock(5);
});

const reference = () => randomUUID();
const onLamp = (input: object) => ({ variantId: variantOf(lamp), ...input });
const holdLamps = async (quantity: number) => {
  const attempt = anAttempt();
  await shop.commands.reserveStock(reserve(attempt, [{ sku: lamp, quantity }]));
  return attempt;
};

describe('what staff read', () => {
  const movements = async (first: number, after?: string) => {
    const query = `query ($id: ID!, $after: String) { stockMovements(variantId: $id, first: ${first}, after: $after) {
      pageInfo { hasNextPage endCursor } edges { node { kind quantity location { code } orderId reference reason } } } }`;
    return (await ask(staff, query, { id: variantOf(lamp), after })).data.stockMovements;
  };

  it('is the ledger of a variant, newest first, page by page', async () => {
    const attempt = await holdLamps(1);
    await mutate('adjustStock', onLamp({ quantity: 1, reason: 'Found' }));
    const page = await movements(2);
    expect(page.edges.map(({ node }: { node: object }) => node)).toEqual([
      { kind: 'ADJUSTMENT', quantity: 1, location: { code: 'main' }, orderId: null, reference: null, reason: 'Found' },
      {
        ...{ kind: 'RESERVATION', quantity: 1, location: { code: 'main' }, reference: null, reason: null },
        orderId: namedId('Order', attempt),
      },
    ]);
    const rest = await movements(2, page.pageInfo.endCursor);
    expect(rest).toMatchObject({ pageInfo: { hasNextPage: false }, edges: [{ node: { kind: 'RECEIPT' } }] });
  });

  it('is the stock of a variant by location, in the order in which it is drawn on', async () => {
    await mutate('receiveStock', onLamp({ quantity: 2, reference: reference(), location: 'outlet' }));
    const query = `query ($id: ID!) { locations { code isDefault }
      variant(id: $id) { available stock { onHand reserved available location { code name } } } }`;
    expect(await ask(staff, query, { id: variantOf(lamp) })).toEqual({
      data: {
        locations: [
          { code: 'main', isDefault: true },
          { code: 'outlet', isDefault: false },
        ],
        variant: {
          available: 7,
          stock: [
            { onHand: 5, reserved: 0, available: 5, location: { code: 'main', name: 'Main warehouse' } },
            { onHand: 2, reserved: 0, available: 2, location: { code: 'outlet', name: 'Outlet' } },
          ],
        },
      },
    });
    const answer = await ask(somebody(), '{ locations { code } stockMovements(variantId: "x") { edges { cursor } } }');
    expect(answer.codes).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect((await ask(guest, query, { id: variantOf(lamp) })).data.variant.stock).toBeNull();
  });

  it.each(['first: 0', 'after: "rubbish"', 'first: 101'])('refuses a page of %s', async (page) => {
    const { codes } = await ask(staff, `{ stockMovements(variantId: "x", ${page}) { edges { cursor } } }`);
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('saveLocation', () => {
  const save = (input: object, sent?: Sent) =>
    mutate('saveLocation', { code: 'busan', name: 'Busan', priority: 1, ...input }, sent);

  it('adds a location, and changes it', async () => {
    expect(await save({ name: '  부산  창고 ' })).toMatchObject({
      location: { code: 'busan', name: '부산 창고', priority: 1, isDefault: false },
    });
    expect(await save({ priority: 7 })).toMatchObject({ location: { name: 'Busan', priority: 7 } });
  });

  it('makes one the default instead of the other, however many try', async () => {
    await Promise.all(['busan', 'outlet', 'busan'].map((code) => save({ code, makeDefault: true })));
    const defaults = await shop.prisma.location.findMany({ where: { isDefault: true } });
    expect(defaults).toHaveLength(1);
    await mutate('receiveStock', onLamp({ quantity: 1, reference: reference() }));
    expect(Object.keys(await shop.levels(lamp)).toSorted()).toEqual(['main', defaults[0]?.code].toSorted());
    await save({ code: 'main', name: 'Main warehouse', priority: 0, makeDefault: true });
  });

  it.each([
    ['code', { code: 'Not A Code' }],
    ['code', { code: 'x'.repeat(41) }],
    ['code', { code: '\u0000' }],
    ['name', { name: ' ' }],
    ['name', { name: 'a\nb' }],
    ['priority', { priority: -1 }],
    ['priority', { priority: 1_000_001 }],
  ])('with a bad %s says which field it is: %j', async (field, input) => {
    expect(await save(input)).toMatchObject({ __typename: 'InvalidLocation', field });
  });

  it('has an end', async () => {
    const data = Array.from({ length: 97 }, (_, n) => ({ code: `place-${n}`, name: 'Place', priority: 50 }));
    await shop.prisma.location.createMany({ data });
    expect(await save({ code: 'one-more' })).toMatchObject({ __typename: 'TooManyLocations', maximum: 100 });
    expect(await save({ priority: 2 })).toMatchObject({ __typename: 'SaveLocationSuccess' });
  });
});
