/** Sends what is due, in the consumer role. Safe to run in several processes. */
import { composeMail } from '../../domain/mail/compose.ts';
import {
  type ClaimedDelivery,
  isWorthSending,
  leaseEnd,
  mailsAtOnce,
  nextAttemptAt,
  outagePauseMs,
} from '../../domain/mail/delivery.ts';
import { mailKinds } from '../../domain/mail/mail-kinds.ts';
import type { Deps } from '../ports.ts';
import type { SendResult } from './ports.ts';

export interface MailWorker {
  /** Begins to send what is due, and does not wait for it: a slow mail server must not look like a stuck task. */
  round(): Promise<void>;
  /** Resolves once nothing is under way and nothing is due. */
  idle(): Promise<void>;
  /** Begins no more, and waits for what is under way. */
  close(): Promise<void>;
}

export const mailWorker = (deps: Deps): MailWorker => {
  const underWay = new Set<Promise<void>>();
  // The server, as this process sees it: it is left alone after a failure, then one mail tries whether it is back.
  const outage = { failures: 0, until: new Date(0) };
  let closed = false;

  const takeDue = async (): Promise<void> => {
    const free = (outage.failures > 0 ? 1 : mailsAtOnce) - underWay.size;
    if (closed || free <= 0) return;
    const now = await deps.deliveryQueue.now();
    if (now < outage.until) return;
    const claim = { limit: free, now, until: leaseEnd(now), messageIdDomain: domainOf(deps.mail.sender.address) };
    for (const delivery of await deps.deliveryQueue.claim(claim)) start(delivery, now);
  };

  const start = (delivery: ClaimedDelivery, now: Date): void => {
    const sending = sendOne(deps, delivery, { now, outage })
      // Its lease ends, and the next process sends it.
      .catch((error: unknown) => deps.mail.telemetry.failed(error))
      .finally(() => {
        underWay.delete(sending);
        // A free place is filled at once, so that many mails do not wait for a round each. What fails here, the next round reports.
        round().catch(() => undefined);
      });
    underWay.add(sending);
  };

  // One after another: two at once would both claim for the same free places.
  let last: Promise<void> = Promise.resolve();
  const round = (): Promise<void> => {
    last = last.catch(() => undefined).then(takeDue);
    return last;
  };

  const idle = async (): Promise<void> => {
    do {
      await Promise.all(underWay);
      // What has ended has begun another round.
      await last.catch(() => undefined);
    } while (underWay.size > 0);
  };

  return {
    round,
    idle,
    close: async () => {
      closed = true;
      await idle();
    },
  };
};

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

interface Attempt {
  /** When it was claimed. */
  readonly now: Date;
  readonly outage: { failures: number; until: Date };
}

/**
 * Records nothing before the server has answered. A crash between its answer and our record sends the mail again, with the same
 * Message-ID, by which most programs show it once; a link in it is a new one, and both work.
 */
const sendOne = async (deps: Deps, delivery: ClaimedDelivery, { now, outage }: Attempt): Promise<void> => {
  const result = await attempt(deps, delivery);
  if (result.kind === 'unavailable' || result.kind === 'lost') {
    outage.failures += 1;
    outage.until = new Date(now.getTime() + outagePauseMs(outage.failures));
  } else {
    outage.failures = 0;
  }
  const { deliveryQueue, mail } = deps;
  if (result.kind === 'sent') {
    await deliveryQueue.finish(delivery, { state: 'SENT', now });
    return mail.telemetry.ended(delivery, 'sent');
  }
  const { kind, reason } = result;
  // Where nothing was handed over, the mail is due again as soon as the server is.
  const next = kind === 'unavailable' ? outage.until : nextAttemptAt(delivery, now);
  if (kind !== 'refused' && isWorthSending(delivery, next)) {
    await deliveryQueue.postpone(delivery, next, reason);
    return mail.telemetry.ended(delivery, kind, reason);
  }
  await deliveryQueue.finish(delivery, { state: 'FAILED', reason, now });
  mail.telemetry.ended(delivery, kind === 'refused' ? kind : 'expired', reason);
};

const attempt = async (deps: Deps, delivery: ClaimedDelivery): Promise<SendResult> => {
  if (!delivery.recipient) return { kind: 'refused', reason: 'the account is closed' };
  return deps.mail.transport.send(await compose(deps, delivery, delivery.recipient));
};

const compose = async (
  { transaction, mail: { sender, links } }: Deps,
  delivery: ClaimedDelivery,
  recipient: NonNullable<ClaimedDelivery['recipient']>,
) => {
  const { token: purpose } = mailKinds[delivery.kind];
  // Here and not by whoever asked for the mail: the secret is then in the mail alone.
  const token =
    purpose &&
    (await transaction(({ oneTimeTokens }) =>
      oneTimeTokens.mint({
        ...{ userId: delivery.userId, purpose, email: recipient.email },
        requestedAt: delivery.createdAt,
      }),
    ));
  const unsubscribeUrl = links.url(delivery.userId, delivery.kind, recipient.locale);
  return composeMail(delivery, recipient, { shop: sender, token, unsubscribeUrl });
};
