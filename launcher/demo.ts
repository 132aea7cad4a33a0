/**
 * `npm run demo`: a whole shop on free ports with its own data, one purchase, one declined card, a guest who signs in to buy,
 * their timelines, the audit; then everything is stopped and removed. Exit code 0 when all of it went as it should.
 */
import { parseArgs } from 'node:util';
import { format, type Money } from '#contracts/money.ts';
import { BrowseDocument } from '#operations/documents.generated.ts';
import { auditAtRest } from '#ops/audit/audit.ts';
import { asTable } from '#ops/audit/report.ts';
import {
  newAccount,
  newGuest,
  newShopper,
  type OrderView,
  type Shopper,
  shopperOf,
  succeed,
  variantOf,
} from './shopper/shopper.ts';
import { openTemporaryShop, type TemporaryShop } from './temporary-shop.ts';

const help = `usage: npm run demo [-- --keep]
  Buys something on a system of its own, is declined once, buys as a guest who signs in, prints the timelines, audits,
  cleans up.
  --keep   leaves the data folder behind and says where it is`;

type MoneyView = Money | null | undefined;

const price = (amount: MoneyView): string => (amount ? format(amount) : 'no price');

/** When, in which status, what: one line each, with the milliseconds since the order was placed. */
const printTimeline = ({ number, timeline }: OrderView): void => {
  console.log(`Timeline of ${number}:`);
  const start = Date.parse(timeline[0]?.occurredAt ?? '');
  for (const { occurredAt, status, description, detail } of timeline)
    console.log(
      `  ${String(Date.parse(occurredAt) - start).padStart(6)} ms  ${status.padEnd(14)} ${description}${detail ? ` (${detail})` : ''}`,
    );
};

/** Units that can be bought: shoppers see whether there are some, staff how many. */
const unitsFor = async (staff: Shopper): Promise<number> => (await variantOf(staff, 'trail-lamp-200')).available ?? 0;

/** Browse, look at a product, put two in the cart, pay with a card that works, wait for CONFIRMED. */
const buyOnce = async (shopper: Shopper, staff: Shopper): Promise<void> => {
  const { products, categories } = await shopper.client.ask(BrowseDocument, { first: 5 });
  console.log(`Browses: ${(categories ?? []).map(({ name }) => name).join(', ')}; first of all`);
  for (const { node } of products?.edges ?? [])
    console.log(`  ${node.title}, from ${price(node.priceFrom as MoneyView)}`);

  const variant = await variantOf(shopper, 'trail-lamp-200');
  const before = await unitsFor(staff);
  console.log(`Adds 2 × ${variant.sku} at ${price(variant.price)}: ${variant.availability}; staff see ${before} units`);
  await shopper.add({ variantId: variant.id, quantity: 2 });
  const { order } = succeed(await shopper.place({ paymentMethodToken: 'tok_approve' }), 'PlaceOrderSuccess');
  console.log(`Places order ${order.number} over ${price(order.total)}: ${order.status}`);
  const confirmed = await shopper.orderReaches(order.id, ['CONFIRMED']);
  printTimeline(confirmed);

  const left = await unitsFor(staff);
  if (left !== before - 2) throw new Error(`2 were sold, and ${before} became ${left}`);
  console.log(`Sold: ${left} are available now.`);
};

/** Pay with a card that is declined: the order says so, and its stock is free again. */
const declinedOnce = async (shopper: Shopper, staff: Shopper): Promise<void> => {
  const variant = await variantOf(shopper, 'trail-lamp-200');
  const before = await unitsFor(staff);
  console.log(`\nAdds 1 × ${variant.sku} and pays with a card that will be declined`);
  await shopper.add({ variantId: variant.id });
  const { order } = succeed(await shopper.place({ paymentMethodToken: 'tok_decline' }), 'PlaceOrderSuccess');
  printTimeline(await shopper.orderReaches(order.id, ['PAYMENT_FAILED']));

  const after = await unitsFor(staff);
  if (after !== before) throw new Error(`the stock was not released: ${before} became ${after}`);
  console.log(`Released: ${after} are available, as before.`);
};

/** Fill the cart without an account, sign in, and buy what is in it, at once. */
const boughtByGuest = async (gateway: string): Promise<void> => {
  const guest = await newGuest(gateway);
  const variant = await variantOf(guest, 'trail-lamp-200');
  console.log(`\nA guest adds 1 × ${variant.sku}, opens an account and signs in`);
  await guest.add({ variantId: variant.id });
  const shopper = await guest.signIn(await newAccount(gateway));
  const input = { paymentMethodToken: 'tok_approve', expectedTotal: variant.price };
  const { order } = succeed(await shopper.place(input), 'PlaceOrderSuccess');
  printTimeline(await shopper.orderReaches(order.id, ['CONFIRMED']));
};

const play = async (shop: TemporaryShop): Promise<void> => {
  console.log(`\nA customer opens an account and signs in at ${shop.gateway}`);
  const shopper = await newShopper(shop.gateway);
  const staff = await shopperOf(shop.gateway, { email: 'staff@example.com', password: 'demo-staff-1' });
  await buyOnce(shopper, staff);
  await declinedOnce(shopper, staff);
  await boughtByGuest(shop.gateway);
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

const optionsOf = (): { keep: boolean; help?: boolean } | undefined => {
  try {
    return parseArgs({
      options: { keep: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n${help}`);
    return undefined;
  }
};

const options = optionsOf();
if (options?.help) console.log(help);
else process.exit(options ? await run(options.keep) : 1);
