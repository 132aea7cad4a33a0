/** SMTP_URL: `smtps://user:password@host:465`, or `smtp://…:587`, which turns to TLS by STARTTLS. */
import { isIP } from 'node:net';

export interface SmtpAddress {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly secure: boolean;
  /** Nothing is sent before STARTTLS has succeeded: not offering it is what an attacker in between would do. */
  readonly requireTls: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

const help = 'smtp://user:password@host:587 or smtps://user:password@host:465';

/** What is wrong with it; never quotes it, since it has a password. */
export const smtpAddressFault = (text: string): string | undefined => {
  const url = URL.parse(text);
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || !url.hostname) return `must be ${help}`;
  if (url.pathname.length > 1 || url.hash) return `has something after the host; it must be ${help}`;
  if (url.password && !url.username) return 'has a password without a user';
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    return 'has a % in user or password that must be written as %25';
  }
  const unknown = [...url.searchParams.keys()].filter((name) => name !== 'starttls');
  if (unknown.length > 0) return 'has parameters that there are not; the only one is starttls';
  const starttls = url.searchParams.get('starttls');
  if (starttls === null) return undefined;
  if (url.protocol === 'smtps:') return 'has starttls, but smtps is TLS from the start';
  return ['required', 'optional'].includes(starttls)
    ? undefined
    : 'has a starttls that is neither required nor optional';
};

/** For an address without fault. STARTTLS is required unless the server is on this machine, or `?starttls=optional`. */
export const smtpAddress = (text: string): SmtpAddress => {
  const url = new URL(text);
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const starttls = url.searchParams.get('starttls') ?? (isThisMachine(host) ? 'optional' : 'required');
  return {
    host,
    port: url.port ? Number(url.port) : secure ? 465 : 587,
    secure,
    requireTls: !secure && starttls === 'required',
    user: url.username ? decodeURIComponent(url.username) : undefined,
    password: url.username ? decodeURIComponent(url.password) : undefined,
  };
};

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
