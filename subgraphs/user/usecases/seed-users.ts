import type { Email } from '#contracts/email.ts';
import { namedId } from '#contracts/ids.ts';
import type { Role } from '#contracts/viewer.ts';
import type { DisplayName } from '../domain/display-name.ts';
import type { Password } from '../domain/password.ts';
import { openAccount } from './open-account.ts';
import type { Deps } from './ports.ts';

/** For demonstrations only: everybody knows these passwords. Nothing but `npm run seed` makes these accounts. */
export const demoUsers: readonly {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
}[] = [
  { email: 'customer@example.com', password: 'demo-customer', displayName: 'Demo Customer', roles: ['CUSTOMER'] },
  { email: 'staff@example.com', password: 'demo-staff-1', displayName: 'Demo Staff', roles: ['CUSTOMER', 'STAFF'] },
  { email: 'admin@example.com', password: 'demo-admin-1', displayName: 'Demo Admin', roles: ['CUSTOMER', 'ADMIN'] },
];

/** Makes the demo accounts that are not there yet, under the same ids on every machine. Tells which it made. */
export const seedUsers =
  ({ transaction, passwords, now }: Pick<Deps, 'transaction' | 'passwords' | 'now'>) =>
  async (): Promise<readonly string[]> => {
    const made: string[] = [];
    for (const { email, password, displayName, roles } of demoUsers) {
      const account = {
        user: {
          id: namedId('User', email),
          email: email as Email,
          displayName: displayName as DisplayName,
          roles,
          createdAt: now(),
        },
        passwordHash: await passwords.hash(password as Password),
      };
      if (await transaction((stores) => openAccount(stores, account))) made.push(email);
    }
    return made;
  };
