/**
 * The conditions of `@authenticated`, `@requiresScopes` and `@policy` in a supergraph. They come from
 * https://specs.apollo.dev/authenticated, /requiresScopes and /policy, whatever their names in it.
 */
import { type ConstDirectiveNode, type DocumentNode, Kind, parse, print, visit } from 'graphql';
import {
  type DirectiveArguments,
  fieldsOf,
  linkedDirective,
  typeDefinitions,
} from '../graphql/supergraph-directives.ts';

/** Names of which all are needed, in one of several combinations. */
export type Combinations = readonly (readonly string[])[];

export type Condition =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes'; readonly anyOf: Combinations }
  | { readonly kind: 'policies'; readonly anyOf: Combinations };

/** By coordinate (`Type`, `Type.field`): what has to be met, all of it. Those without conditions are absent. */
export type Conditions = ReadonlyMap<string, readonly Condition[]>;

const specifications = {
  authenticated: 'https://specs.apollo.dev/authenticated',
  requiresScopes: 'https://specs.apollo.dev/requiresScopes',
  policy: 'https://specs.apollo.dev/policy',
} as const;

/**
 * The same supergraph for @apollo/gateway, which refuses one that links a specification `for: SECURITY` that it does not
 * enforce. These three are enforced here; any other is still refused.
 */
export const withoutEnforced = (supergraph: string): string => {
  if (!Object.values(specifications).some((specification) => supergraph.includes(specification))) return supergraph;
  const document = visit(parse(supergraph, { noLocation: true }), {
    Directive: (node) => {
      if (node.name.value !== 'link') return undefined;
      const url = node.arguments?.find(({ name }) => name.value === 'url')?.value;
      if (url?.kind !== Kind.STRING || !isEnforced(url.value)) return undefined;
      return { ...node, arguments: node.arguments?.filter(({ name }) => name.value !== 'for') };
    },
  });
  return print(document);
};

// A later version may mean something else, and is refused.
const isEnforced = (url: string): boolean =>
  Object.values(specifications).some((specification) => url === `${specification}/v0.1`);

export const conditionsIn = (supergraph: string): Conditions => {
  const document = parse(supergraph, { noLocation: true });
  const read = directiveReader(document);
  const found = new Map<string, readonly Condition[]>();
  const add = (coordinate: string, directives: Directives) => {
    const conditions = read(directives);
    if (conditions.length > 0) found.set(coordinate, conditions);
  };
  for (const type of typeDefinitions(document)) {
    add(type.name.value, type.directives);
    for (const field of fieldsOf(type)) add(`${type.name.value}.${field.name.value}`, field.directives);
  }
  return found;
};

type Directives = readonly ConstDirectiveNode[] | undefined;

const directiveReader = (document: DocumentNode): ((directives: Directives) => readonly Condition[]) => {
  const authenticated = linkedDirective(document, specifications.authenticated, 'authenticated');
  const scopes = linkedDirective(document, specifications.requiresScopes, 'requiresScopes');
  const policies = linkedDirective(document, specifications.policy, 'policy');
  return (directives) => [
    ...(authenticated(directives) ? [{ kind: 'authenticated' } as const] : []),
    ...combined('scopes', scopes(directives)),
    ...combined('policies', policies(directives)),
  ];
};

const combined = <Kind extends 'scopes' | 'policies'>(kind: Kind, given: DirectiveArguments | undefined) => {
  const anyOf = given?.[kind];
  if (!given) return [];
  if (!isCombinations(anyOf)) throw new Error(`${kind} of an access directive are lists of lists of names`);
  // As Apollo Router has it, an empty list asks for nothing.
  return anyOf.length === 0 ? [] : [{ kind, anyOf }];
};

const isCombinations = (value: unknown): value is Combinations =>
  Array.isArray(value) &&
  value.every((names) => Array.isArray(names) && names.every((name) => typeof name === 'string'));

/**
 * Whether the condition of an interface says no more than those of its implementations together. Composition writes
 * such conditions on interfaces by itself; whoever selects fields of the interface must meet those of all implementations anyway.
 */
export const isDerived = (condition: Condition, implementations: readonly (readonly Condition[])[]): boolean => {
  const same = implementations.flatMap((conditions) => conditions.filter(({ kind }) => kind === condition.kind));
  if (condition.kind === 'authenticated') return same.length > 0;
  const all = same.flatMap((each) => (each.kind === 'authenticated' ? [] : [each.anyOf]));
  return keyOf(conjunction(all)) === keyOf(reduced(condition.anyOf));
};

const conjunction = (all: readonly Combinations[]): Combinations =>
  all.reduce<Combinations>(
    (product, anyOf) => reduced(product.flatMap((names) => anyOf.map((others) => [...names, ...others]))),
    [[]],
  );

/** Without combinations that contain another one. */
const reduced = (anyOf: Combinations): Combinations => {
  const sets = anyOf.map((names) => new Set(names)).toSorted((a, b) => a.size - b.size);
  const kept: Set<string>[] = [];
  for (const set of sets) if (!kept.some((smaller) => [...smaller].every((name) => set.has(name)))) kept.push(set);
  return kept.map((set) => [...set].toSorted());
};

const keyOf = (anyOf: Combinations): string => JSON.stringify(anyOf.map((names) => JSON.stringify(names)).toSorted());
