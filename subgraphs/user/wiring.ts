/** The composition root: which adapter stands behind which port. */
import type { JSONWebKeySet } from 'jose';
import { newId } from '#contracts/ids.ts';
import { prismaConnector } from '#platform/database/database.ts';
import { type Clock, inTransaction } from '#platform/database/transaction.ts';
import { subgraphSchema } from '#platform/graphql/subgraph-schema.ts';
import { idempotency } from '#platform/messaging/idempotency.ts';
import { recordReceived } from '#platform/messaging/inbox.ts';
import { outbox } from '#platform/messaging/outbox.ts';
import type { Kit, Subgraph } from '#platform/process/subgraph.ts';
import { concurrencyLimit } from '#platform/resilience/concurrency-limit.ts';
import { type Prisma, PrismaClient } from '#prisma/user/client/client.ts';
import { accessTokens } from './adapters/access-tokens.ts';
import { argon2Passwords } from './adapters/argon2-passwords.ts';
import { signInAttemptStore } from './adapters/sign-in-attempt-store.ts';
import { credentials, userReads } from './adapters/user-reads.ts';
import { accountStore, notificationStore, sessionStore } from './adapters/user-store.ts';
import type { UserConfig } from './config.ts';
import { consumers } from './consumers.ts';
import { context, type GraphqlContext } from './graphql/context.ts';
import { resolvers } from './graphql/resolvers.ts';
import { jwks } from './http/jwks.ts';
import { app } from './usecases/app.ts';
import type { Deps, Stores } from './usecases/ports.ts';
import { seedUsers } from './usecases/seed-users.ts';

const everyTenMinutes = 10 * 60 * 1_000;

export const schema = () => subgraphSchema(new URL('./schema.graphql', import.meta.url), resolvers);

const stores = (tx: Prisma.TransactionClient, clock: Clock): Stores => ({
  accounts: accountStore(tx),
  sessions: sessionStore(tx),
  attempts: signInAttemptStore(tx, clock),
  notifications: notificationStore(tx),
  outbox: outbox(tx),
  idempotency: idempotency(tx),
});

/** The ports that the database stands behind. */
const persistence = (
  prisma: PrismaClient,
  clock: Clock = (time) => time,
): Pick<Deps, 'transaction' | 'receive' | 'reads' | 'credentials'> => {
  const limitConcurrency = concurrencyLimit();
  return {
    transaction: (work, subject) =>
      limitConcurrency(subject, () => inTransaction(prisma, (tx) => work(stores(tx, clock)))),
    receive: (message, work) =>
      inTransaction(prisma, async (tx) => {
        if (await recordReceived(tx, message)) await work(stores(tx, clock));
      }),
    reads: userReads(prisma),
    credentials: credentials(prisma, clock),
  };
};

export const connect = prismaConnector(PrismaClient);

/** The whole app over a database, without any door. */
export const createApp = async (
  prisma: PrismaClient,
  tokens: Deps['accessTokens'],
  { clock, ...world }: Pick<Deps, 'now' | 'newId'> & { readonly clock?: Clock } = { now: () => new Date(), newId },
) => app({ ...persistence(prisma, clock), passwords: await argon2Passwords(), accessTokens: tokens, ...world });

/** For `npm run seed`: makes the demo accounts that are missing, tells which. */
export const seed = async (databaseUrl: string): Promise<readonly string[]> => {
  const prisma = connect(databaseUrl, 1);
  try {
    return await seedUsers({ ...persistence(prisma), passwords: await argon2Passwords(), now: () => new Date() })();
  } finally {
    await prisma.$disconnect();
  }
};

export const wire = async ({ config, prisma }: Kit<UserConfig, PrismaClient>): Promise<Subgraph<GraphqlContext>> => {
  const tokens = await accessTokens(config.ACCESS_TOKEN_KEYS as JSONWebKeySet);
  const userApp = await createApp(prisma, tokens);
  return {
    schema: schema(),
    context: context(userApp),
    handlers: consumers(userApp),
    tasks: [{ name: 'forget old sign-in attempts', everyMs: everyTenMinutes, run: userApp.commands.forgetOldAttempts }],
    routes: jwks(tokens.publicKeys),
  };
};
