/** The composition root: which adapter stands behind which port. */
import { z } from 'zod';
import { newId } from '#contracts/ids.ts';
import { mergedGuests } from '#platform/auth/merged-guests.ts';
import { parseConfig } from '#platform/config/config.ts';
import { prismaConnector } from '#platform/database/database.ts';
import type { Clock } from '#platform/database/transaction.ts';
import { unitOfWork } from '#platform/database/unit-of-work.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { subgraphSchema } from '#platform/graphql/subgraph-schema.ts';
import { runInContext } from '#platform/observability/context.ts';
import { createLog } from '#platform/observability/log.ts';
import { Registry } from '#platform/observability/metrics.ts';
import type { Kit, Subgraph } from '#platform/process/subgraph.ts';
import { type Prisma, PrismaClient } from '#prisma/payment/client/client.ts';
import { crashAt } from './adapters/crash.ts';
import { disputeReads, disputeStore } from './adapters/dispute-store.ts';
import { offlineBook } from './adapters/offline/book.ts';
import { offlineProvider } from './adapters/offline/provider.ts';
import { operationStore, workList } from './adapters/operation-store.ts';
import { methodWork, paymentMethodReads, paymentMethodStore } from './adapters/payment-method-store.ts';
import { paymentReads } from './adapters/payment-reads.ts';
import { ledgerStore, paymentStore } from './adapters/payment-store.ts';
import { eventWork, providerEventReads, providerEventStore } from './adapters/provider-event-store.ts';
import { reconciliationWork } from './adapters/reconciliation-store.ts';
import { refundReads, refundStore } from './adapters/refund-store.ts';
import { type StripeOptions, stripeProvider } from './adapters/stripe/provider.ts';
import { stripeWebhooks } from './adapters/stripe/webhooks.ts';
import { observedProvider, telemetry } from './adapters/telemetry.ts';
import { type PaymentConfig, type ProviderConfig, providerVariables } from './config.ts';
import { consumers } from './consumers.ts';
import { type GraphqlContext, loaders } from './graphql/loaders.ts';
import { resolvers } from './graphql/resolvers.ts';
import { webhooks } from './http/webhooks.ts';
import { app } from './usecases/app.ts';
import type { Deps, Telemetry } from './usecases/ports.ts';
import type { PaymentProvider, WebhookReader } from './usecases/provider.ts';

export const schema = () => subgraphSchema(new URL('./schema.graphql', import.meta.url), resolvers);

export const connect = prismaConnector(PrismaClient);

const stores = (tx: Prisma.TransactionClient) => ({
  guests: mergedGuests(tx),
  payments: paymentStore(tx),
  operations: operationStore(tx),
  ledger: ledgerStore(tx, { newId }),
  refunds: refundStore(tx),
  disputes: disputeStore(tx),
  events: providerEventStore(tx),
  methods: paymentMethodStore(tx),
  offline: offlineBook(tx),
});

export interface World {
  /** Of new payments. */
  readonly provider: PaymentProvider;
  /** Of earlier ones: a payment stays with the provider that authorized it. */
  readonly others?: readonly PaymentProvider[];
  readonly providerTimeoutMs: number;
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
  readonly pass?: Deps['pass'];
}

/** The whole app over a database and a provider, without HTTP or queue. */
export const createApp = (prisma: PrismaClient, { clock, others = [], ...world }: World) => {
  const deps: Deps = {
    ...unitOfWork(prisma, stores, { clock }),
    work: workList(prisma),
    eventWork: eventWork(prisma),
    methodWork: methodWork(prisma),
    reconciliationWork: reconciliationWork(prisma),
    reads: {
      ...paymentReads(prisma),
      ...paymentMethodReads(prisma),
      ...providerEventReads(prisma),
      ...refundReads(prisma),
      ...disputeReads(prisma),
    },
    onBehalfOf: ({ correlationId }, work) => runInContext({ correlationId }, work),
    pass: () => undefined,
    ...world,
    providers: new Map(
      [world.provider, ...others, offlineProvider(prisma)].map((provider) => [provider.name, provider]),
    ),
    newId,
  };
  return app(deps);
};

// 1 s: a lost answer should barely delay the order; an idle round is one query on an empty index.
const sweepEveryMs = 1_000;
// 1 h: what lingers a little longer costs nothing.
const forgetEveryMs = 60 * 60 * 1_000;

// 1 min: ten in the time of a slice, so that one that was missed is soon made up for.
const reconcileEveryMs = 60_000;

