/** The composition root: which adapter stands behind which port. */
import { randomBytes } from 'node:crypto';
import { newId } from '#contracts/ids.ts';
import { mergedGuests } from '#platform/auth/merged-guests.ts';
import { prismaConnector } from '#platform/database/database.ts';
import type { Clock } from '#platform/database/transaction.ts';
import { unitOfWork } from '#platform/database/unit-of-work.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { subgraphSchema } from '#platform/graphql/subgraph-schema.ts';
import { runInContext } from '#platform/observability/context.ts';
import type { Kit, Subgraph } from '#platform/process/subgraph.ts';
import { type Prisma, PrismaClient } from '#prisma/payment/client/client.ts';
import { operationStore, workList } from './adapters/operation-store.ts';
import { methodWork, paymentMethodReads, paymentMethodStore } from './adapters/payment-method-store.ts';
import { paymentReads } from './adapters/payment-reads.ts';
import { ledgerStore, paymentStore } from './adapters/payment-store.ts';
import { eventWork, providerEventReads, providerEventStore } from './adapters/provider-event-store.ts';
import { refundReads, refundStore } from './adapters/refund-store.ts';
import { openMemory } from './adapters/simulator/memory.ts';
import { webhookReader } from './adapters/simulator/signature.ts';
import { simulator } from './adapters/simulator/simulator.ts';
import { deliverWebhooks } from './adapters/simulator/webhook-queue.ts';
import { observedProvider, telemetry } from './adapters/telemetry.ts';
import type { PaymentConfig } from './config.ts';
import { consumers } from './consumers.ts';
import { type GraphqlContext, loaders } from './graphql/loaders.ts';
import { resolvers } from './graphql/resolvers.ts';
import { webhooks } from './http/webhooks.ts';
import { app } from './usecases/app.ts';
import type { Deps, PaymentProvider, Telemetry } from './usecases/ports.ts';

export const schema = () => subgraphSchema(new URL('./schema.graphql', import.meta.url), resolvers);

export const connect = prismaConnector(PrismaClient);

const stores = (tx: Prisma.TransactionClient) => ({
  guests: mergedGuests(tx),
  payments: paymentStore(tx),
  operations: operationStore(tx),
  ledger: ledgerStore(tx, { newId }),
  refunds: refundStore(tx),
  events: providerEventStore(tx),
  methods: paymentMethodStore(tx),
});

export interface World {
  readonly provider: PaymentProvider;
  readonly providerTimeoutMs: number;
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
}

/** The whole app over a database and a provider, without HTTP or queue. */
export const createApp = (prisma: PrismaClient, { clock, ...world }: World) => {
  const deps: Deps = {
    ...unitOfWork(prisma, stores, { clock }),
    work: workList(prisma),
    eventWork: eventWork(prisma),
    methodWork: methodWork(prisma),
    reads: {
      ...paymentReads(prisma),
      ...paymentMethodReads(prisma),
      ...providerEventReads(prisma),
      ...refundReads(prisma),
    },
    onBehalfOf: ({ correlationId }, work) => runInContext({ correlationId }, work),
    ...world,
    newId,
  };
  return app(deps);
};

// 1 s: a lost answer should barely delay the order; an idle round is one query on an empty index.
const sweepEveryMs = 1_000;
// 1 h: what lingers a little longer costs nothing.
const forgetEveryMs = 60 * 60 * 1_000;
// 250 ms: about as fast as a real provider's webhooks.
const deliverEveryMs = 250;

export const wire = ({
  config,
  directUrl,
  prisma,
  log,
  metrics,
}: Kit<PaymentConfig, PrismaClient>): Subgraph<GraphqlContext> => {
  if (config.PAYMENT_PROVIDER === 'stripe') throw new Error('PAYMENT_PROVIDER=stripe: its adapter is not there yet');
  const memory = openMemory(directUrl, (error) => log.warn({ err: error }, 'simulator: connection lost'));
  const provider = observedProvider(simulator({ pool: memory, latencyMs: config.SIMULATOR_LATENCY_MS }), {
    log,
    metrics,
  });
  const reports = telemetry(log, metrics);
  const paymentApp = createApp(prisma, {
    provider,
    providerTimeoutMs: config.PROVIDER_TIMEOUT_MS,
    telemetry: reports,
  });
  const reader = webhookReader(webhookSecret(config));
  const deliver = deliverWebhooks({ pool: memory, secret: webhookSecret(config), url: webhookUrl(config) });
  return {
    schema: schema(),
    context: requestContext(paymentApp, loaders),
    handlers: consumers(paymentApp),
    tasks: [
      { name: 'retry open operations', everyMs: sweepEveryMs, run: paymentApp.sweeps.operations },
      { name: 'check waiting payments', everyMs: sweepEveryMs, run: paymentApp.sweeps.checks },
      { name: 'save and remove payment methods', everyMs: sweepEveryMs, run: paymentApp.sweeps.paymentMethods },
      { name: 'process provider events', everyMs: sweepEveryMs, run: paymentApp.sweeps.providerEvents },
      { name: 'forget old provider events', everyMs: forgetEveryMs, run: paymentApp.sweeps.forgetProviderEvents },
      { name: 'deliver simulator webhooks', everyMs: deliverEveryMs, run: deliver },
    ],
    routes: webhooks(paymentApp, [reader], { now: () => new Date(), telemetry: reports }),
    close: () => memory.end(),
  };
};

// One process sends and receives (config.ts requires it), so a random secret suffices.
const randomSecret = randomBytes(32).toString('hex');
const webhookSecret = ({ SIMULATOR_WEBHOOK_SECRET }: PaymentConfig): string => SIMULATOR_WEBHOOK_SECRET ?? randomSecret;

const webhookUrl = ({ PAYMENT_PUBLIC_URL, PAYMENT_PORT }: PaymentConfig): string =>
  new URL('webhooks/simulator', `${PAYMENT_PUBLIC_URL ?? `http://127.0.0.1:${PAYMENT_PORT}`}/`).href;
