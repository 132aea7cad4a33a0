/** Comparing the books with a provider's, for a window of time: what can be booked is booked, what is left is for people. */

import { decide } from '../domain/decide.ts';
import { whenToObserve } from '../domain/observe.ts';
import type { Operation } from '../domain/operation.ts';
import type { Payment } from '../domain/payment.ts';
import { isWaiting } from '../domain/payment-states.ts';
import { type ListedPayment, ProviderFault, type ProviderState } from '../domain/provider-results.ts';
import { adopt, agree, type Difference, hasMoney, mayDiffer, totalsAt, totalsOf } from '../domain/reconcile.ts';
import { checkPayment } from './check-payment.ts';
import { observePayment, observing, recordObserved } from './observe-payment.ts';
import type { Deps } from './ports.ts';
import type { PaymentProvider } from './provider.ts';
import { allOf, applyDecision, runOperation } from './run-operation.ts';

export interface Reconciliation {
  readonly provider: string;
  readonly since: Date;
  readonly until: Date;
  /** LIST changes nothing. REPAIR books what can be. RELEASE gives back the money of payments that the books have lost, too. */
  readonly mode: 'LIST' | 'REPAIR' | 'RELEASE';
  readonly signal: AbortSignal;
  readonly onDifference: (difference: Difference) => void;
}

export interface Reconciled {
  /** Payments that were compared. */
  readonly compared: number;
  /** A call about them is under way, whose outcome will say more. */
  readonly underWay: number;
  /** Payments at the provider that no attempt of this shop's names: another system's, on the same account. */
  readonly notOurs: number;
}

// 6 h: what is seen of a slice is kept in memory until its end. At 20 orders a second that is 432,000 references, 50 MiB.
const longestSliceMs = 6 * 60 * 60_000;

/** Rejects when the provider does not answer. Safe beside everything else, and beside itself. */
export const reconcile =
  (deps: Deps) =>
  async (asked: Reconciliation): Promise<Reconciled> => {
    const provider = deps.providers.get(asked.provider);
    const counts = { compared: 0, underWay: 0, notOurs: 0 };
    const list = provider?.list;
    if (!list) return counts;
    for (let since = asked.since; since < asked.until; ) {
      const until = new Date(Math.min(since.getTime() + longestSliceMs, asked.until.getTime()));
      await compareSlice({ deps, provider, asked: { ...asked, since, until }, counts }, list);
      since = until;
    }
    return counts;
  };

const compareSlice = async (work: Work, list: NonNullable<PaymentProvider['list']>): Promise<void> => {
  const { deps, provider } = work;
  const { since, until, signal } = work.asked;
  const seen = new Set<string>();
  for await (const listed of inBatches(list({ since, until }, signal))) {
    for (const { reference } of listed) seen.add(reference);
    await compareListed(work, listed);
  }
  let after: Payment['id'] | undefined;
  do {
    const page = await deps.reads.paymentsBegun({ provider: provider.name, since, until, after, limit: batch });
    for (const payment of page)
      if (payment.reference !== null && !seen.has(payment.reference)) await compare(work, payment);
    after = page.length < batch ? undefined : page.at(-1)?.id;
  } while (after !== undefined);
};

interface Work {
  readonly deps: Deps;
  readonly provider: PaymentProvider;
  readonly asked: Reconciliation;
  readonly counts: { -readonly [Name in keyof Reconciled]: number };
}

// 100: a page of Stripe's lists, and one statement here.
const batch = 100;

async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let next: T[] = [];
  for await (const item of items) {
    next.push(item);
    if (next.length < batch) continue;
    yield next;
    next = [];
  }
  if (next.length > 0) yield next;
}

