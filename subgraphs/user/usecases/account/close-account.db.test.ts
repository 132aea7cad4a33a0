import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAddress, aPassword, aRegistration, aSignIn, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { signedIn } from '#kit/user/viewers.ts';
import { admin } from '../../domain/access/role.ts';
import { addressIds } from '../../domain/address/saved-address.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

type Person = Awaited<ReturnType<UserTestApp['customer']>>;
const failing = (kind: string) => ({ ok: false, failure: { kind } });
const close = ({ id }: Person, password = aPassword, idempotencyKey = 'k') =>
  kit.app.commands.closeAccount({ userId: id, password, idempotencyKey, address: anAddress });

const anAddressOf = ({ id }: Person, line1: string) => ({
  ...{ id: addressIds.create(), userId: id },
  address: {
    ...{ name: 'Ada', company: null, line1, line2: null, district: null },
    ...{ city: 'London', subdivision: null, postalCode: 'SW1Y 4JH', country: 'GB', phone: null },
  },
  ...{ createdAt: new Date(), updatedAt: new Date() },
});

/** Every text of the database, to look for what should be gone. */
const allText = async (): Promise<string> => {
  const tables = await kit.prisma.$queryRaw<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`;
  const rows = await Promise.all(
    tables.map(({ name }) => kit.prisma.$queryRawUnsafe<{ row: string }[]>(`SELECT t::text AS row FROM "${name}" t`)),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
};

test('erases what is personal, signs out, says farewell, and publishes it', async () => {
  const name = 'Ada Augusta King';
  const ada = await kit.customer({ displayName: name, idempotencyKey: 'registering', locale: 'ko' });
  await kit.sendMail();
  await kit.app.commands.signIn(aSignIn({ email: ada.email }));
  await kit.app.commands.signIn(aSignIn({ email: ada.email, password: 'a wrong password' }));
  await kit.app.commands.requestPasswordReset({ email: ada.email, idempotencyKey: 'resetting' });
  const newName = 'Ada Lovelace';
  await kit.app.commands.updateProfile({ userId: ada.id, displayName: newName, idempotencyKey: 'renaming' });
  const newEmail = `${addressIds.create()}@example.com`;
  const change = { userId: ada.id, newEmail, password: aPassword, idempotencyKey: 'changing', address: anAddress };
  expect(await kit.app.commands.requestEmailChange(change)).toMatchObject({ ok: true });
  const street = '12 St James Square';
  await kit.deps.transaction(({ addresses }) => addresses.insert(anAddressOf(ada, street)));

  expect(await close(ada)).toEqual({ ok: true, value: ada.id });
  const mails = await kit.sendMail();
  expect(mails.map(({ kind, to, locale }) => [kind, to.address, locale])).toEqual([
    ['ACCOUNT_CLOSED', ada.email, 'ko'],
  ]);
  expect(await kit.prisma.session.count({ where: { userId: ada.id, endedAt: null } })).toBe(0);
  expect(await kit.prisma.denial.count({ where: { subject: ada.id } })).toBe(1);
  const events = await kit.prisma.outboxMessage.findMany({ where: { aggregateType: 'user', aggregateId: ada.id } });
  expect(events.map(({ type }) => type)).toEqual(['user.registered', 'user.closed']);

  const text = await allText();
  expect(text).toContain(ada.id);
  expect(text).not.toContain(ada.email);
  const requests = await kit.prisma.idempotencyKey.findMany({ where: { actor: ada.id } });
  expect(requests.map(({ operation }) => operation)).toEqual(['closeAccount']);
  for (const personal of [name, newName, street]) expect(text).not.toContain(personal);
});

test('its password opens nothing any more, and the address is free for another account', async () => {
  const ada = await kit.customer();
  await close(ada);
  expect(await kit.app.commands.signIn(aSignIn({ email: ada.email }))).toMatchObject(failing('InvalidCredentials'));
  const again = await kit.app.commands.register(aRegistration({ email: ada.email }));
  expect(again).toMatchObject({ ok: true, value: { email: ada.email } });
  expect(again.ok && again.value?.id).not.toBe(ada.id);
});

test('the last administrator stays until there is another, and a closed one counts for none', async () => {
  const [ada, grace] = [await kit.customer(), await kit.customer()];
  const grant = ({ id }: Person) => kit.deps.transaction(({ roles }) => roles.grant(id, admin));
  await grant(ada);
  expect(await close(ada)).toMatchObject(failing('LastAdmin'));
  await grant(grace);
  // Each could go while the other stays.
  const results = await Promise.all([close(ada, aPassword, 'race'), close(grace, aPassword, 'race')]);
  expect(results.map((result) => (result.ok ? 'closed' : result.failure.kind)).sort()).toEqual(['LastAdmin', 'closed']);
});

test('needs the password', async () => {
  const ada = await kit.customer();
  expect(await close(ada, 'a wrong password')).toMatchObject(failing('InvalidCredentials'));
  expect(await kit.app.commands.signIn(aSignIn({ email: ada.email }))).toMatchObject({ ok: true });
});

test('twice at once, it closes once; afterwards there is nobody to close', async () => {
  const ada = await kit.customer();
  const results = await Promise.all([close(ada), close(ada), close(ada)]);
  expect(results).toContainEqual({ ok: true, value: ada.id });
  const closed = await kit.prisma.outboxMessage.count({ where: { type: 'user.closed', aggregateId: ada.id } });
  expect(closed).toBe(1);
  await expect(close(ada, aPassword, 'other')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('before that, everything that is stored can be exported, without secrets', async () => {
  const ada = await kit.customer({ displayName: 'Ada Exported' });
  const eve = await kit.customer({ displayName: 'Eve' });
  await kit.app.commands.signIn(aSignIn({ email: ada.email }));
  await kit.app.commands.requestPasswordReset({ email: ada.email, idempotencyKey: undefined });
  await kit.sendMail();
  await kit.deps.transaction(({ addresses }) => addresses.insert(anAddressOf(ada, '12 St James Square')));
  const { data } = await kit.ask(signedIn(ada.id), '{ exportMyData { createdAt document } }');
  const exported = JSON.parse(data.exportMyData.document);
  expect(exported).toMatchObject({
    profile: { email: ada.email, displayName: 'Ada Exported', locale: 'en' },
    addresses: [{ line1: '12 St James Square' }],
    sessions: [{ endedAt: null }],
    mails: [{ kind: 'RESET_PASSWORD', state: 'SENT' }],
    signIns: [{ address: anAddress, failures: 0 }],
    elsewhere: [{ service: 'order' }, { service: 'payment' }, { service: 'product' }],
  });
  expect(data.exportMyData.document).not.toMatch(/argon2|hash/i);
  expect(data.exportMyData.document).not.toContain(eve.id);
  await close(ada);
  expect(await kit.ask(signedIn(ada.id), '{ exportMyData { document } }')).toMatchObject({
    codes: ['UNAUTHENTICATED'],
  });
});
