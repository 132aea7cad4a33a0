/** The composition root: which adapter stands behind which port. */
import { randomBytes } from 'node:crypto';
import { apiKeySecretBytes } from '#contracts/api-key.ts';
import { newId } from '#contracts/ids.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { watchVariable } from '#platform/config/watched-variable.ts';
import { prismaConnector } from '#platform/database/database.ts';
import type { Clock } from '#platform/database/transaction.ts';
import { unitOfWork } from '#platform/database/unit-of-work.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { subgraphSchema } from '#platform/graphql/subgraph-schema.ts';
import { smtpAddress } from '#platform/mail/smtp-address.ts';
import type { Kit, Subgraph } from '#platform/process/subgraph.ts';
import { type Prisma, PrismaClient } from '#prisma/user/client/client.ts';
import { accessReads } from './adapters/access/access-reads.ts';
import { apiKeyStore, apiKeyVerification } from './adapters/access/api-key-store.ts';
import { auditLogStore } from './adapters/access/audit-log-store.ts';
import { roleStore } from './adapters/access/role-store.ts';
import { accountReads, credentials } from './adapters/account/account-reads.ts';
import { accountStore } from './adapters/account/account-store.ts';
import { argon2Passwords } from './adapters/account/argon2-passwords.ts';
import { mailQuotaStore } from './adapters/account/mail-quota-store.ts';
import { personalDataReads } from './adapters/account/personal-data.ts';
import { uniformTime } from './adapters/account/uniform-time.ts';
import { userSearch } from './adapters/account/user-search.ts';
import { addressReads } from './adapters/address/address-reads.ts';
import { addressStore } from './adapters/address/address-store.ts';
import { deliveryQueue } from './adapters/mail/delivery-queue.ts';
import { deliveryStore } from './adapters/mail/delivery-store.ts';
import { mailboxFolder } from './adapters/mail/mailbox-folder.ts';
import { oneTimeTokenStore } from './adapters/mail/one-time-token-store.ts';
import { smtp } from './adapters/mail/smtp.ts';
import { mailTelemetry, measureMail } from './adapters/mail/telemetry.ts';
import { unsubscribeLinks } from './adapters/mail/unsubscribe-links.ts';
import { notificationReads } from './adapters/notification/notification-reads.ts';
import { notificationStore } from './adapters/notification/notification-store.ts';
import { accessTokens } from './adapters/session/access-tokens.ts';
import { denialReads, denialStore } from './adapters/session/denial-store.ts';
import { refreshTokens } from './adapters/session/refresh-tokens.ts';
import { sessionReads, sessionStore } from './adapters/session/session-store.ts';
import { signInAttemptStore } from './adapters/session/sign-in-attempt-store.ts';
import { accessTokenKeys, emailVerificationOf, type UserConfig } from './config.ts';
import { consumers } from './consumers.ts';
import { defaultLocale, type Locale } from './domain/account/locale.ts';
import { addressIds } from './domain/address/saved-address.ts';
import { type GraphqlContext, loaders } from './graphql/loaders.ts';
import { resolvers } from './graphql/resolvers.ts';
import { apiKeys } from './http/api-keys.ts';
import { denials } from './http/denials.ts';
import { jwks } from './http/jwks.ts';
import { unsubscribe } from './http/unsubscribe.ts';
import { operateAccounts } from './usecases/access/operate-accounts.ts';
import { seedUsers } from './usecases/account/seed-users.ts';
import { app } from './usecases/app.ts';
import type { Deps } from './usecases/ports.ts';

export const schema = () => subgraphSchema(new URL('./schema.graphql', import.meta.url), resolvers);

export const connect = prismaConnector(PrismaClient);

/** The ports that the database stands behind. */
const persistence = (prisma: PrismaClient, shopLanguage: Locale, clock: Clock = (time) => time) => {
  const stores = (tx: Prisma.TransactionClient, now: Date) => ({
    accounts: accountStore(tx, clock),
    mailQuota: mailQuotaStore(tx, now),
    sessions: sessionStore(tx, now),
    denials: denialStore(tx, clock),
    attempts: signInAttemptStore(tx, clock),
    notifications: notificationStore(tx, now, shopLanguage),
    deliveries: deliveryStore(tx, now),
    oneTimeTokens: oneTimeTokenStore(tx, now),
    roles: roleStore(tx, now),
    apiKeys: apiKeyStore(tx, now),
    auditLog: auditLogStore(tx),
    addresses: addressStore(tx),
  });
  const reads = {
    ...accessReads(prisma),
    ...accountReads(prisma),
    ...userSearch(prisma),
    ...personalDataReads(prisma),
    ...notificationReads(prisma),
    ...sessionReads(prisma),
    ...denialReads(prisma),
    ...addressReads(prisma),
  };
  const { transaction, receive } = unitOfWork(prisma, stores, { clock });
  return {
    transaction,
    receive,
    reads,
    credentials: credentials(prisma, clock),
    deliveryQueue: deliveryQueue(prisma, clock),
    apiKeyVerification: apiKeyVerification(prisma, clock),
  };
};

