/** What the use cases of mail need from outside. */
import type { Email } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import type { Locale } from '../../domain/account/locale.ts';
import type { Mail, Shop } from '../../domain/mail/compose.ts';
import type { ClaimedDelivery, NewDelivery } from '../../domain/mail/delivery.ts';
import type { MailKind, TokenPurpose } from '../../domain/mail/mail-kinds.ts';
import type { NotificationKind } from '../../domain/notification/notification.ts';

export interface DeliveryStore {
  /** Has mails sent once this transaction has committed. One that was added before does nothing. */
  add(...deliveries: readonly NewDelivery[]): Promise<void>;
  /** Deletes all of a user, sent or not. Add the farewell of a closed account after it, with its own address. */
  forget(userId: UserId): Promise<void>;
  /** Deletes what ended before `since`, at most `limit` rows. Returns how many. */
  dropEnded(since: Date, limit: number): Promise<number>;
}

/** Outside any transaction: one statement claims, and the claimer has the delivery to itself until the time that it set. */
export interface DeliveryQueue {
  /** By the database's clock. */
  now(): Promise<Date>;
  claim(claim: { limit: number; now: Date; until: Date; messageIdDomain: string }): Promise<readonly ClaimedDelivery[]>;
  /** These do nothing when another process has claimed it meanwhile. */
  finish(delivery: ClaimedDelivery, end: { state: 'SENT' | 'FAILED'; reason?: string; now: Date }): Promise<void>;
  postpone(delivery: ClaimedDelivery, until: Date, reason: string): Promise<void>;
  pending(): Promise<{ readonly count: number; readonly oldestSeconds: number }>;
}

export interface OneTimeToken {
  readonly userId: UserId;
  /** The address that it was sent to. */
  readonly email: Email;
  /** When its mail was asked for, which may be long before it was composed. */
  readonly requestedAt: Date;
  readonly usedAt: Date | null;
}

export interface OneTimeTokenStore {
  /** A new secret for this user and purpose; earlier ones stay good, since mails may be sent twice, and arrive late. */
  mint(token: Pick<OneTimeToken, 'userId' | 'email' | 'requestedAt'> & { purpose: TokenPurpose }): Promise<string>;
  /** A token that has not expired, used or not. `undefined` when it is unknown, or for something else. */
  find(token: string, purpose: TokenPurpose): Promise<OneTimeToken | undefined>;
  /**
   * Uses a token: whose it is, and the address that it was sent to. `undefined` when it is unknown, used or expired, or for
   * something else. All others of its user and purpose are used with it.
   */
  consume(token: string, purpose: TokenPurpose): Promise<{ userId: UserId; email: Email } | undefined>;
  /** Deletes what has expired, at most `limit` rows. Returns how many. */
  dropExpired(limit: number): Promise<number>;
}

/**
 * `sent`: the server has it. `refused`: it will not take this mail (5xx). `postponed`: it may take it later (4xx). `lost`: the
 * connection ended without an answer, so the server may have it. `unavailable`: there is no talking to the server (no
 * connection, a wrong password), whatever the mail. Reasons are codes, without the address.
 */
export type SendResult =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused' | 'postponed' | 'lost' | 'unavailable'; readonly reason: string };

export interface MailTransport {
  readonly name: 'smtp' | 'folder';
  /** Never throws. */
  send(mail: Mail): Promise<SendResult>;
  /** Deletes what it keeps beyond its bound. */
  prune(): Promise<void>;
  close(): Promise<void>;
}

export interface MailTelemetry {
  /** `expired`: it was given up, because it is not worth sending any more. */
  ended(delivery: { kind: MailKind; id: string }, outcome: SendResult['kind'] | 'expired', reason?: string): void;
  /** Something of ours failed; the attempt is repeated when its lease ends. */
  failed(error: unknown): void;
}

/** Who mails are from. */
export interface Sender extends Shop {
  readonly address: Email;
}

export interface UnsubscribeLinks {
  /** None where the service has no public address, or for mails that are always sent: those about the safety of an account. */
  url(userId: UserId, kind: MailKind, locale: Locale): string | undefined;
  read(token: string): { readonly userId: UserId; readonly kind: NotificationKind } | undefined;
}

export interface MailDeps {
  readonly transport: MailTransport;
  readonly sender: Sender;
  readonly links: UnsubscribeLinks;
  readonly telemetry: MailTelemetry;
}
