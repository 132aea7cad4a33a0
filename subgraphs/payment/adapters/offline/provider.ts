/**
 * Payment without a provider: a bank transfer, cash on delivery. Nothing is held until staff record that the money has come;
 * capture and void are then bookkeeping, and a refund is done when staff record that it was paid.
 */
import { type AttemptId, parseId } from '#contracts/ids.ts';
import { equals, money } from '#contracts/money.ts';
import { databaseTime } from '#platform/database/transaction.ts';
import type { PrismaClient } from '#prisma/payment/client/client.ts';
import { offlineProviderName, offlineTokens } from '../../domain/offline.ts';
import {
  type AuthorizationResult,
  type CaptureResult,
  ProviderFault,
  type ProviderState,
  type RefundResult,
  type VoidResult,
} from '../../domain/provider-results.ts';
import type { PaymentProvider, ProviderCall } from '../../usecases/provider.ts';
import { addEntry, entriesOf, lockEntries, type OfflineEntry, type OfflineKind, totalOf } from './book.ts';

export const offlineProvider = (prisma: PrismaClient): PaymentProvider => {
  const once = oncePerKey(prisma);
  const declined = (message: string): AuthorizationResult => ({
    ...{ kind: 'declined', reference: null, reason: 'INVALID_METHOD', message },
  });
  return {
    name: offlineProviderName,
    capturesInParts: false,
    // Its book is ours, and forgets nothing.
    keepsKeysForMs: Number.POSITIVE_INFINITY,
    authorize: async ({ attemptId, amount, method }, call) => {
      if (!('token' in method) || !offlineTokens.has(method.token) || amount.amount < 1)
        return declined('This is no way to pay.');
      const reference = referenceOf(attemptId);
      return once<AuthorizationResult>(reference, call, { kind: 'REQUEST', amount }, () => ({
        ...{ result: { kind: 'awaitingFunds', reference }, isEntered: true },
      }));
    },
    // There is no extra step.
    confirm: async ({ reference }) => (await stateAt(prisma, reference)).authorization,
    // Once: nothing of what is in the till already stays held. What is not taken is to be paid back.
    capture: async ({ reference, amount, isFinal = true }, call) => {
      if (!isFinal) return { kind: 'captureRefused', reason: 'It can only be captured at once.' };
      return once<CaptureResult>(reference, call, { kind: 'CAPTURE', amount }, (entries) =>
        amount.amount <= heldOf(entries)
          ? { result: { kind: 'captured', amount, held: { ...amount, amount: 0 } }, isEntered: true }
          : { result: { kind: 'captureRefused', reason: 'More than has come in.' }, isEntered: false },
      );
    },
    void: async ({ reference }, call) => {
      const [request] = await entriesOf(prisma, reference);
      if (!request) throw new Error(`there is no offline payment ${reference}`);
      const { amount } = request;
      return once<VoidResult>(reference, call, { kind: 'VOID', amount }, (entries) => {
        const held = money(heldOf(entries), amount.currency);
        if (totalOf(entries, 'CAPTURE') > 0)
          return { result: { kind: 'voidRefused', reason: 'It is captured.', held: amount }, isEntered: false };
        const isOver = totalOf(entries, 'VOID') > 0;
        return { result: { kind: 'voided', released: isOver || held.amount === 0 ? null : held }, isEntered: !isOver };
      });
    },
    refund: async ({ reference, amount }, call) => {
      const refund = { kind: 'REFUND_REQUEST', amount } as const;
      const refusal = await once<RefundResult | { readonly kind: 'requested' }>(reference, call, refund, (entries) => {
        const left = totalOf(entries, 'CAPTURE') - totalOf(entries, 'REFUND_REQUEST');
        return amount.amount <= left
          ? { result: { kind: 'requested' }, isEntered: true }
          : { result: { kind: 'refundRefused', reason: 'More than is left of what was paid.' }, isEntered: false };
      });
      if (refusal.kind !== 'requested') return refusal;
      if (isPaidBack(await entriesOf(prisma, reference), call.key)) return { kind: 'refunded', amount };
      // 1 h: whoever records it makes the call due.
      throw new ProviderFault('nobody has recorded that this was paid back', {
        ...{ next: 'sameKey', retryAfterMs: 3_600_000 },
      });
    },
    // A transfer has no card to be kept.
    saveMethod: async () => ({ kind: 'methodRefused', reason: 'INVALID_METHOD', message: 'This cannot be saved.' }),
    removeMethod: async () => undefined,
    state: ({ reference }) => stateAt(prisma, reference),
    find: async ({ attemptId }) => {
      const entries = await entriesOf(prisma, referenceOf(attemptId));
      return entries.length === 0 ? undefined : stateAt(prisma, referenceOf(attemptId));
    },
    lookup: async ({ reference }) => (await stateAt(prisma, reference)).authorization,
  };
};

