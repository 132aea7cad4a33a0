/** What staff do to the stock, as the graph lets them. */
import { randomUUID } from 'node:crypto';
import type { GraphQLUnionType } from 'graphql';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { asking } from '#kit/graphql/ask.ts';
import { anAttempt, release, reserve, variantOf } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';
import { somebody } from '#kit/user/viewers.ts';
import { until } from '#kit/vitest/until.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { schema } from '../wiring.ts';
import { loaders } from './loaders.ts';

const built = schema();
let shop: Shop;
let ask: ReturnType<typeof asking>;
let lamp = '';
const staff = somebody('STAFF');

beforeAll(async () => {
  shop = await aShop();
  ask = asking(built, requestContext(shop.app, loaders));
  await mutate('saveLocation', { code: 'outlet', name: 'Outlet', priority: 5 });
});
beforeEach(async () => {
  [lamp = ''] = await shop.stock(5);
});

const selections: Readonly<Record<string, string>> = {
  transferStock: 'from { onHand location { code } } to { onHand reserved available location { code name } }',
  saveLocation: 'location { code name priority isDefault }',
};

interface Sent {
  readonly key?: string;
  readonly viewer?: Viewer;
}

/** Each failure of a mutation, whole. */
const failuresOf = (type: string): string =>
  (built.getType(`${type}Payload`) as GraphQLUnionType)
    .getTypes()
    .filter(({ name }) => name !== `${type}Success`)
    .map((failure) => `... on ${failure.name} { ${Object.keys(failure.getFields()).join(' ')} }`)
    .join(' ');

/** The mutation's payload, or the code of its error. */
const mutate = async (name: string, input: object, { key = randomUUID(), viewer = staff }: Sent = {}) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const success = selections[name] ?? 'level { onHand reserved available location { code } }';
  const query = `mutation ($key: String!, $input: ${type}Input!) { it: ${name}(idempotencyKey: $key, input: $input) {
    __typename ${failuresOf(type)} ... on ${type}Success { ${success} } } }`;
  const { data, codes } = await ask(viewer, query, { key, input });
  return data?.it ?? codes?.[0];
};

const reference = () => randomUUID();
const onLamp = (input: object) => ({ variantId: variantOf(lamp), ...input });
const level = (onHand: number, reserved = 0, code = 'main') => ({
  level: { onHand, reserved, available: onHand - reserved, location: { code } },
});
const holdLamps = async (quantity: number) => {
  const attempt = anAttempt();
  await shop.commands.reserveStock(reserve(attempt, [{ sku: lamp, quantity }]));
  return attempt;
};

describe('receiveStock', () => {
  it('books a delivery at the default location, or at another one', async () => {
    expect(await mutate('receiveStock', onLamp({ quantity: 3, reference: 'DN-1' }))).toEqual({
      __typename: 'ReceiveStockSuccess',
      ...level(8),
    });
    expect(await mutate('receiveStock', onLamp({ quantity: 2, reference: 'DN-2', location: 'outlet' }))).toMatchObject(
      level(2, 0, 'outlet'),
    );
    expect(await shop.levels(lamp)).toEqual({ main: [8, 0], outlet: [2, 0] });
  });

  it('books a reference once per variant, also when two people do it at once, at two locations', async () => {
    const [other = ''] = await shop.stock(1);
    const answers = await Promise.all(
      ['main', 'outlet', 'main', 'outlet'].map((location) =>
        mutate('receiveStock', onLamp({ quantity: 3, reference: 'DN-3', location })),
      ),
    );
    expect(answers.map(({ __typename }) => __typename).toSorted()).toEqual([
      'ReceiveStockSuccess',
      ...Array(3).fill('ReferenceUsed'),
    ]);
    expect(answers).toContainEqual(expect.objectContaining({ reference: 'DN-3' }));
    expect((await shop.level(lamp)).onHand).toBe(8);
    const elsewhere = { variantId: variantOf(other), quantity: 1, reference: 'DN-3' };
    expect(await mutate('receiveStock', elsewhere)).toMatchObject(level(2));
  });

  it('books once per key, and refuses the key for another input', async () => {
    const [key, input] = [randomUUID(), onLamp({ quantity: 1, reference: reference() })];
    const [first, second] = await Promise.all([1, 2].map(() => mutate('receiveStock', input, { key })));
    expect(first).toMatchObject(level(6));
    expect(second).toEqual(first);
    const other = { ...input, quantity: 2 };
    expect(await mutate('receiveStock', other, { key })).toMatchObject({ __typename: 'IdempotencyConflict' });
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5', 'RECEIPT 1']);
  });

  it('takes no more than a variant can have', async () => {
    await shop.prisma.$executeRaw`UPDATE stock_level SET on_hand = 999999999 WHERE variant_id = ${variantOf(lamp)}`;
    const more = (location: string) =>
      mutate('receiveStock', onLamp({ quantity: 2, reference: reference(), location }));
    expect([await more('main'), await more('outlet')]).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT']);
  });
});

