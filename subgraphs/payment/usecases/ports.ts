/** What the use cases need from outside. */
import type {
  AttemptId,
  CustomerId,
  DisputeId,
  GuestId,
  newId,
  OrderId,
  PaymentId,
  PaymentMethodId,
  RefundId,
  UserId,
} from '#contracts/ids.ts';
import type { MergedGuests } from '#contracts/merged-guests.ts';
import type { Money } from '#contracts/money.ts';
import type { CommonStores, Receive, Transaction } from '#contracts/transaction.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { CrashPoint } from '../domain/crash-points.ts';
import type { Dispute } from '../domain/dispute.ts';
import type { Recorded } from '../domain/observe.ts';
import type { Call, Operation } from '../domain/operation.ts';
import type { Attempt, LedgerEntry, LedgerLine, Payment } from '../domain/payment.ts';
import type { PaymentMethod, SavedMethodReference, SaveMethodResult } from '../domain/payment-method.ts';
import type { PaymentStatus } from '../domain/payment-states.ts';
import type { EventOutcome, ProviderEventId, ProviderEventState, StoredEvent } from '../domain/provider-event.ts';
import type { Difference } from '../domain/reconcile.ts';
import type { Refund } from '../domain/refund.ts';
import type { PaymentProvider, UnreadableWebhook } from './provider.ts';

export interface PaymentStore {
  /**
   * Takes the attempt's lock until the transaction ends, whether there is a payment or not: until then nobody else handles
   * this attempt, and what was read stays true.
   */
  lock(attemptId: AttemptId): Promise<Payment | undefined>;
  lockById(id: PaymentId): Promise<Payment | undefined>;
  lockByReference(provider: string, reference: string): Promise<Payment | undefined>;
  /** All of a new one; of a known one everything but its customer, whom a merge may change at any time. */
  save(payment: Payment): Promise<void>;
  giveTo(guestId: GuestId, userId: UserId): Promise<void>;
  /** The attempt to pay this order that may hold or keep money, if there is one. */
  openAttemptOf(orderId: OrderId): Promise<AttemptId | undefined>;
  /** Records a cancel that arrived before its attempt. */
  withdraw(attempt: Attempt, now: Date): Promise<void>;
  isWithdrawn(attemptId: AttemptId): Promise<boolean>;
}

export interface OperationStore {
  /** Records the intent; until `nextTryAt` the call belongs to the caller. */
  open(payment: Payment, call: Call, at: { now: Date; nextTryAt: Date }): Promise<Operation>;
  /** There is news: the call is due again. */
  retryNow(key: string, now: Date): Promise<void>;
  /** Closes it with its outcome and erases its secret. False when it was already closed. */
  close(key: string, outcome: string, now: Date): Promise<boolean>;
  /** A refund that was asked for under a key which is known from the provider alone; none of ours, if it failed. */
  recordDone(
    payment: Payment,
    call: { readonly key: string; readonly amount: Money; readonly refundId: RefundId | null },
    now: Date,
  ): Promise<void>;
  /** Gives it another key. Undefined when it was closed, or got one, meanwhile. */
  rekey(operation: Operation, key: string, now: Date): Promise<Operation | undefined>;
}

export interface Ledger {
  add(payment: Payment, lines: readonly LedgerLine[], at: { now: Date; operationKey: string }): Promise<void>;
}

export interface RefundStore {
  find(id: RefundId): Promise<Refund | undefined>;
  add(refund: Refund): Promise<void>;
  /** `failure` is null when it succeeded. */
  end(id: RefundId, failure: string | null, now: Date): Promise<void>;
  /** With the keys of the calls that were to make them. */
  all(paymentId: PaymentId): Promise<Recorded['refunds']>;
  undoings(payment: Payment): Promise<Recorded['undoings']>;
  /** One that was seen at the provider: a new one, or one that has ended in another way. */
  saveObserved(refund: Refund, now: Date): Promise<void>;
}

export interface DisputeStore {
  all(paymentId: PaymentId): Promise<readonly Dispute[]>;
  save(dispute: Dispute): Promise<void>;
}

export interface DisputeReads {
  /** Oldest first. Whether the viewer may see them is the caller's business. */
  disputes(payments: readonly PaymentId[]): Promise<readonly Dispute[]>;
  /** Everybody's, newest first, up to `limit + 1`. Whether the viewer may see them is the caller's business. */
  allDisputes(page: {
    readonly state: Dispute['state'] | undefined;
    readonly limit: number;
    readonly after: DisputeId | undefined;
  }): Promise<readonly Dispute[]>;
}

