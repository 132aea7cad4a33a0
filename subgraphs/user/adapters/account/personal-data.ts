import type { PrismaClient } from '#prisma/user/client/client.ts';
import type { PersonalDataReads } from '../../usecases/account/ports.ts';

// 10,000 of each: more than a customer has, and a document that still fits into one answer.
const most = 10_000;

/** Everything about a person that this service has, but for secrets: of a password, of sessions' tokens, of tokens in mails. */
export const personalDataReads = (prisma: PrismaClient): PersonalDataReads => ({
  personalData: async (userId) => {
    const profile = await prisma.user.findUnique({
      where: { id: userId, closedAt: null },
      omit: { passwordHash: true, closedAt: true },
      include: { roles: { select: { roleName: true, grantedAt: true } } },
    });
    if (!profile) return undefined;
    const ofCustomer = { where: { customerId: userId }, take: most };
    const ofUser = { where: { userId }, take: most };
    const [addresses, sessions, guests, notifications, switchedOff, mails, signIns] = await Promise.all([
      prisma.address.findMany({ ...ofUser, orderBy: { id: 'desc' }, omit: { userId: true } }),
      prisma.session.findMany({ ...ofUser, orderBy: { id: 'desc' }, omit: { userId: true } }),
      prisma.guestMerge.findMany({ ...ofUser, orderBy: { guestId: 'desc' }, omit: { userId: true } }),
      prisma.notification.findMany({ ...ofCustomer, orderBy: { id: 'desc' }, omit: { customerId: true } }),
      prisma.notificationOptOut.findMany({ ...ofUser, omit: { userId: true } }),
      prisma.delivery.findMany({
        ...ofUser,
        orderBy: { id: 'desc' },
        select: { kind: true, email: true, params: true, state: true, createdAt: true, endedAt: true },
      }),
      prisma.signInAttempts.findMany({ where: { email: profile.email }, take: most, omit: { email: true } }),
    ]);
    return { profile, addresses, sessions, guests, notifications, switchedOff, mails, signIns };
  },
});
