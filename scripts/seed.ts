/** npm run seed: demo accounts and the demo catalogue. Run it as often as you like. See `usage`. */
import { parseArgs } from 'node:util';
import { seed as seedProduct } from '../subgraphs/product/wiring.ts';
import { seed as seedUser } from '../subgraphs/user/wiring.ts';
import { databaseUrlOf } from './migrate.ts';
import { demoCatalogue } from './seed/catalogue.ts';

const usage = `usage: npm run seed [-- user] [product]
  Puts demo accounts into USER_DATABASE_URL and the demo catalogue into PRODUCT_DATABASE_URL: into those named, or both.
  DEMO_SEED=off in the environment leaves them out, for a deployment whose every start runs this.`;

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

const sow = async (services: readonly string[]): Promise<void> => {
  await Promise.all(
    services.map(async (service) => {
      try {
        console.log(`${service}: ${await seeds[service]?.()}`);
      } catch (fault) {
        console.error(`${service}: not seeded: ${reasonOf(fault)}`);
        process.exitCode = 1;
      }
    }),
  );
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
const unknown = positionals.filter((service) => !(service in seeds));
const wish = process.env.DEMO_SEED || 'on';
if (values.help) {
  console.log(usage);
} else if (unknown.length > 0 || !['on', 'off'].includes(wish)) {
  console.error(unknown.length > 0 ? `There is no seed for ${unknown.join(', ')}.\n${usage}` : 'DEMO_SEED: on or off');
  process.exitCode = 1;
} else if (wish === 'off') {
  console.log('DEMO_SEED=off: nothing is put in');
} else {
  await sow(positionals.length > 0 ? positionals : Object.keys(seeds));
}
