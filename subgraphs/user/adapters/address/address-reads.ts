import type { UserId } from '#contracts/ids.ts';
import type { Prisma, PrismaClient } from '#prisma/user/client/client.ts';
import type { AddressId, SavedAddress } from '../../domain/address/saved-address.ts';
import type { AddressReads } from '../../usecases/address/ports.ts';

export const addressReads = (prisma: PrismaClient): AddressReads => ({
  addressesOf: async (userIds) => {
    const rows = await prisma.address.findMany({
      where: { userId: { in: [...userIds] } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    });
    return Map.groupBy(rows.map(toSavedAddress), ({ userId }) => userId);
  },
});

/** Rows are trusted: they were parsed on their way in. */
export const toSavedAddress = (row: Prisma.AddressGetPayload<object>): SavedAddress => {
  const { id, userId, isDefaultShipping, isDefaultBilling, createdAt, updatedAt, ...address } = row;
  return {
    id: id as AddressId,
    userId: userId as UserId,
    address,
    defaultFor: [
      ...(isDefaultShipping ? ['SHIPPING' as const] : []),
      ...(isDefaultBilling ? ['BILLING' as const] : []),
    ],
    createdAt,
    updatedAt,
  };
};
