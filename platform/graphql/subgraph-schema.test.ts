import { expect, it } from 'vitest';
import { completeResolvers } from './subgraph-schema.ts';

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
