/** The real payment app over its own database, with a clock that can be moved. */
import { requestContext } from '#platform/graphql/context.ts';
import { PrismaClient } from '#prisma/payment/client/client.ts';
import { stripeProvider } from '#subgraphs/payment/adapters/stripe/provider.ts';
import type { Attempt, Payment } from '#subgraphs/payment/domain/payment.ts';
import { loaders } from '#subgraphs/payment/graphql/loaders.ts';
import type { App } from '#subgraphs/payment/usecases/app.ts';
import type { Telemetry } from '#subgraphs/payment/usecases/ports.ts';
import type { PaymentProvider, ProviderEvent } from '#subgraphs/payment/usecases/provider.ts';
import { createApp, schema } from '#subgraphs/payment/wiring.ts';
import { type Ask, asking } from '../graphql/ask.ts';
import { subgraphDatabase } from '../postgres/subgraph-database.ts';
import { aProviderEvent } from './builders.ts';
import { aSimulator, type TestSimulator } from './simulator.ts';

/** A reply to the order, as it is in the outbox. */
export interface Reply {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface PaymentTestApp extends AsyncDisposable {
  readonly app: App;
  readonly prisma: PrismaClient;
  readonly databaseUrl: string;
  readonly simulator: TestSimulator;
  readonly ask: Ask;
  /** Every SQL statement of the app so far. */
  readonly statements: readonly string[];
  /** Writes to `faults`. */
  readonly telemetry: Telemetry;
  /** Faults reported to operators. */
  readonly faults: readonly string[];
  advance(ms: number): void;
  /** Receives a webhook about this attempt, and processes it. */
  receive(attempt: Pick<Attempt, 'attemptId'>, changes?: Partial<ProviderEvent>): Promise<void>;
  /** Runs the sweeps once, an hour later: everything open or waiting is due by then. */
  sweepLater(): Promise<void>;
  /** The replies to the order about the attempt, oldest first. */
  replies(attempt: Attempt): Promise<readonly Reply[]>;
  /** Their types without `payment.`. */
  replyTypes(attempt: Attempt): Promise<readonly string[]>;
  payment(attempt: Attempt): Promise<Payment>;
  /** `KIND amount` of the ledger, oldest first. */
  ledger(attempt: Attempt): Promise<readonly string[]>;
  /** The same of what happened at the simulator. */
  effects(attempt: Attempt): Promise<readonly string[]>;
}

export interface TestWorld {
  /** Changes to the simulator, and another provider instead of it. */
  readonly simulator?: Parameters<typeof aSimulator>[0];
  readonly provider?: PaymentProvider;
  readonly providerTimeoutMs?: number;
  /** The database's clock stops and moves only by `advance`, so that the machine's speed does not matter. */
  readonly isClockStopped?: boolean;
}

export const silentTelemetry: Telemetry = {
  contradicted: () => undefined,
  unreadable: () => undefined,
  refusedWebhook: () => undefined,
  eventEnded: () => undefined,
  differs: () => undefined,
  reconciled: () => undefined,
};

export const paymentTestApp = async (world: TestWorld = {}): Promise<PaymentTestApp> => {
  const { prisma, databaseUrl, statements, dispose } = await subgraphDatabase(
    'payment',
    (options) => new PrismaClient(options),
  );
  let aheadMs = 0;
  let stoppedAt: Date | undefined;
  const clock = (time: Date) => {
    stoppedAt ??= time;
    return new Date((world.isClockStopped ? stoppedAt : time).getTime() + aheadMs);
  };
  const simulated = world.provider ? undefined : await simulatedProvider({ clock, ...world.simulator });
  const provider = world.provider ?? required(simulated).provider;
  const faults: string[] = [];
  const telemetry: Telemetry = {
    contradicted: (_, fault) => void faults.push(fault),
    unreadable: ({ unreadableBecause }) => void faults.push(unreadableBecause),
    refusedWebhook: (provider, why) => void faults.push(`${provider}: ${why}`),
    eventEnded: ({ state, reason }) => void faults.push(`${state}: ${reason}`),
    differs: ({ kind, outcome, reference }) => void faults.push(`${kind} ${outcome}: ${reference}`),
    reconciled: () => undefined,
  };
  const app = createApp(prisma, { provider, telemetry, providerTimeoutMs: world.providerTimeoutMs ?? 2_000, clock });

  return {
    get simulator() {
      return required(simulated).simulator;
    },
    ask: asking(schema(), requestContext(app, loaders)),
    ...{ app, prisma, databaseUrl, statements, faults, telemetry },
    advance: (ms) => {
      aheadMs += ms;
    },
    receive: async ({ attemptId }, changes) => {
      const event = { ...aProviderEvent(attemptId), ...changes };
      const stored = await app.commands.receiveProviderEvent({ event, body: Buffer.from(JSON.stringify(event)) });
      if (stored) await app.commands.processProviderEvent(stored);
    },
    sweepLater: async () => {
      aheadMs += 3_600_000;
      await app.sweeps.operations();
      await app.sweeps.checks();
      await app.sweeps.providerEvents();
    },
    ...observations(prisma, () => required(simulated).simulator),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([simulated?.close(), dispose()]);
    },
  };
};

const required = <T>(given: T | undefined): T => {
  if (given === undefined) throw new Error('this app has another provider than the simulator');
  return given;
};

const simulatedProvider = async (options: Parameters<typeof aSimulator>[0]) => {
  const simulator = await aSimulator(options);
  const provider = stripeProvider({
    name: 'simulator',
    ...simulator.client,
    timeoutMs: 5_000,
    takesCodes: true,
    capturesInParts: true,
  });
  const close = async () => {
    provider.close();
    await simulator[Symbol.asyncDispose]();
  };
  return { simulator, provider, close };
};

const observations = (
  prisma: PrismaClient,
  simulator: () => TestSimulator,
): Pick<PaymentTestApp, 'replies' | 'replyTypes' | 'payment' | 'ledger' | 'effects'> => ({
  replies: ({ attemptId }) => repliesOf(prisma, attemptId),
  replyTypes: async ({ attemptId }) =>
    (await repliesOf(prisma, attemptId)).map(({ type }) => type.replace('payment.', '')),
  payment: async ({ attemptId }) => {
    const row = await prisma.payment.findUniqueOrThrow({ where: { attemptId } });
    return { ...row, amount: { amount: row.amount, currency: row.currency } } as unknown as Payment;
  },
  ledger: async ({ attemptId }) => {
    const rows = await prisma.ledgerEntry.findMany({ where: { payment: { attemptId } }, orderBy: { id: 'asc' } });
    return rows.map(({ kind, amount }) => `${kind} ${amount}`);
  },
  effects: async ({ attemptId }) => {
    const { rows } = await simulator().memory.query<{ effect: string }>(
      `SELECT e.kind || ' ' || e.amount AS effect FROM effect e JOIN payment_intent i ON i.id = e.reference
        WHERE i.metadata->>'attempt' = $1 ORDER BY e.id`,
      [attemptId],
    );
    return rows.map(({ effect }) => effect);
  },
});

const repliesOf = async (prisma: PrismaClient, attemptId: Attempt['attemptId']): Promise<readonly Reply[]> => {
  const rows = await prisma.outboxMessage.findMany({
    where: { aggregateId: attemptId },
    orderBy: { position: 'asc' },
  });
  return rows.map(({ type, data }) => ({ type, data: data as Reply['data'] }));
};
