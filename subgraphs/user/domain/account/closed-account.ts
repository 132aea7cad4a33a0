import type { Email } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import type { DisplayName } from './display-name.ts';
import { defaultLocale } from './locale.ts';

/** What is left of a closed account: nobody has such an address (RFC 2606), and no password opens it. */
export const anonymous = (id: UserId) => ({
  email: `closed-${id}@invalid` as Email,
  displayName: 'Closed account' as DisplayName,
  locale: defaultLocale,
  emailVerifiedAt: null,
  passwordHash: null,
});