describe('adjustStock', () => {
  it('takes a difference or a count', async () => {
    expect(await mutate('adjustStock', onLamp({ quantity: -2, reason: 'Broken' }))).toMatchObject(level(3));
    expect(await mutate('adjustStock', onLamp({ countedUnits: 7, reason: 'Counted' }))).toMatchObject(level(7));
    const again = onLamp({ countedUnits: 7, reason: 'Counted twice' });
    expect(await mutate('adjustStock', again)).toMatchObject(level(7));
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5', 'ADJUSTMENT -2', 'ADJUSTMENT 4']);
    expect(await mutate('adjustStock', onLamp({ countedUnits: 0, reason: 'None', location: 'outlet' }))).toMatchObject(
      level(0, 0, 'outlet'),
    );
  });

  it('cannot go below what is reserved at the location, whatever the others have', async () => {
    await mutate('receiveStock', onLamp({ quantity: 50, reference: reference(), location: 'outlet' }));
    const attempt = await holdLamps(4);
    const failure = { __typename: 'StockReserved', onHand: 5, reserved: 4 };
    expect(await mutate('adjustStock', onLamp({ quantity: -2, reason: 'Broken' }))).toMatchObject(failure);
    expect(await mutate('adjustStock', onLamp({ countedUnits: 3, reason: 'Counted' }))).toMatchObject(failure);
    expect(await mutate('adjustStock', onLamp({ quantity: -6, reason: 'Broken' }))).toMatchObject({
      ...{ __typename: 'InsufficientStockOnHand', onHand: 5, reserved: 4 },
    });
    expect(await mutate('adjustStock', onLamp({ countedUnits: 4, reason: 'Counted' }))).toMatchObject(level(4, 4));
    await shop.commands.releaseStock(release(attempt));
    expect(await mutate('adjustStock', onLamp({ countedUnits: 3, reason: 'Counted' }))).toMatchObject(level(3));
  });

  it('by two people at once: each difference counts, and none reads what the other is about to write', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        mutate('adjustStock', onLamp({ quantity: n % 2 ? 1 : -1, reason: `by ${n}` }), { viewer: somebody('STAFF') }),
      ),
    );
    expect(await shop.levels(lamp)).toEqual({ main: [5, 0] });
    expect(await shop.movements(lamp)).toHaveLength(11);
  });

  it('by several who count the same shelf, where nothing was before: what they counted is there once', async () => {
    const counted = { countedUnits: 7, reason: 'Counted', location: 'outlet' };
    const count = () => mutate('adjustStock', onLamp(counted));
    const waiting = async () => {
      const [row] = await shop.prisma.$queryRaw<{ waiting: number }[]>`
        SELECT count(*)::int AS waiting FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return row?.waiting;
    };
    // An object, or the transaction would wait for what waits for it.
    const counts = await shop.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT FROM stock_level WHERE variant_id = ${variantOf(lamp)} FOR UPDATE`;
      const all = [count(), count(), count()];
      await until('all wait for the one who holds the stock', async () => (await waiting()) === all.length);
      return { all };
    });
    await Promise.all(counts.all);
    expect(await shop.levels(lamp)).toEqual({ main: [5, 0], outlet: [7, 0] });
  });

  it.each([
    ['neither a difference nor a count', {}],
    ['both', { quantity: 1, countedUnits: 1 }],
    ['a difference of nothing', { quantity: 0 }],
    ['a negative count', { countedUnits: -1 }],
    ['a huge difference', { quantity: -1_000_001 }],
    ['a huge count', { countedUnits: 1_000_000_001 }],
  ])('with %s is BAD_USER_INPUT', async (_, input) => {
    expect(await mutate('adjustStock', onLamp({ reason: 'Counted', ...input }))).toBe('BAD_USER_INPUT');
  });
});

