/** The user subgraph as its tests see it: the real app over a database of its own, with a clock that can be moved. */
import { exportJWK, generateKeyPair } from 'jose';
import type { Email } from '#contracts/email.ts';
import type { DataOf, MessageDefinition, MessageOf } from '#contracts/envelope.ts';
import { namedId, newId } from '#contracts/ids.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { PrismaClient } from '#prisma/user/client/client.ts';
import { unsubscribeLinks } from '#subgraphs/user/adapters/mail/unsubscribe-links.ts';
import { accessTokens } from '#subgraphs/user/adapters/session/access-tokens.ts';
import type { User } from '#subgraphs/user/domain/account/user.ts';
import type { Mail } from '#subgraphs/user/domain/mail/compose.ts';
import { loaders } from '#subgraphs/user/graphql/loaders.ts';
import type { Register } from '#subgraphs/user/usecases/account/register.ts';
import { type App, app as createApp } from '#subgraphs/user/usecases/app.ts';
import type { MailDeps, SendResult } from '#subgraphs/user/usecases/mail/ports.ts';
import type { Deps } from '#subgraphs/user/usecases/ports.ts';
import type { SignIn } from '#subgraphs/user/usecases/session/sign-in.ts';
import { dependencies, schema } from '#subgraphs/user/wiring.ts';
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

export const aSignIn = (changes: Partial<SignIn> = {}): SignIn => ({
  idempotencyKey: undefined,
  email: 'nobody@example.com',
  password: aPassword,
  address: anAddress,
  device: { device: null, userAgent: null },
  guest: undefined,
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

export const ofKind = (mails: readonly Mail[], kind: Mail['kind']) => mails.filter((mail) => mail.kind === kind);

/** The tokens in the links of these mails. */
export const tokensIn = (mails: readonly Mail[]): string[] =>
  mails.flatMap(({ text }) => /[?&]token=([\w-]+)/.exec(text)?.[1] ?? []);

/** The token of the only mail that has one. */
export const tokenIn = (mails: readonly Mail[]): string => {
  const [token, ...more] = tokensIn(mails);
  if (!token || more.length > 0) throw new Error(`there are ${more.length + (token ? 1 : 0)} mails with a token`);
  return token;
};

/** Counts what takes long on purpose. */
const counting = (passwords: Deps['passwords'], hashing: { made: number; compared: number }): Deps['passwords'] => ({
  hash: (password) => {
    hashing.made++;
    return passwords.hash(password);
  },
  isRight: (password, hash) => {
    hashing.compared++;
    return passwords.isRight(password, hash);
  },
});

const aSigningKey = async () => {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return exportJWK(privateKey);
};

/** Takes every mail, unless told what to answer. Real mail servers are in adapters/mail/smtp.test.ts. */
const collecting = (mails: Mail[], answers: SendResult[]): MailDeps => ({
  transport: {
    name: 'folder',
    send: async (mail) => {
      mails.push(mail);
      return answers.shift() ?? { kind: 'sent' };
    },
    prune: async () => undefined,
    close: async () => undefined,
  },
  links: unsubscribeLinks('https://mail.shop.example', 'a secret of sixteen'),
  sender: { name: 'Agora', address: 'shop@agora.example' as Email, url: 'https://shop.example' },
  telemetry: {
    ended: () => undefined,
    failed: (error) => {
      throw error;
    },
  },
});

export interface UserTestApp extends AsyncDisposable {
  readonly app: App;
  /** What its use cases were given. */
  readonly deps: Deps;
  readonly prisma: PrismaClient;
  readonly databaseUrl: string;
  /** The keys that access tokens verify with. */
  readonly publicKeys: Awaited<ReturnType<typeof accessTokens>>['publicKeys'];
  readonly ask: Ask;
  /** Every SQL statement so far. */
  readonly statements: readonly string[];
  /** How many passwords were hashed, and compared with a hash. */
  readonly hashing: { readonly made: number; readonly compared: number };
  /** Lets the worker send what is due. Returns what it has given to the transport since the last time. */
  sendMail(): Promise<readonly Mail[]>;
  /** What the transport answers to the next mails. */
  readonly mailAnswers: SendResult[];
  advance(ms: number): void;
  /** Registers somebody, without the mail to verify their address; throws when that fails. */
  customer(changes?: Partial<Register>): Promise<User>;
}

export const userTestApp = async ({
  emailVerification = 'optional',
}: Partial<Pick<Deps, 'emailVerification'>> = {}): Promise<UserTestApp> => {
  const { prisma, databaseUrl, statements, dispose } = await subgraphDatabase(
    'user',
    (options) => new PrismaClient(options),
  );

  const tokens = await accessTokens({ keys: [await aSigningKey()] }, () => new Date());
  let now = new Date();
  const mails: Mail[] = [];
  const mailAnswers: SendResult[] = [];
  const hashing = { made: 0, compared: 0 };
  const real = await dependencies(prisma, tokens, {
    now: () => now,
    clock: () => now,
    mail: collecting(mails, mailAnswers),
    emailVerification,
    // Tests wait for nothing: adapters/account/uniform-time.test.ts is about that.
    atUniformTime: (work) => work(),
  });
  const deps: Deps = { ...real, passwords: counting(real.passwords, hashing) };
  const app = createApp(deps);

  return {
    app,
    deps,
    prisma,
    databaseUrl,
    publicKeys: tokens.publicKeys,
    statements,
    mailAnswers,
    hashing,
    sendMail: async () => {
      await app.mailWorker.round();
      await app.mailWorker.idle();
      return mails.splice(0);
    },
    ask: asking(schema(), requestContext(app, loaders)),
    advance: (ms) => {
      now = new Date(now.getTime() + ms);
    },
    customer: async (changes) => {
      const registered = await app.commands.register(aRegistration(changes));
      if (!registered.ok) throw new Error(registered.failure.message);
      if (!registered.value) throw new Error('the address has to be verified first');
      // The mail that every registration causes: tests of mail ask for theirs.
      await prisma.delivery.deleteMany({ where: { userId: registered.value.id } });
      await prisma.mailQuota.deleteMany({ where: { email: registered.value.email } });
      return registered.value;
    },
    [Symbol.asyncDispose]: dispose,
  };
};
