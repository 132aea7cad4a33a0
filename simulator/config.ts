/** The variables of the payment simulator. */
import { z } from 'zod';
import { processVariables, variable } from '#platform/config/config.ts';
import { parseFaults } from './domain/faults.ts';
import { service } from './service.ts';

export const simulatorVariables = z
  .object({
    ...processVariables,
    SIMULATOR_DATABASE_URL: variable.database(),
    SIMULATOR_PORT: variable.port(service.port),
    // What its callers show as Stripe's secret key, `Authorization: Bearer …`.
    SIMULATOR_API_KEY: z.string().min(16, 'must have at least 16 characters'),
    // Where it sends its webhooks: payment's API. The addresses are the launcher's and Compose's to know.
    SIMULATOR_WEBHOOK_URL: variable.url('http', 'https').default('http://127.0.0.1:4004/webhooks/simulator'),
    /** Signs its webhooks. */
    SIMULATOR_WEBHOOK_SECRET: z.string().min(16, 'must have at least 16 characters'),
    // 20 ms: a network hop, so that nothing works only because the answer is immediate.
    SIMULATOR_LATENCY_MS: z.coerce.number().int().min(0).max(60_000).default(20),
    // Faults in a share of its calls and webhooks, for load tests: "decline=10%,timeout=5%,duplicate=20%,late=5%". Refused in production.
    SIMULATOR_FAULTS: z
      .string()
      .default('')
      .transform((text, context) => {
        const parsed = parseFaults(text);
        if ('faults' in parsed) return parsed.faults;
        context.addIssue({ code: 'custom', message: parsed.wrong });
        return z.NEVER;
      }),
    // The same seed makes the same calls fail, by their idempotency keys.
    SIMULATOR_FAULTS_SEED: z.string().default('agora'),
    // Which provider moves the money. Defaults to the simulator in development; required in production.
    PAYMENT_PROVIDER: z.enum(['simulator', 'stripe']).optional(),
    // The simulator confirms orders that nobody has paid for: in production PAYMENT_PROVIDER=simulator needs this explicit
    // yes as well.
    SIMULATOR_IN_PRODUCTION: z.enum(['yes', 'no']).default('no'),
  })
  .refine(
    (config) => config.PROFILE !== 'production' || config.SIMULATOR_IN_PRODUCTION === 'yes' || !isChosen(config),
    {
      path: ['SIMULATOR_IN_PRODUCTION'],
      message: 'must be yes for the simulator to run with PROFILE=production: it moves no money',
    },
  )
  .refine(({ PROFILE, SIMULATOR_FAULTS }) => PROFILE !== 'production' || Object.keys(SIMULATOR_FAULTS).length === 0, {
    path: ['SIMULATOR_FAULTS'],
    message: 'must be empty with PROFILE=production',
  });

/** Compose starts it with everything else, whatever the provider is. */
export const isChosen = ({
  PAYMENT_PROVIDER = service.name,
}: {
  readonly PAYMENT_PROVIDER?: string | undefined;
}): boolean => PAYMENT_PROVIDER === service.name;
