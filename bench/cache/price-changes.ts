import { setTimeout as sleep } from 'node:timers/promises';
import { demoCatalogue } from '#launcher/seed/catalogue.ts';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import type { TemporaryShop } from '#launcher/temporary-shop.ts';
import { seed } from '#subgraphs/product/wiring.ts';
import type { GatewayProcess } from '../upstream/gateway-process.ts';

const slug = 'trail-lamp-200';

/** Changes one price, again and again. Milliseconds from its commit until the last of the gateways shows it, each time. */
export const changePrices = async (
  shop: TemporaryShop,
  gateways: readonly GatewayProcess[],
  changes: number,
  signal: AbortSignal,
): Promise<number[]> => {
  const product = demoCatalogue().products.find((each) => each.slug === slug);
  if (!product) throw new Error(`the seed has no "${slug}"`);
  const query = print(slug);
  const shown = async ({ url }: GatewayProcess): Promise<number | undefined> =>
    (await graphqlClient(url).ask<PriceFrom, object>(query)).product.priceFrom.amount;
  const delays: number[] = [];
  for (let n = 1; n <= changes && !signal.aborted; n++) {
    const amount = 3_490 + n;
    await Promise.all(gateways.map(shown));
    const variants = product.variants.map((variant) => ({ ...variant, price: { ...variant.price, amount } }));
    await seed(shop.databaseUrls.product, { categories: [], products: [{ ...product, variants }], initialStock: {} });
    const committed = performance.now();
    await Promise.all(
      gateways.map(async (gateway) => {
        while ((await shown(gateway)) !== amount) await sleep(2);
      }),
    );
    delays.push(performance.now() - committed);
  }
  return delays;
};

interface PriceFrom {
  readonly product: { readonly priceFrom: { readonly amount: number } };
}

// Without the stock, which is kept for a second only: what is to be seen is that the price is not kept for its minute.
const print = (of: string) => `{ product(slug: "${of}") { priceFrom { amount } } }`;
