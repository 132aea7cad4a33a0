import { parseEmail } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import { operator } from '#contracts/messages/staff.ts';
import type { Deps } from '../ports.ts';
import { grantRole, revokeRole } from './grant-role.ts';

/** What `npm run users` prints, and whether it did what it was asked to. */
export interface Outcome {
  readonly ok: boolean;
  readonly sentence: string;
}

type Needs = Pick<Deps, 'transaction' | 'newId' | 'credentials' | 'reads'>;

/**
 * What an operator at the server does, who needs no token: a shop gets its first administrator this way. Recorded in the
 * audit log like what others do.
 */
export const operateAccounts = (deps: Needs) => ({
  grant: (email: string, role: string): Promise<Outcome> =>
    change(deps, email, async (userId, address, isVerified) => {
      const result = await grantRole(deps)({ by: operator, userId, role, idempotencyKey: undefined });
      if (!result.ok) return { ok: false, sentence: result.failure.message };
      // Whoever registered with an address may not be who reads its mail.
      const doubt = isVerified ? '' : '; this address was never verified: make sure that the account is theirs';
      return { ok: true, sentence: `${address} has the role ${role}${doubt}` };
    }),

  revoke: (email: string, role: string): Promise<Outcome> =>
    change(deps, email, async (userId, address) => {
      const result = await revokeRole(deps)({ by: operator, userId, role, idempotencyKey: undefined });
      if (!result.ok) return { ok: false, sentence: result.failure.message };
      return { ok: true, sentence: `${address} does not have the role ${role} any more` };
    }),

  /** A line for everybody who has a role beside CUSTOMER. */
  list: async (): Promise<readonly string[]> => {
    const staff = await deps.reads.staff();
    return staff.map(({ email, roles }) => `${email}  ${roles.join(' ')}`);
  },
});

const change = async (
  { credentials }: Needs,
  text: string,
  work: (userId: UserId, address: string, isVerified: boolean) => Promise<Outcome>,
): Promise<Outcome> => {
  const email = parseEmail(text);
  const account = email && (await credentials.account(email));
  if (!account) return { ok: false, sentence: `there is no account with the address ${text}` };
  const { id, emailVerifiedAt } = account.user;
  return work(id, email, emailVerifiedAt !== null);
};