interface World {
  readonly mail: Deps['mail'];
  readonly emailVerification: Deps['emailVerification'];
  readonly atUniformTime?: Deps['atUniformTime'];
  readonly shopLanguage?: Locale;
  readonly clock?: Clock;
  readonly now?: Deps['now'];
}

/** What the app needs, over a database, without HTTP or queue. */
export const dependencies = async (
  prisma: PrismaClient,
  tokens: Deps['accessTokens'],
  { clock, now = () => new Date(), atUniformTime = uniformTime(), shopLanguage = defaultLocale, ...world }: World,
): Promise<Deps> => ({
  ...persistence(prisma, shopLanguage, clock),
  passwords: await argon2Passwords(),
  newApiKeySecret: () => randomBytes(apiKeySecretBytes),
  ...{
    accessTokens: tokens,
    refreshTokens,
    atUniformTime,
    shopLanguage,
    now,
    newId,
    newAddressId: addressIds.create,
    ...world,
  },
});

/** For `npm run seed`: creates the demo accounts that are missing, and reports which. */
export const seed = async (databaseUrl: string, shop: ShopSettings): Promise<string> => {
  const prisma = connect(databaseUrl, 1);
  try {
    const made = await seedUsers({
      ...persistence(prisma, shop.language),
      shopLanguage: shop.language,
      passwords: await argon2Passwords(),
      now: () => new Date(),
    })();
    return made.length > 0 ? `made ${made.join(', ')}` : 'nothing to do';
  } finally {
    await prisma.$disconnect();
  }
};

/** For `npm run users`: what an operator does to accounts. */
export const accounts = (databaseUrl: string) => {
  const prisma = connect(databaseUrl, 1);
  return { ...operateAccounts({ ...persistence(prisma, defaultLocale), newId }), close: () => prisma.$disconnect() };
};

// 10 min: rows are deleted in batches, and a few thousand that linger cost nothing.
const forgetEveryMs = 10 * 60 * 1_000;
// 1 s: nobody looks for a mail sooner. An idle round is one query on an empty index.
const sendMailEveryMs = 1_000;

export const wire = async ({
  config,
  prisma,
  log,
  metrics,
}: Kit<UserConfig, PrismaClient>): Promise<Subgraph<GraphqlContext>> => {
  const tokens = await accessTokens(config.ACCESS_TOKEN_KEYS, () => new Date());
  const keys = watchVariable({
    name: 'ACCESS_TOKEN_KEYS',
    schema: accessTokenKeys,
    onChange: tokens.replaceKeys,
    onFault: (sentence) => log.error({ sentence }, 'keys of access tokens could not be read again'),
  });
  const sender = {
    ...config.MAIL_FROM,
    url: config.SHOP_URL,
    paymentInstructions: config.SHOP_PAYMENT_INSTRUCTIONS,
  };
  const transport = config.SMTP_URL
    ? smtp(smtpAddress(config.SMTP_URL), sender)
    : mailboxFolder(config.MAILBOX_DIR ?? '.data/mailbox', sender);
  const links = unsubscribeLinks(publicUrl(config), config.UNSUBSCRIBE_SECRET);
  const mail = { transport, sender, links, telemetry: mailTelemetry(log, metrics) };
  const userApp = app(
    await dependencies(prisma, tokens, {
      mail,
      emailVerification: emailVerificationOf(config),
      shopLanguage: config.SHOP_DEFAULT_LANGUAGE,
    }),
  );
  if (config.ROLE !== 'api') measureMail(metrics, deliveryQueue(prisma));
  const { commands, mailWorker } = userApp;
  return {
    schema: schema(),
    context: requestContext(userApp, loaders),
    handlers: consumers(userApp),
    tasks: [
      { name: 'forget old sign-in attempts', everyMs: forgetEveryMs, run: commands.forgetOldAttempts },
      { name: 'forget old sessions', everyMs: forgetEveryMs, run: commands.forgetOldSessions },
      { name: 'send mail', everyMs: sendMailEveryMs, run: mailWorker.round },
      { name: 'forget old mail', everyMs: forgetEveryMs, run: commands.forgetOldMail },
      { name: 'prune the mailbox folder', everyMs: forgetEveryMs, run: transport.prune },
    ],
    // Gateways read the denials again when access has been revoked, or a guest has become a user.
    publishesChangesOf: { session: 'Session', guest: 'Session' },
    routes: (http) => {
      unsubscribe(userApp, links)(http);
      jwks(() => tokens.publicKeys)(http);
      denials(userApp.reads)(http);
      apiKeys(userApp)(http);
    },
    close: async () => {
      keys.close();
      await mailWorker.close();
      await transport.close();
    },
  };
};

const publicUrl = ({ USER_PUBLIC_URL, PROFILE, USER_PORT }: UserConfig): string | undefined =>
  USER_PUBLIC_URL ?? (PROFILE === 'development' ? `http://127.0.0.1:${USER_PORT}` : undefined);
