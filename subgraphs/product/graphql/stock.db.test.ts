/** What staff do to the stock, as the graph lets them. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { anAttempt, release, reserve, variantOf } from '#kit/product/builders.ts';
import { aShopToStock, staff } from '#kit/product/stocking.ts';
import { somebody } from '#kit/user/viewers.ts';
import { until } from '#kit/vitest/until.ts';

const { shop, mutate } = await aShopToStock();
let lamp = '';
beforeEach(async () => {
  [lamp = ''] = await shop.stock(5);
});

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
