/** The library's postage needs the price in USD; what a client asks for is its own price all the same. */
import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { World } from './oracle/canned-subgraph.fixture.ts';
import { contender, responseOf } from './oracle/comparison.fixture.ts';
import { noFaults } from './oracle/faults.fixture.ts';
import { library } from './oracle/library.fixture.ts';
import { plannedDocument, requiredWithArguments } from './required-arguments.ts';

const graph = library();
const compiled = await contender(graph, 'compiled');
const ask = async (selection: string, corrupts?: World['corrupts']) => {
  const query = `{ loans(of: "a") { book { ${selection} } } }`;
  const { data, errors } = await responseOf(compiled, {
    query,
    variables: {},
    faults: noFaults,
    ...(corrupts && { corrupts }),
  });
  return { books: (data as { loans: { book: Record<string, unknown> }[] }).loans.map(({ book }) => book), errors };
};

describe('a field that a @requires selects with arguments', () => {
  it('keeps the arguments of the client', async () => {
    const { books: alone } = await ask('price(currency: "CHF") { amount }');
    const { books: beside } = await ask('postage price(currency: "CHF") { amount } insurance');
    expect(beside.map(({ price }) => ({ price }))).toEqual(alone);
    expect(new Set(beside.map((book) => Object.keys(book).join()))).toEqual(new Set(['postage,price,insurance']));
  });

  it('leaves what requires it as it is', async () => {
    const { books: alone } = await ask('postage');
    const { books: beside } = await ask('price(currency: "CHF") { amount } postage');
    expect(beside.map(({ postage }) => ({ postage }))).toEqual(alone);
  });

  it.each([
    ['of a fetch', '{"errors": [{"message": "m"}]}'],
    [
      'of a field',
      '{"data": {"_entities": [{}, {}, {}]}, "errors": [{"message": "m", "path": ["_entities", 0, "price_"]}]}',
    ],
  ])('has the key of the client in the paths of errors %s', async (_, failed) => {
    const { errors } = await ask('price(currency: "CHF") { amount }', (subgraph, answer) =>
      subgraph === 'catalogue' ? failed : answer,
    );
    expect(errors[0]?.path).toEqual(['loans', 0, 'book', 'price']);
  });
});

it('names of supergraphs are found, nested ones too', () => {
  expect([...requiredWithArguments(graph.supergraph)]).toEqual(['price']);
  const supergraph =
    'type T { f: Int @join__field(graph: A, requires: "a { b(c: 1) { d } e } f") g: Int @join__field(graph: A) }';
  expect([...requiredWithArguments(supergraph)]).toEqual(['b']);
});

it('a new name is one that the document does not have', () => {
  const { document, clientKey } = plannedDocument(
    parse('{ price price_: other { cost: price p: price } }'),
    new Set(['price']),
  );
  expect(print(document).replaceAll(/\s+/g, ' ')).toBe('{ price__: price price_: other { cost: price p: price } }');
  expect(['price__', 'price_', 'cost'].map(clientKey)).toEqual(['price', 'price_', 'cost']);
});