const compareListed = async (work: Work, listed: readonly ListedPayment[]): Promise<void> => {
  const { deps, provider, counts } = work;
  const known = await deps.reads.paymentsAt(provider.name, {
    references: listed.map(({ reference }) => reference),
    attempts: listed.flatMap(({ attemptId }) => attemptId ?? []),
  });
  const byReference = new Map(known.map((payment) => [payment.reference, payment]));
  const byAttempt = new Map(known.map((payment) => [payment.attemptId, payment]));
  for (const one of listed) {
    work.asked.signal.throwIfAborted();
    const payment = byReference.get(one.reference);
    const ofAttempt = one.attemptId === null ? undefined : byAttempt.get(one.attemptId);
    if (payment && mayDiffer(payment, one)) await compare(work, payment);
    else if (payment) counts.compared++;
    else if (!hasMoney(one)) continue;
    else if (one.attemptId === null) counts.notOurs++;
    else if (!ofAttempt) await unknownHere(work, one.reference);
    // The first call's outcome is not known yet: what it finds out is this.
    else if (ofAttempt.reference === null && whenToObserve(ofAttempt) === 'later') counts.underWay++;
    else await chargedTwice(work, ofAttempt, one.reference);
  }
};

const isUnderWay = (payment: Payment): boolean => whenToObserve(payment) === 'later' || payment.refunding > 0;

/** All that both know of one payment. The row that it was listed by may be out of date: the answer is compared with the newest. */
const compare = async (work: Work, listed: Payment): Promise<void> => {
  const { deps, provider, asked, counts } = work;
  counts.compared++;
  const { reference } = listed;
  if (isUnderWay(listed) || reference === null) return void counts.underWay++;
  const state = await stateOf(work, listed, reference);
  const payment = await newest(work, reference);
  if (!payment || isUnderWay(payment)) return void counts.underWay++;
  const difference: Difference = {
    ...{ kind: state ? 'TOTALS_DIFFER' : 'UNKNOWN_THERE', provider: provider.name, reference, outcome: 'FOUND' },
    ...{ attemptId: payment.attemptId, paymentId: payment.id, orderId: payment.orderId },
    ...{ currency: payment.amount.currency, here: totalsOf(payment), there: state ? totalsAt(state) : null },
  };
  if (!state) return asked.onDifference({ ...difference, outcome: asked.mode === 'LIST' ? 'FOUND' : 'LEFT' });
  if (agree(payment, state)) return;
  if (asked.mode === 'LIST') return asked.onDifference(difference);
  if ((await deps.onBehalfOf(payment, () => repair(deps, payment))) === 'underWay') return void counts.underWay++;
  const now = await newest(work, reference);
  const isRepaired = now && (isUnderWay(now) || agree(now, await provider.state({ reference }, asked.signal)));
  asked.onDifference({ ...difference, outcome: isRepaired ? 'REPAIRED' : 'LEFT' });
};

const newest = async ({ deps, provider }: Work, reference: string): Promise<Payment | undefined> =>
  (await deps.reads.paymentsAt(provider.name, { references: [reference], attempts: [] }))[0];

/** As a webhook would have done it. */
const repair = async (deps: Deps, payment: Payment): Promise<'seen' | 'underWay'> => {
  if (whenToObserve(payment) === 'now') return observePayment(deps)(payment);
  if (isWaiting(payment.status)) await checkPayment(deps)(payment);
  return 'seen';
};

// A call that was made a day late, and the difference of two clocks.
const searchedAfterMs = 26 * 60 * 60 * 1_000;
const searchedBeforeMs = 5 * 60 * 1_000;

/** Undefined where the provider has no such payment; rejects when it does not answer. */
const stateOf = async (
  { provider, asked: { signal } }: Work,
  { attemptId, createdAt }: Payment,
  reference: string,
): Promise<ProviderState | undefined> => {
  try {
    return await provider.state({ reference }, signal);
  } catch (error) {
    if (!(error instanceof ProviderFault && error.alert)) throw error;
    // It may refuse us altogether: only a list can tell that there is no such payment.
    const since = new Date(createdAt.getTime() - searchedBeforeMs);
    const until = new Date(createdAt.getTime() + searchedAfterMs);
    return provider.find({ attemptId, since, until }, signal);
  }
};

const chargedTwice = async (work: Work, payment: Payment, reference: string): Promise<void> => {
  const state = await work.provider.state({ reference }, work.asked.signal);
  work.asked.onDifference({
    ...{ kind: 'CHARGED_TWICE', provider: work.provider.name, reference, outcome: 'LEFT' },
    ...{ attemptId: payment.attemptId, paymentId: payment.id, orderId: payment.orderId },
    ...{ currency: state.amount.currency, here: totalsOf(payment), there: totalsAt(state) },
  });
};

