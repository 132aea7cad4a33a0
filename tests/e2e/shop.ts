/** The one system that all e2e files share, and what is sold in it. */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { newShopper, type Shopper, shopperOf } from '#launcher/shopper/shopper.ts';
import { ProductPageDocument } from '#operations/documents.generated.ts';

export const agora = inject('agora');
export const guest = graphqlClient(agora.gateway);
export const aShopper = (): Promise<Shopper> => newShopper(agora.gateway);
export const staff = (): Promise<Shopper> =>
  shopperOf(agora.gateway, { email: 'staff@example.com', password: 'demo-staff-1' });
export const aKey = (): string => randomUUID();

/** The first variant of a product of the seed, as a guest sees it unless somebody else looks. */
export const variantOf = async (slug: string, { client }: Pick<Shopper, 'client'> = { client: guest }) => {
  const { product } = await client.ask(ProductPageDocument, { slug }, { fresh: true });
  const [variant] = product?.variants ?? [];
  if (!variant) throw new Error(`the seed has no "${slug}"`);
  return variant;
};
let somebodyOfStaff: Promise<Shopper> | undefined;
/** Units, which only staff see. */
export const available = async (slug: string): Promise<number> => {
  somebodyOfStaff ??= staff();
  const { available } = await variantOf(slug, await somebodyOfStaff);
  if (available == null) throw new Error('staff are not shown how many there are');
  return available;
};
