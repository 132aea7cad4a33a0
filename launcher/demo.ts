/**
 * `npm run demo`: a whole shop on free ports with its own data, one purchase, one declined card, both timelines, the
 * audit; then everything is stopped and removed. Exit code 0 when all of it went as it should.
 */
import { parseArgs } from 'node:util';
import { auditAtRest } from '#ops/audit/audit.ts';
import { asTable } from '#ops/audit/report.ts';
import { buyOnce } from './demo/buy-once.ts';
import { declinedOnce } from './demo/declined-once.ts';
import { newShopper } from './shopper/shopper.ts';
import { openTemporaryShop, type TemporaryShop } from './temporary-shop.ts';

const help = `usage: npm run demo [-- --keep]
  Buys something on a system of its own, is declined once, prints both timelines, audits, cleans up.
  --keep   leaves the data folder behind and says where it is`;

const play = async (shop: TemporaryShop): Promise<void> => {
  console.log(`\nA customer opens an account and signs in at ${shop.gateway}`);
  const shopper = await newShopper(shop.gateway);
  await buyOnce(shopper);
  await declinedOnce(shopper);
  // The last messages may still be on their way to the notifications.
  const findings = await auditAtRest(shop.databaseUrls, 10_000);
  console.log(`\n${asTable(findings)}`);
  if (findings.some(({ violations }) => violations.length > 0)) throw new Error('the audit found violations');
};

/** Returns the exit code. */
const run = async (keep: boolean): Promise<number> => {
  let shop: TemporaryShop | undefined;
  try {
    console.log('Starting a shop on free ports …');
    shop = await openTemporaryShop({ keep });
    if (keep) console.log(`Its data is in ${shop.dataDir}`);
    await play(shop);
    console.log('\nThe demo went as it should.');
    return 0;
  } catch (error) {
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
    if (shop) console.error(`The last lines of the services:\n${shop.lastLines(30)}`);
    return 1;
  } finally {
    await shop?.stop();
  }
};

const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  console.log(help);
} else {
  process.exit(await run(values.keep));
}
