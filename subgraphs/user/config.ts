import { z } from 'zod';
import { parseEmail } from '#contracts/email.ts';
import { type Profile, subgraphVariables, variable } from '#platform/config/config.ts';
import { shopVariables } from '#platform/config/shop.ts';
import { smtpAddressFault } from '#platform/mail/smtp-address.ts';
import { parseDisplayName } from './domain/account/display-name.ts';
import { service } from './service.ts';

const privateKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().min(1),
  d: z.string().min(1),
  /** Defaults to the key's thumbprint. */
  kid: z.string().min(1).optional(),
  /** Published before that, so that whoever verifies has it by then (platform/auth/signing-keys.ts). */
  signsFrom: z.iso.datetime().optional(),
});

export const accessTokenKeys = variable.json(z.object({ keys: z.array(privateKey).min(1) }));

/** `Shop <mail@shop.com>`, as in a mail's header; the name is also what mails call the shop. */
const sender = z.string().transform((text, context) => {
  const [, name = '', written = ''] = /^\s*([^<>]*?)\s*<([^<>]+)>\s*$/.exec(text) ?? [];
  const address = parseEmail(written);
  const shop = parseDisplayName(name.replace(/^"(.*)"$/, '$1'));
  if (address && shop) return { name: shop, address };
  context.addIssue({ code: 'custom', message: 'must be a name and an address: Shop <mail@shop.com>' });
  return z.NEVER;
});

// The default is nobody's (RFC 2606): a folder takes it, and no mail server should.
const isReserved = (address: string): boolean => address.endsWith('@agora.example');

const mailVariables = {
  // The mail server: smtp://user:password@host:587 (STARTTLS is required; ?starttls=optional where the server has none) or
  // smtps://user:password@host:465. Without it, mails are files in MAILBOX_DIR.
  SMTP_URL: z
    .string()
    .superRefine((text, context) => {
      const fault = smtpAddressFault(text);
      if (fault) context.addIssue({ code: 'custom', message: fault });
    })
    .optional(),
  // Where mail programs reach this service: the shop's public address, which passes /unsubscribe on. Without it, mails have no
  // link to end them; in development it is this process.
  USER_PUBLIC_URL: variable.url('http', 'https').optional(),
  /** Signs the links that end mails of a kind: 16 characters or more. A new one makes those in earlier mails useless. */
  UNSUBSCRIBE_SECRET: z.string().min(16, 'must have at least 16 characters'),
  // Where mails are kept as .eml files when there is no SMTP_URL; any mail program opens them. The newest 1000 are kept.
  MAILBOX_DIR: z.string().optional(),
  // Who mails are from; the name is also what they call the shop. Required with SMTP_URL.
  MAIL_FROM: sender.prefault('Agora <shop@agora.example>'),
  // The address of the shop's front end: links in mails lead to pages below it (docs/mail.md). Without it, mails name the
  // mutation and its token.
  SHOP_URL: variable.url('http', 'https').optional(),
  // How customers pay by transfer or on delivery (the account, what to have ready): a paragraph of the mail that asks for it, and
  // here rather than in messages, which are kept for ever. 2,000 characters: a page.
  SHOP_PAYMENT_INSTRUCTIONS: z.string().trim().max(2_000).optional(),
};

export const userVariables = z
  .object({
    ...subgraphVariables,
    USER_PORT: variable.port(service.port),
    USER_DATABASE_URL: variable.database(),
    // Past a pooler in transaction mode, for what needs its connection to itself (docs/databases.md); the same without it.
    USER_DATABASE_DIRECT_URL: variable.database().optional(),
    /** The last key that has begun to sign does; all are published (rotation: README). */
    ACCESS_TOKEN_KEYS: accessTokenKeys,
    ...mailVariables,
    SHOP_DEFAULT_LANGUAGE: shopVariables.SHOP_DEFAULT_LANGUAGE,
    // `required`: an account opens when its owner has used the token of a mail, and registration tells nobody whether an
    // address has one. `optional`: it opens at once, and registration says when an address is taken. Defaults to
    // required in production, to optional in development, where a first sign-in should not take a mail.
    EMAIL_VERIFICATION: z.enum(['required', 'optional']).optional(),
  })
  .refine(
    ({ PROFILE, ROLE, SMTP_URL, MAILBOX_DIR }) => PROFILE !== 'production' || ROLE === 'api' || SMTP_URL || MAILBOX_DIR,
    {
      path: ['SMTP_URL'],
      message: 'is required with PROFILE=production, unless MAILBOX_DIR names a folder that mail is kept in instead',
    },
  )
  .refine(
    (config) =>
      config.PROFILE !== 'production' ||
      config.ROLE === 'api' ||
      emailVerificationOf(config) === 'optional' ||
      config.SMTP_URL,
    {
      path: ['EMAIL_VERIFICATION'],
      message:
        'needs SMTP_URL to be required, as it is by default with PROFILE=production: without mail nobody could sign in',
    },
  )
  .refine(({ SMTP_URL, MAIL_FROM }) => !SMTP_URL || !isReserved(MAIL_FROM.address), {
    path: ['MAIL_FROM'],
    message: 'is required with SMTP_URL: mail servers take mail from an address of yours only',
  });

/** Where the address of an account has to be proved before its owner can sign in. */
export const emailVerificationOf = ({ PROFILE, EMAIL_VERIFICATION }: VerificationVariables): EmailVerification =>
  EMAIL_VERIFICATION ?? (PROFILE === 'production' ? 'required' : 'optional');

type EmailVerification = 'required' | 'optional';

interface VerificationVariables {
  readonly PROFILE: Profile;
  readonly EMAIL_VERIFICATION?: EmailVerification | undefined;
}

export type UserConfig = z.output<typeof userVariables>;
