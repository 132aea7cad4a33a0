import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { operator } from '#contracts/messages/staff.ts';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { signedIn, somebody } from '#kit/user/viewers.ts';
import { userSearchQueries } from './user-search.ts';

interface Page {
  readonly edges: readonly { readonly node: { readonly displayName: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: number | null;
}

const people = [
  ['ada@example.com', 'Ada Lovelace'],
  ['ada_b@example.com', 'Ada Byron-King'],
  ['adaxb@example.com', "Conan O'Brien"],
  ['kim@example.kr', '김민수'],
  ['uebel@example.de', 'Jürgen Übel'],
  ['50%off@example.com', 'Ad "a" (50% off) & :* \\ Co'],
] as const;

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
  // Rows, because their passwords are of no interest, and hashing them takes time.
  await kit.prisma.user.createMany({
    data: people.map(([email, displayName]) => ({
      ...{ id: newId('User'), email: email.replace('50%', '50'), displayName, createdAt: new Date() },
      passwordHash: '$argon2id$none',
    })),
  });
});
afterAll(() => kit[Symbol.asyncDispose]());

const users = `query ($search: String, $role: String, $first: Int, $after: String) {
  users(search: $search, role: $role, first: $first, after: $after) {
    edges { node { displayName } } pageInfo { hasNextPage endCursor } totalCount
  } }`;
const ask = (variables: object, viewer = somebody('STAFF')) => kit.ask(viewer, users, { ...variables });
const page = async (variables: object): Promise<Page> => (await ask(variables)).data.users;
const names = async (search: string) => (await page({ search, first: 100 })).edges.map(({ node }) => node.displayName);

describe('a search for users', () => {
  test.each([
    ['ada', ["Conan O'Brien", 'Ada Byron-King', 'Ada Lovelace']],
    ['ADA@Example', ['Ada Lovelace']],
    // In a pattern, the line would stand for any character, and the sign for any text.
    ['ada_', ['Ada Byron-King', 'Ada Lovelace']],
    ['%', []],
    ['%ada', ['Ada Byron-King', 'Ada Lovelace']],
    ['lovel', ['Ada Lovelace']],
    ['love ad', ['Ada Lovelace']],
    ['byron king', ['Ada Byron-King']],
    ['king ada', ['Ada Byron-King']],
    ['o’brien', ["Conan O'Brien"]],
    ['김', ['김민수']],
    ['Jür', ['Jürgen Übel']],
    ['velace', []],
    ["'; DROP TABLE user_account; --", []],
    ['50% of', ['Ad "a" (50% off) & :* \\ Co']],
    [':* & !', []],
  ])('for %j finds %j', async (search, found) => {
    expect((await names(search)).filter((name) => found.includes(name)).sort()).toEqual([...found].sort());
    expect(await names(search)).toHaveLength(found.length);
  });

  test('finds those with a role; everybody is a CUSTOMER', async () => {
    const sten = await kit.customer({ displayName: 'Sten' });
    await kit.app.commands.grantRole({ by: operator, userId: sten.id, role: 'STAFF', idempotencyKey: undefined });
    expect((await page({ role: 'STAFF' })).edges).toEqual([{ node: { displayName: 'Sten' } }]);
    expect(await page({ role: 'STAFF', search: 'ada' })).toMatchObject({ edges: [], totalCount: 0 });
    expect((await page({ role: 'CUSTOMER' })).totalCount).toBe(people.length + 1);
    expect((await page({ role: 'NOBODY' })).totalCount).toBe(0);
  });

  test('leaves out closed accounts', async () => {
    const { id } = await kit.customer({ displayName: 'Leaving' });
    expect(await names('leaving')).toEqual(['Leaving']);
    const data = { closedAt: new Date(), passwordHash: null, email: `closed-${id}@invalid` };
    await kit.prisma.user.update({ where: { id }, data });
    expect(await names('leaving')).toEqual([]);
  });

  test('is read page by page, newest first, each once', async () => {
    const all: string[] = [];
    for (let after: string | null = null; ; ) {
      const { edges, pageInfo }: Page = await page({ search: 'ada', first: 2, after });
      all.push(...edges.map(({ node }) => node.displayName));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(all).toEqual(["Conan O'Brien", 'Ada Byron-King', 'Ada Lovelace']);
  });

  test.each([
    { search: 'a'.repeat(101) },
    { search: 'a\0' },
    { search: '\ud800' },
    { role: 'x y' },
    { first: 0 },
    { after: 'x' },
  ])('%j is the fault of the caller', async (variables) => {
    expect(await ask(variables)).toMatchObject({ codes: ['BAD_USER_INPUT'] });
  });

  test.each([
    ['a'.repeat(101), 'has at most 100 characters'],
    ['\0', 'has a character that no text has'],
    ['\ud800', 'has a character that no text has'],
  ])('says what is wrong with %j', async (search, message) => {
    const context = { app: kit.app } as Parameters<typeof userSearchQueries.users>[2];
    await expect(userSearchQueries.users({}, { search }, context)).rejects.toThrow(message);
  });

  test('is refused to customers', async () => {
    expect(await ask({}, signedIn(newId('User')))).toMatchObject({ codes: ['FORBIDDEN'] });
  });
});

describe('among many users', () => {
  beforeAll(async () => {
    await kit.prisma.$executeRaw`
      INSERT INTO user_account (id, email, display_name, password_hash, created_at)
      SELECT 'usr_' || lpad(to_hex(n), 32, '0'), 'many' || n || '@example.com', 'Many Of' || n, '$argon2id$none', now()
        FROM generate_series(1, 12000) AS n`;
    await kit.prisma.$executeRaw`ANALYZE user_account`;
  });

  test('no more than 10,000 are counted', async () => {
    expect((await page({ first: 1 })).totalCount).toBeNull();
    expect((await page({ search: 'many11', first: 1 })).totalCount).toBe(1_111 - 1 + 1);
  });

  test('a rare name is found by the indexes, on a page like any other', async () => {
    const before = kit.statements.length;
    expect(await names('lovel')).toEqual(['Ada Lovelace']);
    const [statement = ''] = kit.statements.slice(before).filter((text) => text.includes('to_tsvector'));
    const plan = await kit.prisma.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN ${statement}`,
      ...['lovel', 'lovel\u007f', "'lovel':*"],
    );
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(text).toContain('user_account_email_prefix');
    expect(text).toContain('user_account_name_words');
    expect(text).not.toContain('Seq Scan');
  });
});
