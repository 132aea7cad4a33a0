/** Published documents are sent by their ids, as a released app would send them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { newShopper, succeed } from '#launcher/shopper/shopper.ts';
import { SignInDocument } from '#operations/documents.generated.ts';
import { agora, variantOf } from './shop.ts';

const manifest = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../operations/manifest.json'), 'utf8')) as {
  operations: { id: string; name: string; body: string }[];
};

const idOf = (name: string): string => {
  const found = manifest.operations.find((operation) => operation.name === name);
  if (!found) throw new Error(`there is no operation ${name}`);
  return `sha256:${found.id}`;
};

it('a customer registers, fills a cart, buys and watches the order without sending any GraphQL text', async () => {
  const { id: variantId } = await variantOf('trail-lamp-200');
  const shopper = await newShopper(agora.gateway, { byId: true });
  await shopper.add({ variantId });
  const placed = succeed(await shopper.place({ paymentMethodToken: 'tok_approve' }), 'PlaceOrderSuccess');

  const credentials = { email: 'staff@example.com', password: 'demo-staff-1' };
  const { signIn } = await graphqlClient(agora.gateway, undefined, { byId: true }).ask(SignInDocument, {
    input: credentials,
  });
  const { accessToken } = succeed(signIn, 'SignInSuccess');
  const stream = await fetch(`${agora.gateway}/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ documentId: idOf('OrderUpdates'), variables: { id: placed.order.id } }),
    signal: AbortSignal.timeout(60_000),
  });
  let seen = '';
  for await (const chunk of stream.body ?? []) {
    seen += Buffer.from(chunk).toString();
    if (seen.includes('"CONFIRMED"')) break;
  }
  expect(seen).toContain(`"orderUpdated":{"id":"${placed.order.id}"`);
});

it.each(manifest.operations.map(({ name, id }) => [name, id]))(
  'the gateway knows %s by its id',
  async (_, documentId) => {
    const response = await fetch(agora.gateway, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // A name that is in no document: found and understood, and not run.
      body: JSON.stringify({ documentId, operationName: 'NotThisOne' }),
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] });
  },
);

it('a query is sent with GET by its id, for intermediate caches', async () => {
  const parameters = new URLSearchParams({
    documentId: idOf('ProductPage'),
    variables: JSON.stringify({ slug: 'trail-lamp-200' }),
  });
  const response = await fetch(`${agora.gateway}?${parameters}`, { headers: { 'apollo-require-preflight': 'yes' } });
  expect(await response.json()).toMatchObject({ data: { product: { slug: 'trail-lamp-200' } } });
});
