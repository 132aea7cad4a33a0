import type { PaymentMethodId, UserId } from '#contracts/ids.ts';
import type { PaymentMethod as MethodRow, Prisma, PrismaClient } from '#prisma/payment/client/client.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { MethodWork, PaymentMethodReads, PaymentMethodStore } from '../usecases/ports.ts';

// 30 days: as long as idempotency keys, whose retries it answers.
const refusalKeptForMs = 30 * 24 * 60 * 60 * 1_000;

export const paymentMethodStore = (tx: Prisma.TransactionClient): PaymentMethodStore => ({
  lockAllOf: async (customerId, withRemoved) => {
    // An advisory lock: two saves at once must not both be the twentieth, and there may be no row yet.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`methods of ${customerId}`}, 0))`;
    const where = { customerId, ...(withRemoved ? {} : { removedAt: null, state: { not: 'REFUSED' as const } }) };
    return (await tx.paymentMethod.findMany({ where, orderBy: { id: 'asc' } })).map(methodOf);
  },
  usable: async (id, customerId) => {
    const where = { id, customerId, state: 'ACTIVE', removedAt: null } as const;
    const row = await tx.paymentMethod.findFirst({
      ...{ where, select: { provider: true, reference: true, customerReference: true } },
    });
    if (!row?.reference) return undefined;
    const { provider, reference, customerReference } = row;
    return { provider, as: { reference, customerReference } };
  },
  begin: async (method, now, nextTryAt) => {
    await tx.paymentMethod.create({
      data: { ...method, state: 'SAVING', tries: 1, nextTryAt, createdAt: now },
      select: { id: true },
    });
  },
  end: async (method, result, now) => {
    const { id, customerId, provider, removedAt } = method;
    if (result.kind === 'methodRefused') {
      const data = { state: 'REFUSED', declineReason: result.reason, reasonText: result.message } as const;
      const nextTryAt = new Date(now.getTime() + refusalKeptForMs);
      return methodOf(await tx.paymentMethod.update({ where: { id }, data: { ...data, secret: null, nextTryAt } }));
    }
    const { kind: _, ...saved } = result;
    // The same card again: the newer entry takes its place.
    await tx.paymentMethod.deleteMany({
      where: { provider, reference: saved.reference, customerId, id: { not: id }, state: 'ACTIVE' },
    });
    // One that was removed while it was being saved is due to be removed at the provider.
    const data = { ...saved, state: 'ACTIVE', secret: null, tries: 0, nextTryAt: removedAt && now } as const;
    return methodOf(await tx.paymentMethod.update({ where: { id }, data }));
  },
  markRemoved: async (ids, now, nextTryAt) => {
    await tx.paymentMethod.updateMany({
      where: { id: { in: [...ids] }, removedAt: null },
      data: { removedAt: now, nextTryAt, tries: 0 },
    });
  },
  delete: async (id) => {
    await tx.paymentMethod.deleteMany({ where: { id } });
  },
});

/** Outside any transaction, like workList. */
export const methodWork = (prisma: PrismaClient): MethodWork => ({
  claimMethods: async (limit, now, until) => {
    const claimed = await prisma.$queryRaw<{ id: string }[]>`
      UPDATE payment_method SET next_try_at = ${until}, tries = tries + 1
       WHERE id = ANY (ARRAY(SELECT id FROM payment_method WHERE next_try_at <= ${now}
                     ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))
      RETURNING id`;
    if (claimed.length === 0) return [];
    const ids = claimed.map(({ id }) => id);
    return (await prisma.paymentMethod.findMany({ where: { id: { in: ids } } })).map(methodOf);
  },
  postponeMethod: async (id, until) => {
    await prisma.paymentMethod.updateMany({ where: { id, nextTryAt: { not: null } }, data: { nextTryAt: until } });
  },
});

export const paymentMethodReads = (prisma: PrismaClient): PaymentMethodReads => ({
  paymentMethodsById: async (ids) =>
    (await prisma.paymentMethod.findMany({ where: { id: { in: [...ids] } } })).map(methodOf),
  paymentMethodsOf: async (customerIds) => {
    const where = { customerId: { in: [...customerIds] }, state: 'ACTIVE' as const, removedAt: null };
    return (await prisma.paymentMethod.findMany({ where, orderBy: { id: 'desc' } })).map(methodOf);
  },
  customerReference: async (customerId, provider) => {
    const where = { customerId, provider, customerReference: { not: null } };
    const row = await prisma.paymentMethod.findFirst({ where, select: { customerReference: true } });
    return row?.customerReference ?? null;
  },
});

const methodOf = ({ nextTryAt: _, ...row }: MethodRow): PaymentMethod => ({
  ...row,
  id: row.id as PaymentMethodId,
  customerId: row.customerId as UserId,
});
