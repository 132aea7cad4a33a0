import type { Prisma } from '#prisma/user/client/client.ts';
import type { AddressUse } from '../../domain/address/saved-address.ts';
import type { AddressStore } from '../../usecases/address/ports.ts';
import { lockAccount } from '../account/account-store.ts';
import { toSavedAddress } from './address-reads.ts';

const columnOf = { SHIPPING: 'isDefaultShipping', BILLING: 'isDefaultBilling' } as const satisfies Record<
  AddressUse,
  string
>;

export const addressStore = (tx: Prisma.TransactionClient): AddressStore => ({
  lockBook: async (userId) => {
    // The user's row stands for the book, which may be empty. A foreign key's own lock on it does not wait for this one.
    if (!(await lockAccount(tx, userId))) return undefined;
    return (await tx.address.findMany({ where: { userId } })).map(toSavedAddress);
  },

  insert: async ({ address, ...entry }) => {
    await tx.address.create({ data: { ...entry, ...address }, select: { id: true } });
  },

  update: async (id, address, updatedAt) => {
    await tx.address.update({ where: { id }, data: { ...address, updatedAt }, select: { id: true } });
  },

  setDefault: async (userId, id, uses) => {
    for (const column of uses.map((use) => columnOf[use])) {
      // First the other one: the unique index lets nobody have two, not even for a moment.
      await tx.address.updateMany({ where: { userId, [column]: true, id: { not: id } }, data: { [column]: false } });
      await tx.address.update({ where: { id }, data: { [column]: true }, select: { id: true } });
    }
  },

  remove: async (id) => {
    await tx.address.delete({ where: { id }, select: { id: true } });
  },

  removeAll: async (userId) => {
    await tx.address.deleteMany({ where: { userId } });
  },
});
