import { expect, test } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { aSignIn, userTestApp } from '#kit/user/builders.ts';
import { defaultShop } from '#platform/config/shop.ts';
import { seed } from '../../wiring.ts';
import { demoUsers } from './seed-users.ts';

const koreanShop = { ...defaultShop, language: 'ko' } as const;

test('creates the demo users once, with the same ids everywhere, in the language of the shop, and they can sign in', async () => {
  await using kit = await userTestApp();

  expect(await seed(kit.databaseUrl, koreanShop)).toBe(
    'made customer@example.com, staff@example.com, admin@example.com',
  );
  expect(await seed(kit.databaseUrl, koreanShop)).toBe('nothing to do');
  expect(await kit.prisma.user.count({ where: { locale: 'ko' } })).toBe(3);
  expect(await kit.prisma.outboxMessage.count()).toBe(3);

  for (const { email, password, roles } of demoUsers) {
    const signedIn = await kit.app.commands.signIn(aSignIn({ email, password }));
    expect(signedIn).toMatchObject({ ok: true, value: { user: { id: namedId('User', email) } } });
    const held = await kit.app.reads.rolesOf([namedId('User', email)]);
    expect(held.get(namedId('User', email))?.map(({ name }) => name)).toEqual(roles);
  }
});
