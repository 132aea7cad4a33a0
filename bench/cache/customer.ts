import { randomUUID } from 'node:crypto';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { succeed } from '#launcher/shopper/shopper.ts';
import {
  AddToCartDocument,
  BrowseDocument,
  ProductPageDocument,
  RegisterDocument,
  SignInDocument,
} from '#operations/documents.generated.ts';

/** The header of a new customer with five products in the cart. */
export const signedInAs = async (gateway: string): Promise<Record<string, string>> => {
  const guest = graphqlClient(gateway);
  const credentials = { email: `bench-${randomUUID()}@example.com`, password: randomUUID() };
  const input = { ...credentials, displayName: 'Bea Bench' };
  succeed((await guest.ask(RegisterDocument, { input })).register, 'RegisterSuccess');
  const { accessToken } = succeed((await guest.ask(SignInDocument, { input: credentials })).signIn, 'SignInSuccess');
  const customer = graphqlClient(gateway, accessToken);
  const { products } = await guest.ask(BrowseDocument, { first: 5 });
  for (const { node } of products?.edges ?? []) {
    const { product } = await guest.ask(ProductPageDocument, { slug: node.slug });
    const variantId = product?.variants[0]?.id ?? '';
    const { addToCart } = await customer.ask(AddToCartDocument, { input: { variantId } });
    succeed(addToCart, 'AddToCartSuccess');
  }
  return { authorization: `Bearer ${accessToken}` };
};
