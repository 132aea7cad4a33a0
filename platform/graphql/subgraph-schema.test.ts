import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { graphql } from 'graphql';
import { expect, it } from 'vitest';
import { guest } from '#contracts/viewer.ts';
import { completeResolvers, subgraphSchema } from './subgraph-schema.ts';

// What the generator makes of a small SDL. That a violation does not compile is what `npm run check` sees here.
type Resolver = (parent: never) => unknown;
interface Resolvers {
  readonly Query?: { readonly cart?: Resolver };
  readonly Cart?: { readonly __resolveReference?: Resolver; readonly id?: Resolver; readonly total?: Resolver };
  readonly Money?: { readonly amount?: Resolver };
}
interface Parents {
  readonly Query: Record<PropertyKey, never>;
  readonly Cart: { readonly id: string };
  readonly Money: { readonly amount: number };
}
const answer = () => 1;

it('takes resolvers that answer each field, with a resolver or with what the parent holds', () => {
  const resolvers = { Query: { cart: answer }, Cart: { total: answer } };
  expect(completeResolvers<Resolvers, Parents>()(resolvers)).toBe(resolvers);
});

it('does not compile where a field is answered by nothing', () => {
  const take = completeResolvers<Resolvers, Parents>();
  // @ts-expect-error Property 'total' is missing
  take({ Query: { cart: answer }, Cart: {} });
  // @ts-expect-error Property 'Cart' is missing
  take({ Query: { cart: answer } });
  // @ts-expect-error Property 'cart' is missing: a query's parent holds nothing, whatever its type lets one ask for
  take({ Query: {}, Cart: { total: answer } });
  const anyOfThem: NonNullable<Resolvers['Cart']> = {};
  // @ts-expect-error the map may have it or not
  take({ Query: { cart: answer }, Cart: anyOfThem });
  type Careless = Omit<Parents, 'Money'> & { readonly Money: { readonly amount?: number } };
  // @ts-expect-error Property 'Money' is missing: a parent that may leave the field out does not answer it
  completeResolvers<Resolvers, Careless>()({ Query: { cart: answer }, Cart: { total: answer } });
  expect(take).toBeTypeOf('function');
});

it('takes instants that exist, and no others', async () => {
  const sdl = path.join(mkdtempSync(path.join(tmpdir(), 'agora-sdl-')), 'schema.graphql');
  writeFileSync(
    sdl,
    `directive @public on FIELD_DEFINITION
     scalar DateTime
     type Query { same(at: DateTime!): DateTime @public }`,
  );
  const schema = subgraphSchema(sdl, { Query: { same: (_: unknown, { at }: { at: Date }) => at } });
  const same = async (at: string) => {
    const asked = await graphql({ schema, source: `{ same(at: "${at}") }`, contextValue: { viewer: guest } });
    return asked.data?.same ?? asked.errors?.[0]?.extensions.code;
  };
  expect(await same('2028-02-29T23:59:59.5+09:00')).toBe('2028-02-29T14:59:59.500Z');
  expect(await same('2026-01-31t12:00:00z')).toBe('2026-01-31T12:00:00.000Z');
  for (const none of ['2027-02-29T00:00:00Z', '2027-02-31T00:00:00Z', '2027-01-01T24:00:00Z', '2027-13-01T00:00:00Z'])
    expect(await same(none)).toBe('BAD_USER_INPUT');
  for (const malformed of ['2027-01-01', '1', '', '2027-01-01T00:00:00'])
    expect(await same(malformed)).toBe('BAD_USER_INPUT');
});
