/** The variables of the payment subgraph. */
import { z } from 'zod';
import { subgraphVariables, variable } from '#platform/config/config.ts';
import { service } from './service.ts';

/** What reaches the providers. */
export const providerVariables = {
  // Which provider moves the money. Defaults to the simulator in development; required in production.
  PAYMENT_PROVIDER: z.enum(['simulator', 'stripe']).optional(),
  // 5 s: providers answer within two. Giving up early only costs a second call with the same key.
  PROVIDER_TIMEOUT_MS: variable.milliseconds(5_000),
  /** Where the simulator answers. */
  SIMULATOR_URL: variable.url('http', 'https').default('http://127.0.0.1:4005'),
  /** Opens the simulator: 16 characters or more. */
  SIMULATOR_API_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
  /** Stripe's secret key, `sk_…`. */
  STRIPE_SECRET_KEY: z.string().optional(),
  // Whether Stripe may capture a hold in parts: its multicapture, which not every account has.
  STRIPE_CAPTURES_IN_PARTS: z.enum(['yes', 'no']).default('no'),
};

export type ProviderConfig = z.output<z.ZodObject<typeof providerVariables>>;

export const paymentVariables = z
  .object({
    ...subgraphVariables,
    PAYMENT_DATABASE_URL: variable.database(),
    // Past a pooler in transaction mode, for what needs its connection to itself (docs/databases.md); the same without it.
    PAYMENT_DATABASE_DIRECT_URL: variable.database().optional(),
    PAYMENT_PORT: variable.port(service.port),
    ...providerVariables,
    // The simulator confirms orders that nobody has paid for: in production PAYMENT_PROVIDER=simulator needs this explicit
    // yes as well.
    SIMULATOR_IN_PRODUCTION: z.enum(['yes', 'no']).default('no'),
    /**
     * For trying out crashes: when this file names a point between two steps of a call to the provider (domain/crash-points.ts),
     * such as `CAPTURE: answered`, the process deletes it and dies there. Refused in production.
     */
    CRASH_POINT_FILE: z.string().min(1).optional(),
    /** The signing secret of Stripe's webhooks, `whsec_…`. */
    STRIPE_WEBHOOK_SECRET: z.string().optional(),
    /** Signs the simulator's webhooks. */
    SIMULATOR_WEBHOOK_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  })
  .superRefine((config, context) => {
    if (config.PAYMENT_PROVIDER === 'stripe') return;
    for (const name of ['SIMULATOR_API_KEY', 'SIMULATOR_WEBHOOK_SECRET'] as const)
      if (config[name] === undefined)
        context.addIssue({ code: 'custom', path: [name], message: 'is required for the simulator to be the provider' });
  })
  .refine(
    ({ PAYMENT_PROVIDER, STRIPE_SECRET_KEY }) => PAYMENT_PROVIDER !== 'stripe' || STRIPE_SECRET_KEY !== undefined,
    {
      path: ['STRIPE_SECRET_KEY'],
      message: 'is required with PAYMENT_PROVIDER=stripe',
    },
  )
  .refine(
    ({ PAYMENT_PROVIDER, STRIPE_WEBHOOK_SECRET }) =>
      PAYMENT_PROVIDER !== 'stripe' || STRIPE_WEBHOOK_SECRET !== undefined,
    { path: ['STRIPE_WEBHOOK_SECRET'], message: 'is required with PAYMENT_PROVIDER=stripe' },
  )
  .refine(({ PROFILE, PAYMENT_PROVIDER }) => PROFILE !== 'production' || PAYMENT_PROVIDER !== undefined, {
    path: ['PAYMENT_PROVIDER'],
    message: 'is required with PROFILE=production: stripe, or the simulator, which moves no money',
  })
  .refine(
    ({ PROFILE, PAYMENT_PROVIDER, SIMULATOR_IN_PRODUCTION }) =>
      PROFILE !== 'production' || PAYMENT_PROVIDER !== 'simulator' || SIMULATOR_IN_PRODUCTION === 'yes',
    {
      path: ['SIMULATOR_IN_PRODUCTION'],
      message: 'must be yes for the simulator to be the provider with PROFILE=production: it moves no money',
    },
  )
  .refine(({ PROFILE, CRASH_POINT_FILE }) => PROFILE !== 'production' || CRASH_POINT_FILE === undefined, {
    path: ['CRASH_POINT_FILE'],
    message: 'is for development only',
  });

export type PaymentConfig = z.output<typeof paymentVariables>;
