/** One mail to one user, from its cause to its end. */
import type { Email } from '#contracts/email.ts';
import { type Id, idsOf, type UserId } from '#contracts/ids.ts';
import type { Locale } from '../account/locale.ts';
import { type MailKind, type MailParams, mailKinds } from './mail-kinds.ts';

const ids = idsOf('Delivery', 'dlv');
export type DeliveryId = Id<'Delivery'>;
export const newDeliveryId = (): DeliveryId => ids.create();

/** A mail that is to be sent: `add` it in the transaction that causes it. */
export type NewDelivery<K extends MailKind = MailKind> = {
  [Kind in K]: {
    /** What causes it: the id of a message, or of a request. One cause leads to one mail of a kind, however often it is added. */
    readonly sourceId: string;
    readonly userId: UserId;
    /** Where it goes when that is not the user's own address, at the time of sending: to a new one, or to the one before. */
    readonly email?: Email;
    readonly kind: Kind;
    readonly params: MailParams[Kind];
    /** The transaction's time unless given. */
    readonly requestedAt?: Date;
    /** The user's own unless given: that of the request, for a user who is new. */
    readonly locale?: Locale;
  };
}[K];

interface Recipient {
  readonly email: Email;
  /** Absent where the name may be somebody else's words: a stranger can register any address with any name. */
  readonly name: string | undefined;
  readonly locale: Locale;
}

/** A mail that this process is to send; until its lease ends no other process sends it. */
export type ClaimedDelivery = {
  [Kind in MailKind]: {
    readonly id: DeliveryId;
    readonly userId: UserId;
    readonly kind: Kind;
    readonly params: MailParams[Kind];
    /** This attempt's number, from 1. */
    readonly attempts: number;
    readonly messageId: string;
    readonly createdAt: Date;
    /** None when the account was closed meanwhile. */
    readonly recipient: Recipient | undefined;
  };
}[MailKind];

// 5 from each process: what most providers take from one sender.
export const mailsAtOnce = 5;

// 60 s: servers that scan what they are given take that long; RFC 5321 would allow ten minutes, in which others wait.
export const sendWithinMs = 60_000;
// Twice that, so that the next process begins after this one has given up.
const leaseMs = 2 * sendWithinMs;
export const leaseEnd = (now: Date): Date => new Date(now.getTime() + leaseMs);

// 1 min at first: what servers with greylisting ask for. 1 h at most: twice as long each time, it would be a day soon.
const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;

/** When to try again after the server has asked to come back. */
export const nextAttemptAt = ({ attempts }: Pick<ClaimedDelivery, 'attempts'>, now: Date): Date =>
  new Date(now.getTime() + Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs));

export const isWorthSending = ({ kind, createdAt }: Pick<ClaimedDelivery, 'kind' | 'createdAt'>, at: Date): boolean =>
  at.getTime() < createdAt.getTime() + mailKinds[kind].worthSendingMs;

// 1 s at first: a server that restarts is back soon. 1 min at most: an hour's outage costs sixty connections.
const firstOutageMs = 1_000;
const longestOutageMs = 60_000;

/** How long to leave a mail server alone that has failed so many times in a row. */
export const outagePauseMs = (failures: number): number =>
  Math.min(firstOutageMs * 2 ** (failures - 1), longestOutageMs);

// 30 days: as long as somebody may ask "did you send it?".
const keptMs = 30 * 24 * 3_600_000;
/** Deliveries that ended before are deleted. */
export const keptSince = (now: Date): Date => new Date(now.getTime() - keptMs);