const referenceOf = (attemptId: AttemptId): string => attemptId.replace(/^att_/, 'off_');
const attemptOf = (reference: string) => parseId('Attempt', reference.replace(/^off_/, 'att_')) ?? null;

const isPaidBack = (entries: readonly OfflineEntry[], key: string): boolean =>
  entries.some((it) => it.kind === 'REFUND' && it.key === key);

const stateAt = async (prisma: PrismaClient, reference: string): Promise<ProviderState> => {
  const entries = await entriesOf(prisma, reference);
  const [request] = entries;
  if (!request) throw new Error(`there is no offline payment ${reference}`);
  const of = (amount: number) => money(amount, request.amount.currency);
  return {
    ...{ reference, attemptId: attemptOf(reference), createdAt: request.at, amount: request.amount },
    ...{ authorization: stateOf(reference, entries), orderId: null, disputes: [] },
    end: totalOf(entries, 'VOID') > 0 ? 'CANCELLED' : null,
    ...{ held: of(heldOf(entries)), captured: of(totalOf(entries, 'CAPTURE')) },
    refunds: entries
      .filter(({ kind }) => kind === 'REFUND_REQUEST')
      .map(({ key, amount }) => ({
        ...{ reference: key, operationKey: key, amount },
        state: isPaidBack(entries, key) ? 'SUCCEEDED' : 'PENDING',
      })),
  };
};

/** Once per key, under the payment's lock: `work` decides what is entered, if anything. */
const oncePerKey =
  (prisma: PrismaClient) =>
  <R extends object>(
    reference: string,
    { key, signal }: ProviderCall,
    entry: { readonly kind: OfflineKind; readonly amount: OfflineEntry['amount'] },
    work: (entries: readonly OfflineEntry[]) => { readonly result: R; readonly isEntered: boolean },
  ): Promise<R> => {
    signal.throwIfAborted();
    return prisma.$transaction(async (tx) => {
      const entries = await lockEntries(tx, reference);
      const known = entries.find((it) => it.key === key && it.kind === entry.kind);
      if (known && !equals(known.amount, entry.amount)) throw new Error(`the key ${key} was used for another request`);
      const { result, isEntered } = work(known ? entries.slice(0, entries.indexOf(known)) : entries);
      if (isEntered && !known) await addEntry(tx, reference, { ...entry, key }, await databaseTime(tx));
      return result;
    });
  };

const heldOf = (entries: readonly OfflineEntry[]): number =>
  totalOf(entries, 'VOID') + totalOf(entries, 'CAPTURE') > 0 ? 0 : totalOf(entries, 'FUNDS');

const stateOf = (reference: string, entries: readonly OfflineEntry[]): AuthorizationResult => {
  if (totalOf(entries, 'VOID') > 0)
    return { kind: 'declined', reference, reason: 'INVALID_METHOD', message: 'The payment was cancelled.' };
  const funds = entries.find(({ kind }) => kind === 'FUNDS');
  return funds ? { kind: 'approved', reference, held: funds.amount } : { kind: 'awaitingFunds', reference };
};
