/** npm run seed: demo accounts and the demo catalogue. Run it as often as you like. See `usage`. */
import { parseArgs } from 'node:util';
import { databaseOf } from '#ops/migrate.ts';
import { profileOf } from '#platform/config/config.ts';
import { seed as seedProduct } from '#subgraphs/product/wiring.ts';
import { seed as seedUser } from '#subgraphs/user/wiring.ts';
import { demoCatalogue } from './seed/catalogue.ts';
import { whyNoDemoData } from './seed/permission.ts';

const usage = `usage: npm run seed [-- user] [product]
  Puts demo accounts into USER_DATABASE_URL and the demo catalogue into PRODUCT_DATABASE_URL: into those named, or both.
  PROFILE=development has to be said: in production there are no demo accounts, nor where GATEWAY_ADDRESS or EDGE_ADDRESS
  lets other machines in. For a deployment whose every start runs this, DEMO_SEED=off leaves them out in any case, and
  DEMO_SEED=on makes it an error when they may not be put in.`;

/** Each service's seed, and what it says it did. */
const seeds: Readonly<Record<string, () => Promise<string>>> = {
  user: async () => {
    const made = await seedUser(databaseOf('user').directUrl);
    return made.length > 0 ? `made ${made.join(', ')}` : 'nothing to do';
  },
  product: async () => {
    const report = await seedProduct(databaseOf('product').directUrl, demoCatalogue());
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

/** Puts in what may be put in. Where it may not, that is an error only for whoever has asked for it. */
const sowWherePermitted = async (services: readonly string[], isAskedFor: boolean): Promise<void> => {
  const { GATEWAY_ADDRESS, EDGE_ADDRESS } = process.env;
  const why = whyNoDemoData(profileOf(process.env), { GATEWAY_ADDRESS, EDGE_ADDRESS });
  if (why === undefined) await sow(services);
  else if (isAskedFor) throw new Error(`DEMO_SEED=on is refused: ${why}`);
  else console.log(`Nothing is put in: ${why}`);
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
const unknown = positionals.filter((service) => !(service in seeds));
const wish = process.env.DEMO_SEED || undefined;
if (values.help) {
  console.log(usage);
} else if (unknown.length > 0 || !['on', 'off', undefined].includes(wish)) {
  console.error(unknown.length > 0 ? `There is no seed for ${unknown.join(', ')}.\n${usage}` : 'DEMO_SEED: on or off');
  process.exitCode = 1;
} else if (wish === 'off') {
  console.log('DEMO_SEED=off: nothing is put in');
} else {
  try {
    await sowWherePermitted(positionals.length > 0 ? positionals : Object.keys(seeds), wish === 'on');
  } catch (fault) {
    console.error(reasonOf(fault));
    process.exitCode = 1;
  }
}
