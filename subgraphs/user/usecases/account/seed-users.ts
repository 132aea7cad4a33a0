import type { Email } from '#contracts/email.ts';
import { namedId } from '#contracts/ids.ts';
import type { BuiltInRole } from '#contracts/permissions.ts';
import { customer, type RoleName } from '../../domain/access/role.ts';
import type { DisplayName } from '../../domain/account/display-name.ts';
import type { Password } from '../../domain/account/password.ts';
import type { Deps } from '../ports.ts';
import { openAccount } from './open-account.ts';

/** For demonstrations only: these passwords are public. Only `npm run seed` creates these accounts. */
export const demoUsers: readonly {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly roles: readonly BuiltInRole[];
}[] = [
  { email: 'customer@example.com', password: 'demo-customer', displayName: 'Demo Customer', roles: ['CUSTOMER'] },
  { email: 'staff@example.com', password: 'demo-staff-1', displayName: 'Demo Staff', roles: ['CUSTOMER', 'STAFF'] },
  { email: 'admin@example.com', password: 'demo-admin-1', displayName: 'Demo Admin', roles: ['CUSTOMER', 'ADMIN'] },
];

/** Creates the demo accounts that are missing, with the same ids on every machine. Returns their addresses. */
export const seedUsers =
  ({ transaction, passwords, now, shopLanguage }: Pick<Deps, 'transaction' | 'passwords' | 'now' | 'shopLanguage'>) =>
  async (): Promise<readonly string[]> => {
    const made: string[] = [];
    for (const { email, password, displayName, roles } of demoUsers) {
      const account = {
        user: {
          id: namedId('User', email),
          email: email as Email,
          displayName: displayName as DisplayName,
          locale: shopLanguage,
          // So that they can be signed in to wherever they are, although no mail reaches them.
          emailVerifiedAt: now(),
          createdAt: now(),
        },
        passwordHash: await passwords.hash(password as Password),
        openedAt: now(),
      };
      const further = roles.filter((role) => role !== customer.name);
      const isNew = await transaction(async (stores) => {
        if (!(await openAccount(stores, account))) return false;
        for (const role of further) await stores.roles.grant(account.user.id, role as string as RoleName);
        return true;
      });
      if (isNew) made.push(email);
    }
    return made;
  };
