import { readFileSync } from 'node:fs';
import { type DocumentNode, parse, print } from 'graphql';
import { expect, it } from 'vitest';
import { documentId } from '#gateway/documents/document-text.ts';
import { Manifest } from '#gateway/documents/manifest.ts';
import * as storefront from '#operations/documents.generated.ts';
import { manifestFile } from '../operations.ts';
import { manifestOf } from './manifest.ts';

const file = (name: string, text: string, client = 'app') => ({ client, file: `operations/${client}/${name}`, text });

const cart = file(
  'cart.graphql',
  `# what is in it
  query Cart { cart { ...Total, ...Lines } }
  mutation Empty { emptyCart { ...Lines } }`,
);
const fragments = file(
  'fragments.graphql',
  'fragment Total on Cart { total } fragment Lines on Cart { lines { ...Line } } fragment Line on CartLine { sku }',
);

it('each operation is an entry of its own, with every fragment that it comes to and no other', () => {
  const { operations } = manifestOf([cart, fragments]);
  expect(operations).toEqual([
    {
      id: documentId(operations[0]?.body ?? ''),
      name: 'Cart',
      type: 'query',
      clientName: 'app',
      body: print(
        parse(`query Cart { cart { ...Total ...Lines } }
          fragment Line on CartLine { sku } fragment Lines on Cart { lines { ...Line } } fragment Total on Cart { total }`),
      ),
    },
    expect.objectContaining({
      name: 'Empty',
      type: 'mutation',
      body: print(
        parse(`mutation Empty { emptyCart { ...Lines } }
          fragment Line on CartLine { sku } fragment Lines on Cart { lines { ...Line } }`),
      ),
    }),
  ]);
});

it('is the same whatever the order of the files, and is what the gateway reads', () => {
  const other = file('me.graphql', 'query Me { me }', 'kiosk');
  const manifest = manifestOf([cart, fragments, other]);
  expect(manifestOf([other, fragments, cart])).toEqual(manifest);
  expect(Manifest.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
});

it('fragments are a client’s own: two clients may call different ones alike', () => {
  const of = (client: string, field: string) =>
    file('a.graphql', `query In${client} { me { ...Me } } fragment Me on User { ${field} }`, client);
  expect(manifestOf([of('app', 'id'), of('kiosk', 'name')]).operations.map(({ body }) => body)).toEqual([
    expect.stringContaining('id'),
    expect.stringContaining('name'),
  ]);
});

it.each([
  ['an operation without a name', [file('a.graphql', '{ me }')], /a\.graphql: an operation has no name/],
  ['a fragment that is nowhere', [cart], /cart\.graphql: there is no fragment Total/],
  ['a fragment that is there twice', [fragments, { ...fragments, file: 'b.graphql' }], /b\.graphql: .* is there twice/],
  ['what is no GraphQL', [file('a.graphql', 'query {')], /Syntax Error/],
])('says where there is %s', (_, files, complaint) => {
  expect(() => manifestOf(files)).toThrow(complaint);
});

it('a typed document prints as it is listed, under the ID that it carries', () => {
  const { operations } = JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest;
  // The default export is no document, but what Apollo Client needs to know of unions and interfaces.
  const { default: _possibleTypes, ...typed } = storefront;
  const documents = Object.values(typed) as (DocumentNode & { __meta__?: { hash: string } })[];
  expect(documents.length).toBeGreaterThan(10);
  for (const document of documents)
    expect(operations.find(({ id }) => id === document.__meta__?.hash)?.body).toBe(print(document));
});
