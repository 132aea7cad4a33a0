/** A mail as nodemailer takes it, the same for every transport. It encodes headers (RFC 2047) and folds lines. */
import type { SendMailOptions } from 'nodemailer';
import type { Mail } from '../../domain/mail/compose.ts';
import type { Sender } from '../../usecases/mail/ports.ts';

export const messageOf = (mail: Mail, { name, address }: Sender): SendMailOptions => ({
  messageId: mail.messageId,
  date: mail.date,
  from: { name, address },
  // As parts, never as one text: a name with a comma or an angle bracket would be read as a second address.
  to: { name: mail.to.name ?? '', address: mail.to.address },
  subject: mail.subject,
  text: mail.text,
  html: mail.html,
  headers: {
    'Content-Language': mail.locale,
    // Keeps holiday notices from answering (RFC 3834).
    'Auto-Submitted': 'auto-generated',
    ...(mail.unsubscribeUrl && {
      'List-Unsubscribe': `<${mail.unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }),
  },
  // Nothing in a mail is a path or an address to fetch.
  disableFileAccess: true,
  disableUrlAccess: true,
});