export interface RefundReads {
  /** Oldest first. Visibility is checked by those of the payments. */
  refunds(payments: readonly PaymentId[]): Promise<readonly Refund[]>;
}

/** What staff record of offline payments. */
export interface OfflineBook {
  /** False when it has been recorded before. */
  recordFunds(reference: string, amount: Money, now: Date): Promise<boolean>;
  /** Refunds that were asked for and not paid yet, oldest first, by the key of their call. */
  pendingRefunds(reference: string): Promise<readonly { readonly key: string; readonly amount: Money }[]>;
  recordRefund(reference: string, refund: { readonly key: string; readonly amount: Money }, now: Date): Promise<void>;
}

export interface PaymentMethodStore {
  /** Takes the lock of this customer's methods until the transaction ends. Without those that were removed or refused, unless asked. */
  lockAllOf(customerId: UserId, withRemoved?: 'WITH_REMOVED'): Promise<readonly PaymentMethod[]>;
  /** One that this customer can pay with; undefined for another's, as for none. */
  usable(
    id: PaymentMethodId,
    customerId: CustomerId,
  ): Promise<{ readonly provider: string; readonly as: SavedMethodReference } | undefined>;
  /** Records the intent to save one; until `nextTryAt` the call belongs to the caller. */
  begin(
    method: Pick<PaymentMethod, 'id' | 'customerId' | 'provider'> & { readonly secret: string },
    now: Date,
    nextTryAt: Date,
  ): Promise<void>;
  /** Records the provider's answer and erases the token. A method that the customer has saved before gives way to this one. */
  end(method: PaymentMethod, result: SaveMethodResult, now: Date): Promise<PaymentMethod>;
  markRemoved(ids: readonly PaymentMethodId[], now: Date, nextTryAt: Date): Promise<void>;
  delete(id: PaymentMethodId): Promise<void>;
}

export interface ProviderEvents {
  /** Stores it; until `nextTryAt` it belongs to the caller. False when it is known: providers deliver at least once. */
  store(
    event: StoredEvent,
    as: { readonly livemode: boolean; readonly body: Buffer; readonly nextTryAt: Date | null },
  ): Promise<boolean>;
  /** Makes it wait to be processed anew; until `nextTryAt` it belongs to the caller. */
  reopen(id: ProviderEventId, nextTryAt: Date): Promise<StoredEvent | undefined>;
  /** Keeps the body for an operator: each one once, and only the newest. */
  keep(webhook: UnreadableWebhook, now: Date): Promise<void>;
}

/** Writes, all in one transaction. */
export interface Stores extends CommonStores {
  readonly guests: MergedGuests;
  readonly payments: PaymentStore;
  readonly operations: OperationStore;
  readonly ledger: Ledger;
  readonly refunds: RefundStore;
  readonly disputes: DisputeStore;
  readonly events: ProviderEvents;
  readonly methods: PaymentMethodStore;
  readonly offline: OfflineBook;
}

/** Unfinished work. Each claim postpones what it takes, so that two sweeps never hold the same. */
export interface WorkList {
  claimOperations(limit: number, now: Date, until: Date): Promise<readonly Operation[]>;
  /** `looksFirst`: from now on. */
  postpone(operation: Operation, until: Date, looksFirst: boolean): Promise<void>;
  /** Payments that wait for an outside event and whose next check is due. */
  claimChecks(limit: number, now: Date, until: Date): Promise<readonly Payment[]>;
}

/** Stored webhooks that are not processed yet, or that are old. */
export interface EventWork {
  /** Those that are due; each claim counts as a try. */
  claimEvents(limit: number, now: Date, until: Date): Promise<readonly StoredEvent[]>;
  /** Records how processing ended, unless another process has ended it. */
  endTry(id: ProviderEventId, outcome: EventOutcome, now: Date): Promise<void>;
  /** Deletes up to `limit` webhooks that were received before. Returns how many there were. */
  forgetEvents(before: Date, limit: number): Promise<number>;
}

/** Payment methods that the provider is still to save or to remove. */
export interface MethodWork {
  claimMethods(limit: number, now: Date, until: Date): Promise<readonly PaymentMethod[]>;
  postponeMethod(id: PaymentMethodId, until: Date): Promise<void>;
}

