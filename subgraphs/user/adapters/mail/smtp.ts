/** Sends by SMTP, over one pool of connections. */
import { createTransport, type NodemailerError } from 'nodemailer';
import type { SmtpAddress } from '#platform/mail/smtp-address.ts';
import { mailsAtOnce, sendWithinMs } from '../../domain/mail/delivery.ts';
import type { MailTransport, Sender, SendResult } from '../../usecases/mail/ports.ts';
import { messageOf } from './message.ts';

// 10 s: a server that is there answers within one or two.
const connectWithinMs = 10_000;
// 30 s without a byte: shorter than a whole attempt, so that most silent servers end by themselves.
const silenceMs = 30_000;
// 100 per connection: nodemailer's default, and what many providers allow.
const mailsPerConnection = 100;

export const smtp = ({ host, port, secure, requireTls, user, password }: SmtpAddress, from: Sender): MailTransport => {
  const pool = createTransport({
    ...{ pool: true, host, port, secure, requireTLS: requireTls },
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    maxConnections: mailsAtOnce,
    maxMessages: mailsPerConnection,
    // A connection that is lost after the text was sent may have delivered it: when to repeat is the worker's decision.
    maxRequeues: 0,
    connectionTimeout: connectWithinMs,
    greetingTimeout: connectWithinMs,
    dnsTimeout: connectWithinMs,
    socketTimeout: silenceMs,
  });
  // Idle connections that a server closes are no news; what is being sent reports its own failure.
  pool.on('error', () => undefined);
  return {
    name: 'smtp',
    send: async (mail) => {
      try {
        await pool.sendMail({ ...messageOf(mail, from), signal: AbortSignal.timeout(sendWithinMs) });
        return { kind: 'sent' };
      } catch (error) {
        return resultOf(error as NodemailerError);
      }
    },
    prune: async () => undefined,
    close: async () => pool.close({ force: true }),
  };
};

/** Refusals of one mail: of its recipient, or of its text. All else is between us and the server. */
const aboutThisMail = new Set(['RCPT TO', 'DATA']);
// 421: the server is closing the connection, whatever was asked. 503: the connection got out of step.
const aboutTheConnection = new Set([421, 503]);

const resultOf = (error: NodemailerError): SendResult => {
  const { code = 'failed', command = '', responseCode, originalCode } = error;
  const reason = [code, originalCode, command, responseCode, enhancedStatus(error)].filter(Boolean).join(' ');
  if (responseCode !== undefined && aboutThisMail.has(command) && !aboutTheConnection.has(responseCode))
    return { kind: responseCode >= 500 ? 'refused' : 'postponed', reason };
  return { kind: mayHaveArrived(error) ? 'lost' : 'unavailable', reason };
};

/** The connection was there, and ended without an answer: at which point, nobody can tell. */
const mayHaveArrived = ({ code = '', responseCode, originalCode = '', timeoutType }: NodemailerError): boolean =>
  responseCode === undefined &&
  (['ECONNECTION', 'EABORT'].includes(code) ||
    ['ECONNRESET', 'EPIPE'].includes(originalCode) ||
    timeoutType === 'SOCKET_TIMEOUT');

/** `5.1.1` of an answer (RFC 3463); the words after it may quote the address. */
const enhancedStatus = ({ response = '' }: NodemailerError): string | undefined =>
  /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
