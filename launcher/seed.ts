/** npm run seed: demo accounts and the demo catalogue. Idempotent. See `usage`. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { ShopSettings } from '#contracts/shop.ts';
import { databaseOf } from '#ops/migrate.ts';
import { type DatabaseName, subgraphs } from '#ops/services.ts';
import { parseConfig, profileOf } from '#platform/config/config.ts';
import { shopSettings, shopVariables } from '#platform/config/shop.ts';
import { whyNoDemoData } from './seed/permission.ts';

const usage = `usage: npm run seed [-- user] [product]
  Adds demo accounts to USER_DATABASE_URL and the demo catalogue to PRODUCT_DATABASE_URL; only to the named ones if any.
  Requires PROFILE=development: there is no demo data in production, nor where GATEWAY_ADDRESS or EDGE_ADDRESS lets other
  machines in. For deployments that run this at every start: DEMO_SEED=off adds nothing, and DEMO_SEED=on makes it an
  error when demo data is not allowed.`;

type Seed = (databaseUrl: string, shop: ShopSettings) => Promise<string>;

/** The shop that the data is for: it is listed by the titles of its language. */
const shopOf = (env: NodeJS.ProcessEnv): ShopSettings => {
  const result = parseConfig(z.object(shopVariables), env);
  if ('faults' in result) throw new Error(result.faults.join('; '));
  return shopSettings(result.config);
};

/** The seeds by service, each in the module that the descriptor names. */
const seeds = new Map(
  subgraphs.flatMap(({ name, seed, database }) =>
    seed && database ? [[name as string, { name: name as DatabaseName, seed }] as const] : [],
  ),
);

const seedOne = async (service: string): Promise<string> => {
  const { name, seed } = seeds.get(service) ?? {};
  if (!name || !seed) throw new Error('there is no seed for it');
  const module = (await import(path.resolve(import.meta.dirname, '..', seed))) as { seed: Seed };
  return module.seed(databaseOf(name).directUrl, shopOf(process.env));
};

const reasonOf = (fault: unknown): string => {
  if (fault instanceof AggregateError) return fault.errors.map(reasonOf).join('; ');
  return fault instanceof Error ? fault.message.replaceAll(/\s+/g, ' ').trim() : String(fault);
};

const seedAll = async (services: readonly string[]): Promise<void> => {
  await Promise.all(
    services.map(async (service) => {
      try {
        console.log(`${service}: ${await seedOne(service)}`);
      } catch (fault) {
        console.error(`${service}: not seeded: ${reasonOf(fault)}`);
        process.exitCode = 1;
      }
    }),
  );
};

/** Seeds the databases that may be seeded. Where seeding is not allowed, that is an error only if it was requested. */
const seedWherePermitted = async (services: readonly string[], isAskedFor: boolean): Promise<void> => {
  const { GATEWAY_ADDRESS, EDGE_ADDRESS } = process.env;
  const why = whyNoDemoData(profileOf(process.env), { GATEWAY_ADDRESS, EDGE_ADDRESS });
  if (why === undefined) await seedAll(services);
  else if (isAskedFor) throw new Error(`DEMO_SEED=on is refused: ${why}`);
  else console.log(`Nothing is put in: ${why}`);
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
const unknown = positionals.filter((service) => !seeds.has(service));
const choice = process.env.DEMO_SEED || undefined;
if (values.help) {
  console.log(usage);
} else if (unknown.length > 0 || !['on', 'off', undefined].includes(choice)) {
  console.error(unknown.length > 0 ? `There is no seed for ${unknown.join(', ')}.\n${usage}` : 'DEMO_SEED: on or off');
  process.exitCode = 1;
} else if (choice === 'off') {
  console.log('DEMO_SEED=off: nothing is put in');
} else {
  try {
    await seedWherePermitted(positionals.length > 0 ? positionals : [...seeds.keys()], choice === 'on');
  } catch (fault) {
    console.error(reasonOf(fault));
    process.exitCode = 1;
  }
}
