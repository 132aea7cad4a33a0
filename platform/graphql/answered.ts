/** Whether each field of an SDL is answered by something: told by the compiler, because GraphQL itself says null. */

/** A scalar stands among the resolvers too, and has none. */
type Fields<T> = T extends { readonly serialize: unknown } ? never : Exclude<keyof T, `__${string}`>;
/** An optional property may be left out, and the field would be null without a word. */
type Certain<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];
/** Of `Query` and `Mutation` anything can be asked, and nothing is there. */
type Held<Parent> = string extends keyof Parent ? never : Certain<Parent>;
type Unanswered<All, Parent, Given> = Exclude<Fields<All>, Held<Parent> | Certain<Given>>;

type At<T, K> = K extends keyof T ? NonNullable<T[K]> : object;

/** The compiler's words: `Property 'rating' is missing in type … but required in type 'Record<"rating", unknown>'`. */
type Missing<All, Parents, Given> = {
  [T in keyof All as Unanswered<At<All, T>, At<Parents, T>, At<Given, T>> extends never ? never : T]-?: Record<
    Unanswered<At<All, T>, At<Parents, T>, At<Given, T>>,
    unknown
  >;
};

/**
 * The resolvers of a subgraph, when each field of its SDL has a resolver or is a property of what its parent resolves to.
 * `All` and `Parents` are the generated `Resolvers` and `ResolversParentTypes`. Maps of resolvers are written with
 * `satisfies`, this one too: one that is declared as `OrderResolvers` does not say which of them it has.
 */
export const completeResolvers =
  <All extends object, Parents>() =>
  <Given extends All>(resolvers: Given & Missing<All, Parents, Given>): Given =>
    resolvers;
