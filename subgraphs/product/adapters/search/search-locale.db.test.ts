/** Search does not depend on the database's locale: embedded databases have LC_CTYPE=C, Compose's another. */
import { expect, it } from 'vitest';
import { testServer } from '#kit/postgres/postgres.ts';
import { aCatalogue, aProduct } from '#kit/product/builders.ts';
import { otherDatabase, withClient } from '#platform/database/client.ts';
import { applyMigrations } from '#platform/database/migrations.ts';
import { connect, createApp } from '../../wiring.ts';

const products = [
  aProduct('tent', {
    texts: { en: { title: 'Café Tent', description: '' }, ko: { title: '백패킹 텐트', description: '' } },
  }),
  aProduct('lamp', { texts: { ko: { title: '헤드랜턴', description: '' } } }),
];
const queries = ['cafe', 'tnet', '텐트', '텐드', '백패킹텐트', '헤드렌턴', 'qwxzvbn', 'CAFÉ'];

const foundIn = async (locale: string): Promise<number[]> => {
  const name = `locale_${locale.replaceAll(/\W/g, '').toLowerCase()}`;
  const { superuserUrl } = testServer();
  await withClient(superuserUrl, (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE '${locale}'`),
  );
  const url = otherDatabase(superuserUrl, name);
  await applyMigrations(url, 'prisma/product/migrations');
  const prisma = connect(url, 2);
  try {
    const { commands, reads } = createApp(prisma);
    await commands.importCatalogue(aCatalogue(products));
    await commands.countWords();
    const totals: number[] = [];
    for (const query of queries) {
      const { total } = await reads.search({
        ...{ query, filters: { facets: new Map(), price: undefined }, sort: 'RELEVANCE', withFacets: false },
        ...{ language: 'ko', currency: 'EUR', page: { limit: 5, from: undefined, isBackward: false } },
      });
      totals.push(total);
    }
    return totals;
  } finally {
    await prisma.$disconnect();
    await withClient(superuserUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
};

it.each(['C', 'C.UTF-8'])('finds the same in a database of locale %s', async (locale) => {
  expect(await foundIn(locale)).toEqual([1, 1, 1, 1, 1, 1, 0, 1]);
});
