/** npm run seed: demo accounts and the demo catalogue, into USER_DATABASE_URL and PRODUCT_DATABASE_URL. Run it as often as you like. */
import { seed as seedProduct } from '../subgraphs/product/wiring.ts';
import { seed as seedUser } from '../subgraphs/user/wiring.ts';
import { databaseUrlOf } from './migrate.ts';
import { demoCatalogue } from './seed/catalogue.ts';

/** Each service's seed, and what it says it did. */
const seeds: Readonly<Record<string, () => Promise<string>>> = {
  user: async () => {
    const made = await seedUser(databaseUrlOf('user'));
    return made.length > 0 ? `made ${made.join(', ')}` : 'nothing to do';
  },
  product: async () => {
    const report = await seedProduct(databaseUrlOf('product'), demoCatalogue());
    const parts = Object.entries(report).filter(([, count]) => count > 0);
    return parts.length > 0
      ? `took in ${parts.map(([what, count]) => `${count} ${what}`).join(', ')}`
      : 'nothing to do';
  },
};

const reasonOf = (fault: unknown): string => {
  if (fault instanceof AggregateError) return fault.errors.map(reasonOf).join('; ');
  return fault instanceof Error ? fault.message.replaceAll(/\s+/g, ' ').trim() : String(fault);
};

await Promise.all(
  Object.entries(seeds).map(async ([service, seed]) => {
    try {
      console.log(`${service}: ${await seed()}`);
    } catch (fault) {
      console.error(`${service}: not seeded: ${reasonOf(fault)}`);
      process.exitCode = 1;
    }
  }),
);
