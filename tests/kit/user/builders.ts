/** The user subgraph as its tests see it: the real app over a database of its own, with a clock that can be moved. */
import { exportJWK, generateKeyPair } from 'jose';
import type { DataOf, MessageDefinition, MessageOf } from '#contracts/envelope.ts';
import { namedId, newId } from '#contracts/ids.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { PrismaClient } from '#prisma/user/client/client.ts';
import { accessTokens } from '#subgraphs/user/adapters/session/access-tokens.ts';
import type { User } from '#subgraphs/user/domain/account/user.ts';
import { loaders } from '#subgraphs/user/graphql/loaders.ts';
import type { Register } from '#subgraphs/user/usecases/account/register.ts';
import type { App } from '#subgraphs/user/usecases/app.ts';
import { createApp, schema } from '#subgraphs/user/wiring.ts';
import { type Ask, asking } from '../graphql/ask.ts';
import { aMessageOf } from '../messaging/messages.ts';
import { subgraphDatabase } from '../postgres/subgraph-database.ts';

export const aPassword = 'correct horse battery';
/** Where people come from unless a test says otherwise. */
export const anAddress = '203.0.113.1';

/** A new person each time, unless told otherwise. */
export const aRegistration = (changes: Partial<Register> = {}): Register => ({
  idempotencyKey: undefined,
  email: `${newId('User')}@example.com`,
  password: aPassword,
  displayName: 'Ada Lovelace',
  address: anAddress,
  ...changes,
});

export const anOrderFor = (customer: User, number = 'AG-7K3M-9QXT') => ({
  orderId: namedId('Order', number),
  number,
  customerId: customer.id,
  total: { amount: 4_999, currency: 'EUR' as const },
});

/** Fixed by default, so that the order of events is the test's own. */
export const received = <D extends MessageDefinition>(
  definition: D,
  data: DataOf<D>,
  occurredAt = new Date('2026-11-22T12:00:00Z'),
): MessageOf<D> => aMessageOf(definition, data, { occurredAt: occurredAt.toISOString() });

const aSigningKey = async () => {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return exportJWK(privateKey);
};

export interface UserTestApp extends AsyncDisposable {
  readonly app: App;
  readonly prisma: PrismaClient;
  readonly databaseUrl: string;
  /** The keys that access tokens verify with. */
  readonly publicKeys: Awaited<ReturnType<typeof accessTokens>>['publicKeys'];
  readonly ask: Ask;
  /** Every SQL statement so far. */
  readonly statements: readonly string[];
  advance(ms: number): void;
  /** Registers somebody; throws when that fails. */
  customer(changes?: Partial<Register>): Promise<User>;
}

export const userTestApp = async (): Promise<UserTestApp> => {
  const { prisma, databaseUrl, statements, dispose } = await subgraphDatabase(
    'user',
    (options) => new PrismaClient(options),
  );

  const tokens = await accessTokens({ keys: [await aSigningKey()] });
  let now = new Date();
  const app = await createApp(prisma, tokens, { now: () => now, clock: () => now });

  return {
    app,
    prisma,
    databaseUrl,
    publicKeys: tokens.publicKeys,
    statements,
    ask: asking(schema(), requestContext(app, loaders)),
    advance: (ms) => {
      now = new Date(now.getTime() + ms);
    },
    customer: async (changes) => {
      const registered = await app.commands.register(aRegistration(changes));
      if (!registered.ok) throw new Error(registered.failure.message);
      return registered.value;
    },
    [Symbol.asyncDispose]: dispose,
  };
};