/** How far each provider's books have been compared with ours. */
export interface ReconciliationWork {
  /** The time from which on this pass is to go on, if that is not after `notAfter`; until `leaseUntil` it belongs to the caller. */
  claimReconciliation(claim: {
    readonly provider: string;
    readonly pass: string;
    /** Where a pass begins that never was. */
    readonly first: Date;
    readonly notAfter: Date;
    readonly now: Date;
    readonly leaseUntil: Date;
  }): Promise<Date | undefined>;
  endReconciliation(pass: {
    readonly provider: string;
    readonly pass: string;
    readonly from: Date;
    readonly until: Date;
  }): Promise<void>;
}

export interface PaymentMethodReads {
  /** In whatever state. */
  paymentMethodsById(ids: readonly PaymentMethodId[]): Promise<readonly PaymentMethod[]>;
  /** Those that can be paid with, newest first. Whether the viewer may see them is the caller's business. */
  paymentMethodsOf(customerIds: readonly UserId[]): Promise<readonly PaymentMethod[]>;
  /** By what this provider knows the customer, if it does. */
  customerReference(customerId: CustomerId, provider: string): Promise<string | null>;
}

export interface ProviderEventReads {
  /** Newest first, up to `limit + 1`. */
  providerEvents(page: {
    readonly state: ProviderEventState | undefined;
    readonly limit: number;
    readonly after: ProviderEventId | undefined;
  }): Promise<readonly StoredEvent[]>;
  providerEventsById(ids: readonly ProviderEventId[]): Promise<readonly StoredEvent[]>;
}

export interface PaymentReads extends ProviderEventReads, PaymentMethodReads, RefundReads, DisputeReads {
  /** The payments that exist and are visible to the viewer. */
  payments(viewer: Viewer, ids: readonly PaymentId[]): Promise<readonly Payment[]>;
  /** Oldest first. */
  paymentsOfOrders(viewer: Viewer, orderIds: readonly OrderId[]): Promise<readonly Payment[]>;
  /** Everybody's, newest first, up to `limit + 1`. Whether the viewer may see them is the caller's business. */
  allPayments(page: {
    readonly statuses: readonly PaymentStatus[] | undefined;
    readonly provider: string | undefined;
    readonly limit: number;
    readonly after: PaymentId | undefined;
  }): Promise<readonly Payment[]>;
  /** Those that the provider knows by these references, and those of these attempts. */
  paymentsAt(
    provider: string,
    by: { readonly references: readonly string[]; readonly attempts: readonly AttemptId[] },
  ): Promise<readonly Payment[]>;
  /** Those that were begun in this time, oldest first, up to `limit`. */
  paymentsBegun(page: {
    readonly provider: string;
    readonly since: Date;
    readonly until: Date;
    readonly after: PaymentId | undefined;
    readonly limit: number;
  }): Promise<readonly Payment[]>;
  /** Oldest first. Visibility is checked by the reads above. */
  ledger(paymentIds: readonly PaymentId[]): Promise<readonly LedgerEntry[]>;
}

/** What operators see. */
export interface Telemetry {
  /** The provider reported another amount or currency than was requested. */
  contradicted(payment: Payment, fault: string): void;
  unreadable(webhook: UnreadableWebhook): void;
  /** A webhook was refused at the door: no valid signature, or too large. */
  refusedWebhook(provider: string, why: string): void;
  /** The books and the provider's differ. */
  differs(difference: Difference): void;
  /** How far behind its time this pass over a provider's book is. */
  reconciled(provider: string, pass: string, behindMs: number): void;
  /** A stranger's event was ignored, or processing one was given up. */
  eventEnded(event: StoredEvent): void;
}

export interface Deps {
  readonly transaction: Transaction<Stores, PaymentId>;
  readonly receive: Receive<Stores>;
  readonly work: WorkList;
  readonly eventWork: EventWork;
  readonly methodWork: MethodWork;
  readonly reconciliationWork: ReconciliationWork;
  readonly reads: PaymentReads;
  /** The one that new payments go to, but for those whose token names another. */
  readonly provider: PaymentProvider;
  /** All that are configured, by name: a payment stays with the one that authorized it. */
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  readonly providerTimeoutMs: number;
  readonly telemetry: Telemetry;
  /** The time outside a transaction, by the same clock. */
  readonly now: () => Promise<Date>;
  readonly newId: typeof newId;
  /** Says how far a call has come. Does nothing, or ends the process where it is made to die at this point. */
  readonly pass: (point: CrashPoint) => void;
  /** Runs background work with the correlation id of the request that started it. */
  readonly onBehalfOf: <T>(payment: Payment, work: () => Promise<T>) => Promise<T>;
}
