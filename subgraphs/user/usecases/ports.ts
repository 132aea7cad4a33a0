/** What the use cases need from outside, by subject. Adapters implement these; wiring.ts assembles them. */
import type { newId } from '#contracts/ids.ts';
import type { CommonStores, Receive, Transaction } from '#contracts/transaction.ts';
import type { Locale } from '../domain/account/locale.ts';
import type { AddressId } from '../domain/address/saved-address.ts';
import type { AccessReads, ApiKeyStore, ApiKeyVerification, AuditLogStore, RoleStore } from './access/ports.ts';
import type {
  AccountReads,
  AccountStore,
  AtUniformTime,
  MailQuotaStore,
  Passwords,
  PersonalDataReads,
  UserSearchReads,
} from './account/ports.ts';
import type { AddressReads, AddressStore } from './address/ports.ts';
import type { DeliveryQueue, DeliveryStore, MailDeps, OneTimeTokenStore } from './mail/ports.ts';
import type { NotificationReads, NotificationStore } from './notification/ports.ts';
import type {
  AccessTokens,
  Credentials,
  DenialReads,
  DenialStore,
  RefreshTokens,
  SessionReads,
  SessionStore,
  SignInAttemptStore,
} from './session/ports.ts';

/** Writes, all in one transaction. */
export interface Stores extends CommonStores {
  readonly accounts: AccountStore;
  readonly mailQuota: MailQuotaStore;
  readonly sessions: SessionStore;
  readonly denials: DenialStore;
  readonly attempts: SignInAttemptStore;
  readonly notifications: NotificationStore;
  readonly roles: RoleStore;
  readonly apiKeys: ApiKeyStore;
  readonly auditLog: AuditLogStore;
  readonly deliveries: DeliveryStore;
  readonly oneTimeTokens: OneTimeTokenStore;
  readonly addresses: AddressStore;
}

export interface Reads
  extends AccessReads,
    AccountReads,
    PersonalDataReads,
    AddressReads,
    NotificationReads,
    SessionReads,
    DenialReads,
    UserSearchReads {}

export interface Deps {
  readonly transaction: Transaction<Stores>;
  readonly receive: Receive<Stores>;
  readonly reads: Reads;
  readonly credentials: Credentials;
  readonly passwords: Passwords;
  /** `required`: an account opens when its address is proved, and registration tells nobody whether there is one. */
  readonly emailVerification: 'required' | 'optional';
  readonly atUniformTime: AtUniformTime;
  /** What customers are written to in who have not said. */
  readonly shopLanguage: Locale;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  readonly deliveryQueue: DeliveryQueue;
  readonly mail: MailDeps;
  readonly apiKeyVerification: ApiKeyVerification;
  /** `apiKeySecretBytes` random bytes. */
  readonly newApiKeySecret: () => Buffer;
  /** The process clock: for creation times. Deadlines use the database's (ADR 23). */
  readonly now: () => Date;
  readonly newId: typeof newId;
  readonly newAddressId: () => AddressId;
}
