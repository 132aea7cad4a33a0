import { expect, test } from 'vitest';
import type { Email } from '#contracts/email.ts';
import { typedPassword } from '../../domain/account/password.ts';
import type { Passwords } from '../account/ports.ts';
import type { Deps, Stores } from '../ports.ts';
import { provePassword } from './prove-password.ts';

test('a password is checked even without an account: the answer takes as long', async () => {
  const checkedAgainst: (string | null | undefined)[] = [];
  const isRight: Passwords['isRight'] = async (_, hash) => {
    checkedAgainst.push(hash);
    return false;
  };
  const history = async () => ({ here: undefined, strangers: undefined, now: new Date(0) });
  const attempts = { lock: history, save: async () => undefined, countStrangersGuess: async () => undefined };
  const deps = {
    passwords: { isRight },
    credentials: { history, account: async () => undefined },
    transaction: (work: (stores: Stores) => unknown) => work({ attempts } as unknown as Stores),
  } as unknown as Deps;
  const password = typedPassword('wrong guess');
  if (!password) throw new Error('not a password');
  const result = await provePassword(deps)({
    email: 'nobody@example.com' as Email,
    password,
    address: '203.0.113.1',
  });
  expect(result).toMatchObject({ ok: false, failure: { kind: 'InvalidCredentials' } });
  expect(checkedAgainst).toEqual([undefined]);
});
