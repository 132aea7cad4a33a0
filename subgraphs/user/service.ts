import { ProductBackInStock } from '#contracts/messages/availability.ts';
import {
  OrderAwaitingFunds,
  OrderCancelled,
  OrderConfirmed,
  OrderNeedsAttention,
  OrderPaymentFailed,
  OrderPlaced,
  OrderRefunded,
  OrderRejected,
} from '#contracts/messages/order.ts';
import { StaffActed } from '#contracts/messages/staff.ts';
import { UserRegistered } from '#contracts/messages/user.ts';
import type { SubgraphDescriptor } from '#platform/service/descriptor.ts';

/** Accounts, sessions, notifications, and the keys that sign access tokens. */
export const service = {
  name: 'user',
  kind: 'subgraph',
  port: 4001,
  database: true,
  worker: 'notification',
  receives: [
    UserRegistered,
    OrderPlaced,
    OrderConfirmed,
    OrderRejected,
    OrderPaymentFailed,
    OrderCancelled,
    OrderNeedsAttention,
    OrderAwaitingFunds,
    OrderRefunded,
    ProductBackInStock,
    StaffActed,
  ],
  secrets: { ACCESS_TOKEN_KEYS: 'signing-keys', SMTP_URL: 'given', UNSUBSCRIBE_SECRET: 'password' },
  publicPaths: [{ path: '/unsubscribe', about: 'Links in mails that end mails of a kind.', maxBodyBytes: 1_024 }],
  folders: { MAILBOX_DIR: { name: 'mailbox', roles: 'worker' } },
  // Submission with and without STARTTLS, and TLS from the start; 2525 where a provider's network blocks the others.
  outbound: { ports: [25, 465, 587, 2525], roles: 'worker' },
  // Nobody waits for a notification.
  queueAgeTargetSeconds: 30,
  entities: ['User'],
  mutations: {
    keyRequired: ['closeAccount'],
    // A line for each subject.
    keyOptional: [
      ...['register', 'resendVerification', 'requestPasswordReset', 'resetPassword', 'changePassword'],
      ...['requestEmailChange', 'updateProfile'],
      ...['signIn', 'signOut', 'signOutEverywhere'],
      ...['markNotificationsRead', 'updateNotificationPreferences'],
      ...['saveAddress', 'removeAddress', 'setDefaultAddress'],
      ...['grantRole', 'revokeRole', 'saveRole', 'removeRole', 'createApiKey', 'revokeApiKey'],
    ],
    keyless: [
      // A token of a mail is its own key.
      ...['verifyEmail', 'confirmEmailChange'],
      // So is a refresh token. And whoever uses another guest's key, by chance, must not become that guest.
      ...['refreshSession', 'startGuestSession'],
    ],
  },
  seed: 'subgraphs/user/wiring.ts',
  accounts: 'subgraphs/user/wiring.ts',
} as const satisfies SubgraphDescriptor;
