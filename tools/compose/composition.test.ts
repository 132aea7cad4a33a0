import { describe, expect, it } from 'vitest';
import { composeSupergraph, type SubgraphSource } from './composition.ts';

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`;

const source = (name: string, sdl: string): SubgraphSource => ({
  name,
  url: `http://127.0.0.1/${name}`,
  file: `${name}.graphql`,
  sdl: `${federation}\n${sdl}`,
});

const product = source('product', 'type Query { product: Product }\ntype Product @key(fields: "id") { id: ID! }');

describe('composition', () => {
  it('makes a supergraph with the URL of each subgraph', () => {
    const order = source('order', 'type Query { order: ID }\ntype Product @key(fields: "id") { id: ID! sold: Int! }');
    expect(composeSupergraph([product, order])).toMatchObject({
      supergraph: expect.stringContaining('@join__graph(name: "product", url: "http://127.0.0.1/product")'),
      hints: [],
    });
  });

  it('leaves access directives of our own out of the supergraph', () => {
    const guarded = source('user', 'directive @staff on FIELD_DEFINITION\ntype Query { secret: ID @staff }');
    const composed = composeSupergraph([guarded]);
    expect(composed).toHaveProperty('supergraph');
    expect('supergraph' in composed && composed.supergraph).not.toContain('@staff');
  });

  it('reports which composition rule an SDL breaks, and where', () => {
    const broken = source('order', 'type Query { order: ID }\ntype Product @key(fields: "sku") { id: ID! }');
    expect(composeSupergraph([product, broken])).toEqual({
      errors: [
        expect.objectContaining({
          code: 'KEY_INVALID_FIELDS',
          message: expect.stringContaining('[order]'),
          places: ['order.graphql:3'],
        }),
      ],
    });
  });

  it('reports the line of a syntax error in an SDL', () => {
    expect(composeSupergraph([product, source('order', 'type Query {')])).toEqual({
      errors: [expect.objectContaining({ code: 'SYNTAX', places: ['order.graphql:2'] })],
    });
  });

  it('passes on the hints that ask for attention', () => {
    const other = source(
      'order',
      'type Query { order: ID }\n"Another text." type Product @key(fields: "id") { id: ID! }',
    );
    const described = source(
      'product',
      'type Query { product: Product }\n"A text." type Product @key(fields: "id") { id: ID! }',
    );
    expect(composeSupergraph([described, other])).toMatchObject({ hints: [{ code: 'INCONSISTENT_DESCRIPTION' }] });
  });
});
