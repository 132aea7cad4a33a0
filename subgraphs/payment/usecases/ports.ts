/** What the use cases need from outside. */
import type { AttemptId, newId, OrderId, PaymentId } from '#contracts/ids.ts';
import type { Money } from '#contracts/money.ts';
import type { CommonStores, Receive, Transaction } from '#contracts/transaction.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { Call, Operation } from '../domain/operation.ts';
import type { Attempt, LedgerEntry, LedgerLine, Payment } from '../domain/payment.ts';
import type { AuthorizationResult, CaptureResult, RefundResult, VoidResult } from '../domain/provider-results.ts';

export interface PaymentStore {
  /**
   * Takes the attempt's lock until the transaction ends, whether there is a payment or not: from here on nobody else
   * handles this attempt, and what is read stays true.
   */
  lock(attemptId: AttemptId): Promise<Payment | undefined>;
  lockById(id: PaymentId): Promise<Payment | undefined>;
  save(payment: Payment): Promise<void>;
  /** Remembers a cancel that came before its attempt. */
  withdraw(attempt: Attempt, now: Date): Promise<void>;
  isWithdrawn(attemptId: AttemptId): Promise<boolean>;
}

export interface OperationStore {
  /** Writes the intent down; until `nextTryAt` it is the caller's to make. */
  open(payment: Payment, call: Call, at: { now: Date; nextTryAt: Date }): Promise<Operation>;
  /** Closes it with its outcome and forgets its secret. False when somebody else had closed it. */
  close(key: string, outcome: string, now: Date): Promise<boolean>;
}

export interface Ledger {
  add(payment: Payment, lines: readonly LedgerLine[], at: { now: Date; operationKey: string }): Promise<void>;
}

export interface ProviderEvents {
  /** True the first time this event is seen. */
  recordReceived(event: { readonly provider: string; readonly id: string }, now: Date): Promise<boolean>;
  /** Keeps the body for a person to look at: each one once, and the newest of them only. */
  keep(webhook: UnreadableWebhook, now: Date): Promise<void>;
}

/** Writes, all in one transaction. */
export interface Stores extends CommonStores {
  readonly payments: PaymentStore;
  readonly operations: OperationStore;
  readonly ledger: Ledger;
  readonly events: ProviderEvents;
}

/** What has to be taken up again. Each claim moves the time of what it takes, so that two sweeps never hold the same. */
export interface WorkList {
  claimOperations(limit: number, now: Date, until: Date): Promise<readonly Operation[]>;
  postpone(operation: Operation, until: Date): Promise<void>;
  /** Payments that wait for word from outside and have not been asked about for a while. */
  claimChecks(limit: number, now: Date, until: Date): Promise<readonly Payment[]>;
}

export interface PaymentReads {
  /** Those of the payments that exist and are the viewer's to see. */
  payments(viewer: Viewer, ids: readonly PaymentId[]): Promise<readonly Payment[]>;
  /** Oldest first. */
  paymentsOfOrders(viewer: Viewer, orderIds: readonly OrderId[]): Promise<readonly Payment[]>;
  /** Oldest first. For payments that were found through the reads above. */
  ledger(paymentIds: readonly PaymentId[]): Promise<readonly LedgerEntry[]>;
}

/** How a call is made: the same key means the same call, and the provider does it once. */
export interface ProviderCall {
  readonly key: string;
  readonly signal: AbortSignal;
}

/**
 * Somebody who moves money. Every answer is final; whatever is thrown means "unknown", and the call comes again with
 * its key. Shaped after Stripe's PaymentIntents with manual capture: `authorize` creates and confirms one, `confirm`
 * continues after an extra step, `void` cancels it. adapters/provider.suite.ts says what every provider must do.
 */
export interface PaymentProvider {
  readonly name: string;
  authorize(
    request: Attempt & { readonly amount: Money; readonly token: string },
    call: ProviderCall,
  ): Promise<AuthorizationResult>;
  confirm(
    request: { readonly reference: string; readonly code: string },
    call: ProviderCall,
  ): Promise<AuthorizationResult>;
  capture(request: { readonly reference: string; readonly amount: Money }, call: ProviderCall): Promise<CaptureResult>;
  void(request: { readonly reference: string }, call: ProviderCall): Promise<VoidResult>;
  refund(request: { readonly reference: string; readonly amount: Money }, call: ProviderCall): Promise<RefundResult>;
  /** How the authorization stands now. Changes nothing. */
  lookup(request: { readonly reference: string }, signal: AbortSignal): Promise<AuthorizationResult>;
}

/** Something a provider told us unasked. What it says is not believed: it is a reason to look. */
export interface ProviderEvent {
  readonly provider: string;
  readonly id: string;
  /** Undefined for an event about nothing of ours. */
  readonly attemptId: AttemptId | undefined;
}

/** What the provider signed, and nobody here can understand. */
export interface UnreadableWebhook {
  readonly provider: string;
  readonly body: Buffer;
  readonly unreadableBecause: string;
}

export interface WebhookReader {
  readonly provider: string;
  readonly signatureHeader: string;
  /** Undefined when the signature is not the provider's, or too old. */
  read(body: Buffer, signature: string | undefined, now: Date): ProviderEvent | UnreadableWebhook | undefined;
}

/** What operators are told. */
export interface Telemetry {
  /** The provider told of other money than it was asked about. */
  contradicted(payment: Payment, fault: string): void;
  unreadable(webhook: UnreadableWebhook): void;
}

export interface Deps {
  readonly transaction: Transaction<Stores, PaymentId>;
  readonly receive: Receive<Stores>;
  readonly work: WorkList;
  readonly reads: PaymentReads;
  readonly provider: PaymentProvider;
  readonly providerTimeoutMs: number;
  readonly telemetry: Telemetry;
  /** The same outside of a transaction. */
  readonly now: () => Promise<Date>;
  readonly newId: typeof newId;
  /** Runs work that nobody waits for under the name of the request that began it. */
  readonly onBehalfOf: <T>(payment: Payment, work: () => Promise<T>) => Promise<T>;
}
