/** Variables of how much one viewer, or one address, may ask for in a time. */
import { z } from 'zod';

const points = (fallback: number) => z.coerce.number().int().positive().default(fallback);

export const rateLimitVariables = {
  // Off where something in front limits, and for load tests, which come from one address.
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),

  // What an operation costs (docs/adr/0013), in a minute. The dearest page of the storefront costs 110, and who clicks
  // fast opens one a second: 6 600. Who asks ten times a second whether an order has come through: 35 000.
  RATE_LIMIT_VIEWER_COST: points(60_000),
  // Guests have an address only, and behind one may be a whole office or a mobile network: ninety who click fast.
  RATE_LIMIT_GUEST_COST: points(600_000),

  // Mutations in a minute. Who fills a cart by hand makes twenty.
  RATE_LIMIT_VIEWER_MUTATIONS: points(600),
  RATE_LIMIT_GUEST_MUTATIONS: points(3_000),

  // What a guess at a password, or at whether there is an account, goes through. Each is counted, aliases too.
  RATE_LIMIT_CREDENTIAL_FIELDS: z
    .string()
    .default('signIn,register,verifyEmail,requestPasswordReset,resetPassword,changePassword')
    .transform((text) => new Set(text.split(',').map((name) => name.trim()))),
  // In ten minutes from one address: an office after lunch. Each costs the user service 50 ms of a processor.
  RATE_LIMIT_CREDENTIALS_PER_ADDRESS: points(600),
  // In ten minutes for one account from one address: a person who tries all passwords that they ever had. From elsewhere
  // they are counted by themselves, so nobody keeps others out; guesses from many addresses are slowed by the user service.
  RATE_LIMIT_CREDENTIALS_PER_ACCOUNT: points(30),

  // Requests of any kind in ten seconds from one address, counted by this process alone before anything is read. A
  // hundred a second is what an office at work makes, and a small part of what this process can refuse.
  RATE_LIMIT_REQUESTS_PER_ADDRESS: points(5_000),
};

export type RateLimitConfig = z.output<z.ZodObject<typeof rateLimitVariables>>;