describe('transferStock', () => {
  const move = (input: object) => mutate('transferStock', onLamp({ reference: reference(), ...input }));

  it('moves units from one location to another', async () => {
    expect(await move({ to: 'outlet', quantity: 2, reference: 'TR-1' })).toEqual({
      __typename: 'TransferStockSuccess',
      from: { onHand: 3, location: { code: 'main' } },
      to: { onHand: 2, reserved: 0, available: 2, location: { code: 'outlet', name: 'Outlet' } },
    });
    expect(await move({ to: 'outlet', quantity: 2, reference: 'TR-1' })).toMatchObject({ __typename: 'ReferenceUsed' });
    expect(await move({ from: 'outlet', quantity: 2 })).toMatchObject({ to: { onHand: 5 } });
    expect(await shop.levels(lamp)).toEqual({ main: [5, 0], outlet: [0, 0] });
  });

  it('leaves what is reserved where it is', async () => {
    await holdLamps(4);
    expect(await move({ to: 'outlet', quantity: 2 })).toMatchObject({ __typename: 'StockReserved', reserved: 4 });
    expect(await move({ to: 'outlet', quantity: 6 })).toMatchObject({ __typename: 'InsufficientStockOnHand' });
    expect(await move({ to: 'outlet', quantity: 1 })).toMatchObject({ from: { onHand: 4 } });
  });

  it('there and back at the same time, with reservations between, never deadlocks and loses nothing', async () => {
    await move({ to: 'outlet', quantity: 2 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        n % 3 === 2
          ? holdLamps(1).then((attempt) => shop.commands.releaseStock(release(attempt)))
          : move({ quantity: 1, ...(n % 3 ? { from: 'outlet', to: 'main' } : { from: 'main', to: 'outlet' }) }),
      ),
    );
    const failures = new Set(answers.filter(Boolean).map((answer) => answer.__typename));
    for (const name of failures)
      expect(['TransferStockSuccess', 'StockReserved', 'InsufficientStockOnHand']).toContain(name);
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 0 });
    const [{ deadlocks } = { deadlocks: -1 }] = await shop.prisma.$queryRaw<{ deadlocks: number }[]>`
      SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`;
    expect(deadlocks).toBe(0);
  });

  it.each([
    ['from a location to itself', { from: 'outlet', to: 'outlet' }, 'BAD_USER_INPUT'],
    ['from the default to the default', {}, 'BAD_USER_INPUT'],
    ['to an unknown location', { to: 'moon' }, 'NOT_FOUND'],
    ['from an unknown location', { from: 'moon', to: 'outlet' }, 'NOT_FOUND'],
    ['to what is no location', { to: 'Not A Code' }, 'NOT_FOUND'],
  ])('%s, %j, is %s', async (_, places, code) => {
    expect(await move({ quantity: 1, ...places })).toBe(code);
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5']);
  });
});

describe('returnStock', () => {
  it('puts units back, or scraps them, once per reference', async () => {
    const input = onLamp({ quantity: 2, disposition: 'RESTOCK', reference: 'RMA-1' });
    expect(await mutate('returnStock', input)).toMatchObject(level(7));
    expect(await mutate('returnStock', input)).toMatchObject({ __typename: 'ReferenceUsed' });
    const scrap = onLamp({ quantity: 3, disposition: 'SCRAP', reference: 'RMA-2', reason: 'Wet' });
    expect(await mutate('returnStock', scrap)).toMatchObject(level(7));
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5', 'RETURN 2', 'RETURN 3', 'SCRAP 3']);
  });
});

describe('each of them', () => {
  const inputs: Readonly<Record<string, object>> = {
    receiveStock: { quantity: 1, reference: 'R' },
    adjustStock: { quantity: 1, reason: 'R' },
    transferStock: { quantity: 1, to: 'outlet', reference: 'R' },
    returnStock: { quantity: 1, disposition: 'RESTOCK', reference: 'R' },
  };

  it.each(Object.entries(inputs))(
    '%s is for staff with the permission, of variants that exist',
    async (name, input) => {
      const nobody = { ...onLamp(input), variantId: namedId('Variant', 'no such') };
      expect(await mutate(name, nobody)).toBe('NOT_FOUND');
      expect(await mutate(name, { ...input, variantId: 'rubbish' })).toBe('NOT_FOUND');
      const machine: Viewer = { kind: 'apiKey', id: namedId('ApiKey', 'till'), permissions: ['stock:read'] };
      for (const viewer of [guest, somebody(), machine])
        await expect(mutate(name, onLamp(input), { viewer })).resolves.toMatch(/FORBIDDEN|UNAUTHENTICATED/);
      expect(await shop.movements(lamp)).toEqual(['RECEIPT 5']);
    },
  );

  const texts = ['', '   ', '\u0000', 'a\nb', 'a\u202eb', '\ud800', '\u200b', 'x'.repeat(201), 'x'.repeat(100_000)];
  it.each(Object.entries(inputs))(
    '%s refuses text that is no line, and quantities that cannot be',
    async (name, input) => {
      const field = name === 'adjustStock' ? 'reason' : 'reference';
      for (const text of texts) expect(await mutate(name, onLamp({ ...input, [field]: text }))).toBe('BAD_USER_INPUT');
      for (const quantity of [0, 1_000_001, 2_147_483_647, -2_147_483_648])
        expect(await mutate(name, onLamp({ ...input, quantity }))).toBe('BAD_USER_INPUT');
      expect(await shop.movements(lamp)).toEqual(['RECEIPT 5']);
    },
  );

  it('is published and audited in its own transaction, without the text that staff typed', async () => {
    await mutate('adjustStock', onLamp({ quantity: -1, reason: 'Mr Kim dropped it' }));
    const rows = await shop.prisma.outboxMessage.findMany({ orderBy: { position: 'desc' }, take: 2 });
    expect(rows.map(({ type, data }) => [type, data])).toEqual([
      [
        'staff.acted',
        {
          ...{ actorId: (staff as { id: string }).id, action: 'adjustStock', customerId: null },
          subject: { type: 'ProductVariant', id: variantOf(lamp) },
          details: { movements: 'ADJUSTMENT:main:-1' },
        },
      ],
      [
        'stock.moved',
        { variantId: variantOf(lamp), movements: [{ kind: 'ADJUSTMENT', location: 'main', quantity: -1 }] },
      ],
    ]);
  });
});

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
