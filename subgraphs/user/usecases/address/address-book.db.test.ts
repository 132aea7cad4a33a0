import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UserId } from '#contracts/ids.ts';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { type AddressId, type AddressUse, addressIds, maxAddresses } from '../../domain/address/saved-address.ts';

let kit: UserTestApp;
let userId: UserId;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(async () => {
  userId = (await kit.customer()).id;
});

const seoul = {
  name: '김민준',
  line1: '테헤란로 152',
  city: '강남구',
  subdivision: '서울',
  postalCode: '06236',
  country: 'KR',
};
const berlin = { name: 'Ada', line1: 'Unter den Linden 77', city: 'Berlin', postalCode: 'D-10117', country: 'de' };

interface Saving {
  readonly id?: AddressId;
  readonly defaultFor?: readonly AddressUse[];
  readonly key?: string;
  readonly by?: UserId;
}
const save = (address: object = berlin, { id, defaultFor = [], key, by = userId }: Saving = {}) =>
  kit.app.commands.saveAddress({ userId: by, idempotencyKey: key, id, address, defaultFor });
const saved = async (address: object = berlin, saving: Saving = {}): Promise<AddressId> => {
  const result = await save(address, saving);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
};
const remove = (id: AddressId, by = userId) =>
  kit.app.commands.removeAddress({ userId: by, idempotencyKey: undefined, id });
const makeDefault = (id: AddressId, use: AddressUse, by = userId) =>
  kit.app.commands.setDefaultAddress({ userId: by, idempotencyKey: undefined, id, use });
const book = async (of = userId) => (await kit.app.reads.addressesOf([of])).get(of) ?? [];
const defaults = async () =>
  Object.fromEntries((await book()).flatMap(({ id, defaultFor }) => defaultFor.map((use) => [use, id])));
const failure = (kind: string) => ({ ok: false, failure: { kind } });