const unknownHere = async (work: Work, reference: string): Promise<void> => {
  const { deps, provider, asked } = work;
  const state = await provider.state({ reference }, asked.signal);
  const difference: Difference = {
    ...{ kind: 'UNKNOWN_HERE', provider: provider.name, reference, paymentId: null, here: null },
    ...{ attemptId: state.attemptId, orderId: state.orderId, currency: state.amount.currency },
    ...{ there: totalsAt(state), outcome: asked.mode === 'LIST' ? 'FOUND' : 'LEFT' },
  };
  if (asked.mode !== 'RELEASE') return asked.onDifference(difference);
  const released = await release(deps, provider.name, state);
  asked.onDifference({ ...difference, paymentId: released?.id ?? null, outcome: released ? 'REPAIRED' : 'LEFT' });
};

/** Enters the payment that was lost into the books, and undoes it like one that its order cancels. */
const release = async (deps: Deps, provider: string, state: ProviderState): Promise<Payment | undefined> => {
  let opened: Operation | undefined;
  const adopted = await deps.transaction(async (stores) => {
    const { payments, operations, now } = stores;
    // It has come meanwhile: then it is not lost.
    if (!state.attemptId || (await payments.lock(state.attemptId))) return undefined;
    const seen = adopt(state, {
      ...{ id: deps.newId('Payment'), customerId: deps.newId('Guest'), provider, context: observing(deps, now) },
      correlationId: `reconcile-${state.reference}`,
    });
    if (!seen || seen.faults.length > 0) return undefined;
    // An order is paid by one attempt at a time; the other one may end by itself.
    if (await payments.openAttemptOf(seen.payment.orderId)) return undefined;
    await recordObserved(stores, seen, state);
    for (const { operationKey: key, amount, state: end } of state.refunds)
      if (key && end === 'FAILED') await operations.recordDone(seen.payment, { key, amount, refundId: null }, now);
    if (totalsOf(seen.payment).held > 0 || seen.payment.captured > seen.payment.refunded)
      opened = await applyDecision(stores, decide(seen.payment, { kind: 'cancel' }, now), deps);
    return seen.payment;
  });
  if (opened) await runOperation(deps)(opened);
  return adopted;
};

// Payments are compared twice: soon, when every call about them has its answer, and when a hold that nobody took has expired
// (Stripe: 7 days). A refund or a dispute is in the list of its own time, whenever its payment was begun.
const passes = { soon: 10 * 60_000, afterExpiry: 8 * 24 * 60 * 60_000 } as const;
// 10 min: at 20 orders a second 12,000 payments, which are 120 pages and done in time.
const sliceMs = 10 * 60_000;
// 40 s: below the minute that a round of background work may take.
const roundMs = 40_000;

/** Goes on with each pass over each provider's book, as far as is due; one that fails holds up no other. Safe in many processes. */
export const sweepReconciliations = (deps: Deps) => async (): Promise<void> => {
  const listing = [...deps.providers.values()].filter(({ list }) => list);
  const names = Object.keys(passes) as (keyof typeof passes)[];
  await allOf(
    listing.flatMap(({ name: provider }) =>
      names.map((pass) => goOn(deps, { provider, pass, signal: AbortSignal.timeout(roundMs) })),
    ),
  );
};

interface Pass {
  readonly provider: string;
  readonly pass: keyof typeof passes;
  readonly signal: AbortSignal;
}

const goOn = async (deps: Deps, { provider, pass, signal }: Pass): Promise<void> => {
  for (let size = sliceMs; ; size = Math.min(2 * size, longestSliceMs)) {
    const now = await deps.now();
    const due = now.getTime() - passes[pass];
    const from = await deps.reconciliationWork.claimReconciliation({
      ...{ provider, pass, now, first: new Date(due), notAfter: new Date(due - sliceMs) },
      leaseUntil: new Date(now.getTime() + roundMs),
    });
    deps.telemetry.reconciled(provider, pass, from ? due - from.getTime() : 0);
    if (!from) return;
    const until = new Date(Math.min(from.getTime() + size, due));
    const { differs: onDifference } = deps.telemetry;
    await reconcile(deps)({ provider, since: from, until, mode: 'REPAIR', signal, onDifference });
    await deps.reconciliationWork.endReconciliation({ provider, pass, from, until });
  }
};