export const wire = ({ config, prisma, log, metrics }: Kit<PaymentConfig, PrismaClient>): Subgraph<GraphqlContext> => {
  const clients = configuredProviders(config).map((options) => stripeProvider(options));
  const [provider, ...others] = clients.map((client) => observedProvider(client, { log, metrics }));
  if (!provider) throw new Error('no payment provider');
  const reports = telemetry(log, metrics);
  const paymentApp = createApp(prisma, {
    provider,
    others,
    providerTimeoutMs: config.PROVIDER_TIMEOUT_MS,
    telemetry: reports,
    ...(config.CRASH_POINT_FILE !== undefined && { pass: crashAt(config.CRASH_POINT_FILE) }),
  });
  return {
    schema: schema(),
    context: requestContext(paymentApp, loaders),
    handlers: consumers(paymentApp),
    tasks: [
      { name: 'retry open operations', everyMs: sweepEveryMs, run: paymentApp.sweeps.operations },
      { name: 'check waiting payments', everyMs: sweepEveryMs, run: paymentApp.sweeps.checks },
      { name: 'save and remove payment methods', everyMs: sweepEveryMs, run: paymentApp.sweeps.paymentMethods },
      { name: 'process provider events', everyMs: sweepEveryMs, run: paymentApp.sweeps.providerEvents },
      { name: 'compare with the provider', everyMs: reconcileEveryMs, run: paymentApp.sweeps.reconciliations },
      { name: 'forget old provider events', everyMs: forgetEveryMs, run: paymentApp.sweeps.forgetProviderEvents },
    ],
    routes: webhooks(paymentApp, webhookReaders(config), { now: () => new Date(), telemetry: reports }),
    close: async () => {
      for (const client of clients) client.close();
    },
  };
};

/** Each that there is a key for, the one of new payments first. The simulator speaks as Stripe does. */
const configuredProviders = (config: ProviderConfig): readonly StripeOptions[] => {
  const { STRIPE_SECRET_KEY, SIMULATOR_API_KEY, SIMULATOR_URL: url, PROVIDER_TIMEOUT_MS: timeoutMs } = config;
  const capturesInParts = config.STRIPE_CAPTURES_IN_PARTS === 'yes';
  const stripe = STRIPE_SECRET_KEY
    ? [{ ...{ name: 'stripe', secretKey: STRIPE_SECRET_KEY, timeoutMs }, capturesInParts }]
    : [];
  const simulator = SIMULATOR_API_KEY
    ? [{ name: 'simulator', secretKey: SIMULATOR_API_KEY, url, timeoutMs, takesCodes: true, capturesInParts: true }]
    : [];
  return config.PAYMENT_PROVIDER === 'stripe' ? [...stripe, ...simulator] : [...simulator, ...stripe];
};

/** For `npm run reconcile`: compares the books with the providers' that the environment names. */
export const reconciliation = (databaseUrl: string, env: Readonly<Record<string, string | undefined>>) => {
  const config = parseConfig(z.object(providerVariables), env);
  if ('faults' in config) throw new Error(config.faults.join('\n'));
  const [provider, ...others] = configuredProviders(config.config).map((options) => stripeProvider(options));
  if (!provider) throw new Error('no payment provider: neither SIMULATOR_API_KEY nor STRIPE_SECRET_KEY is set');
  const prisma = connect(databaseUrl, 2);
  const { commands } = createApp(prisma, {
    ...{ provider, others, providerTimeoutMs: config.config.PROVIDER_TIMEOUT_MS },
    telemetry: telemetry(createLog({ service: 'payment', level: 'error' }, process.stderr), new Registry()),
  });
  return {
    providers: [provider, ...others].map(({ name }) => name),
    reconcile: commands.reconcile,
    close: async () => {
      for (const { close } of [provider, ...others]) close();
      await prisma.$disconnect();
    },
  };
};

/** Of each provider that there is a secret for: one that no longer gets new payments still tells of old ones. */
const webhookReaders = (config: PaymentConfig): readonly WebhookReader[] => {
  const { STRIPE_SECRET_KEY = '', STRIPE_WEBHOOK_SECRET, SIMULATOR_WEBHOOK_SECRET } = config;
  const livemode = /^[rs]k_live_/.test(STRIPE_SECRET_KEY);
  return [
    ...(STRIPE_WEBHOOK_SECRET ? [stripeWebhooks({ provider: 'stripe', secret: STRIPE_WEBHOOK_SECRET, livemode })] : []),
    ...(SIMULATOR_WEBHOOK_SECRET
      ? [stripeWebhooks({ provider: 'simulator', secret: SIMULATOR_WEBHOOK_SECRET, livemode: false })]
      : []),
  ];
};