describe('an address book', () => {
  it('keeps addresses in canonical form, newest first; the first is the default for everything', async () => {
    const first = await saved(berlin);
    kit.advance(1_000);
    const second = await saved(seoul);
    expect(await book()).toMatchObject([
      { id: second, defaultFor: [], address: { ...seoul, subdivision: '11', company: null, phone: null } },
      { id: first, defaultFor: ['SHIPPING', 'BILLING'], address: { ...berlin, postalCode: '10117', country: 'DE' } },
    ]);
  });

  it('replaces an address with all its fields, and leaves the defaults and the time of its beginning', async () => {
    const id = await saved({ ...berlin, company: 'Agora', phone: '030 123456' });
    const before = (await book())[0];
    kit.advance(1_000);
    expect(await save(seoul, { id })).toEqual({ ok: true, value: id });
    const [after, ...others] = await book();
    expect(others).toEqual([]);
    expect(after).toMatchObject({
      address: { company: null, phone: null, country: 'KR' },
      defaultFor: before?.defaultFor,
    });
    expect(after?.createdAt).toEqual(before?.createdAt);
    expect(after?.updatedAt).not.toEqual(before?.updatedAt);
  });

  it('moves a default to another address, each use for itself', async () => {
    const first = await saved();
    const second = await saved(seoul, { defaultFor: ['BILLING'] });
    expect(await defaults()).toEqual({ SHIPPING: first, BILLING: second });
    await makeDefault(second, 'SHIPPING');
    await makeDefault(second, 'SHIPPING');
    expect(await defaults()).toEqual({ SHIPPING: second, BILLING: second });
    await saved(berlin, { id: first, defaultFor: ['BILLING'] });
    expect(await defaults()).toEqual({ SHIPPING: second, BILLING: first });
  });

  it('has no default after that was removed, until another is chosen or added', async () => {
    const first = await saved();
    await saved(seoul);
    await remove(first);
    expect(await defaults()).toEqual({});
    const third = await saved(berlin, { defaultFor: ['SHIPPING'] });
    expect(await defaults()).toEqual({ SHIPPING: third, BILLING: third });
  });

  it('refuses an address that its country does not have, and writes nothing', async () => {
    const { postalCode: _, ...withoutCode } = seoul;
    expect(await save({ ...withoutCode, line1: '역삼동 737' })).toMatchObject({
      ok: false,
      failure: {
        kind: 'InvalidAddress',
        faults: [
          { field: 'line1', reason: 'INVALID_FORMAT', message: expect.stringContaining('테헤란로') },
          { field: 'postalCode', reason: 'REQUIRED', message: expect.stringMatching(/\.$/) },
        ],
      },
    });
    expect(await book()).toEqual([]);
  });

  it('of another user is as good as none', async () => {
    const id = await saved();
    const stranger = (await kit.customer()).id;
    expect(await save(seoul, { id, by: stranger })).toMatchObject(failure('AddressNotFound'));
    expect(await remove(id, stranger)).toMatchObject(failure('AddressNotFound'));
    expect(await makeDefault(id, 'BILLING', stranger)).toMatchObject(failure('AddressNotFound'));
    expect(await remove(addressIds.create())).toMatchObject(failure('AddressNotFound'));
    expect(await book()).toMatchObject([{ id, address: { name: 'Ada' } }]);
    expect(await book(stranger)).toEqual([]);
  });

  it('is not opened for somebody who has no account', async () => {
    const nobody = userId.replace(/.{6}$/, '000000') as UserId;
    await expect(save(berlin, { by: nobody })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is closed with the account', async () => {
    const id = await saved();
    const closed = { closedAt: new Date(), passwordHash: null, email: `closed-${userId}@invalid` };
    await kit.prisma.user.update({ where: { id: userId }, data: closed });
    await expect(save()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(remove(id)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('saves an address once for a key, also when the same is sent twice at once, and keeps no copy of it', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => saved(berlin, { key: 'once' })));
    expect(new Set(ids).size).toBe(1);
    expect(await book()).toHaveLength(1);
    expect(await save(seoul, { key: 'once' })).toMatchObject(failure('IdempotencyConflict'));
    const [row] = await kit.prisma.idempotencyKey.findMany({ where: { actor: userId, operation: 'saveAddress' } });
    expect(JSON.stringify(row)).not.toContain('Linden');
  });
});

describe('when requests meet', () => {
  it('no more than fifty addresses get into a book', async () => {
    await kit.prisma.address.createMany({
      data: Array.from({ length: maxAddresses - 2 }, () => ({
        ...{ id: addressIds.create(), userId, name: 'n', line1: 'l', country: 'KE', city: 'Nairobi' },
        ...{ createdAt: new Date(), updatedAt: new Date() },
      })),
    });
    const results = await Promise.all(Array.from({ length: 8 }, () => save()));
    expect(results.filter(({ ok }) => ok)).toHaveLength(2);
    expect(results.find(({ ok }) => !ok)).toMatchObject({
      failure: { kind: 'TooManyAddresses', maximum: maxAddresses },
    });
    expect(await book()).toHaveLength(maxAddresses);
  });

  it('the first addresses are one default of each kind between them', async () => {
    await Promise.all(Array.from({ length: 8 }, () => save()));
    const all = (await book()).flatMap(({ defaultFor }) => defaultFor);
    expect(all.toSorted()).toEqual(['BILLING', 'SHIPPING']);
  });

  it('every address may be made the default at once: one is', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => saved()));
    const results = await Promise.all(ids.map((id) => makeDefault(id, 'SHIPPING')));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect((await book()).filter(({ defaultFor }) => defaultFor.includes('SHIPPING'))).toHaveLength(1);
  });

  it('an address that is removed is the default for nothing, in whatever order', async () => {
    for (let round = 0; round < 8; round++) {
      const kept = await saved();
      const id = await saved();
      await makeDefault(kept, 'SHIPPING');
      const [made, removed] = await Promise.all(
        round % 2 ? [makeDefault(id, 'SHIPPING'), remove(id)] : [remove(id), makeDefault(id, 'SHIPPING')].reverse(),
      );
      expect(removed).toEqual({ ok: true, value: id });
      // Made the default first, and then removed: there is none. Removed first: the other one stays.
      expect((await defaults()).SHIPPING).toBe(made?.ok ? undefined : kept);
    }
  });
});

describe('the database', () => {
  const row = () => ({
    ...{ id: addressIds.create(), userId, name: 'n', line1: 'l', country: 'DE', createdAt: new Date() },
    updatedAt: new Date(),
  });

  it('has one default of each kind, whoever writes', async () => {
    await kit.prisma.address.create({ data: { ...row(), isDefaultShipping: true, isDefaultBilling: true } });
    await expect(kit.prisma.address.create({ data: { ...row(), isDefaultShipping: true } })).rejects.toThrow();
    await expect(kit.prisma.address.create({ data: { ...row(), isDefaultBilling: true } })).rejects.toThrow();
    await kit.prisma.address.create({ data: row() });
  });

  it.each([
    ['a line break', { line2: 'a\nb' }, 'address_has_one_line_each'],
    ['no recipient', { name: '' }, 'address_has_one_line_each'],
    ['a country in words', { country: 'Germany' }, 'address_names_its_country'],
    ['a national telephone number', { phone: '030123456' }, 'address_phone_is_e164'],
    ['an id of another kind', { id: 'usr_1' }, 'address_id_is_an_address_id'],
  ])('refuses an address with %s', async (_, changes, constraint) => {
    await expect(kit.prisma.address.create({ data: { ...row(), ...changes } })).rejects.toThrow(constraint);
  });
});
