/** Variables of rate limits. */
import { z } from 'zod';

const points = (fallback: number) => z.coerce.number().int().positive().default(fallback);

export const rateLimitVariables = {
  // Turn off where something in front limits, and for load tests, which come from one address.
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),

  // Operation cost (docs/adr/0013) per minute. Our most expensive page costs 110, and a fast clicker opens one a
  // second: 6,600. Polling an order ten times a second: 35,000.
  RATE_LIMIT_VIEWER_COST: points(60_000),
  // Guests are counted by address, which may be a whole office or a mobile network: ninety fast clickers.
  RATE_LIMIT_GUEST_COST: points(600_000),

  // Mutations per minute. Filling a cart by hand takes twenty.
  RATE_LIMIT_VIEWER_MUTATIONS: points(600),
  RATE_LIMIT_GUEST_MUTATIONS: points(3_000),

  // Mutations that can be used to guess passwords or existing accounts, that send mail to an address of the caller's
  // choice, or that leave a session behind. Each is counted, aliases included.
  RATE_LIMIT_CREDENTIAL_FIELDS: z
    .string()
    .default(
      [
        ...['signIn', 'register', 'startGuestSession', 'verifyEmail', 'resendVerification', 'changePassword'],
        ...['requestPasswordReset', 'resetPassword', 'requestEmailChange', 'confirmEmailChange', 'closeAccount'],
      ].join(),
    )
    .transform((text) => new Set(text.split(',').map((name) => name.trim()))),
  // Per ten minutes and address: an office after lunch. Each costs the user service 50 ms of CPU.
  RATE_LIMIT_CREDENTIALS_PER_ADDRESS: points(600),
  // Per ten minutes, account and address: somebody trying all their old passwords. Other addresses are counted
  // separately, so nobody can lock others out; the user service slows down guesses from many addresses.
  RATE_LIMIT_CREDENTIALS_PER_ACCOUNT: points(30),

  // Requests of any kind per ten seconds and address, counted by this process alone before anything is read. A hundred
  // a second is a busy office, and a small part of what this process can refuse.
  RATE_LIMIT_REQUESTS_PER_ADDRESS: points(5_000),
};

export type RateLimitConfig = z.output<z.ZodObject<typeof rateLimitVariables>>;
