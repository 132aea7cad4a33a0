/** How many mails anybody can have sent to an address by asking for them, whether or not it has an account. */
import { idsOf } from '#contracts/ids.ts';

/** The mails that somebody can have sent to an address by asking for them. */
export type RequestedMail = 'VERIFY_EMAIL' | 'ALREADY_REGISTERED' | 'RESET_PASSWORD' | 'CONFIRM_EMAIL_CHANGE';

const hourMs = 3_600_000;

// 3 in an hour of each kind: enough for somebody whose mail is slow, too few to bury a stranger's mailbox.
export const mailsPerHour = 3;

/** Mails since this time still count. */
export const mailsCountSince = (now: Date): Date => new Date(now.getTime() - hourMs);

const ids = idsOf('MailRequest', 'mrq');
/** What a mail is caused by that nothing else names. */
export const newMailRequestId = () => ids.create();
