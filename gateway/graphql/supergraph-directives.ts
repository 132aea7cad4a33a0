/**
 * Reads directives from a supergraph: those of linked specifications (`@cost`, our access decisions), under whatever
 * name they were imported, and the joins.
 */
import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type TypeDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';

type Directives = readonly ConstDirectiveNode[] | undefined;
export type DirectiveArguments = Readonly<Record<string, unknown>>;

/**
 * Reads a directive of `specification` (its URL without the version) from a node. Undefined where the node has none,
 * and everywhere in a supergraph that does not link the specification.
 */
export const linkedDirective = (
  supergraph: DocumentNode,
  specification: string,
  directive: string,
): ((directives: Directives) => DirectiveArguments | undefined) => {
  const link = schemaDirectives(supergraph)
    .filter(({ name }) => name.value === 'link')
    .map(directiveArguments)
    .find(({ url }) => typeof url === 'string' && url.startsWith(`${specification}/v`));
  if (!link) return () => undefined;
  const name = importedName(link, specification, directive);
  return (directives) => {
    const node = directives?.find((candidate) => candidate.name.value === name);
    return node && directiveArguments(node);
  };
};

/** Per https://specs.apollo.dev/link: the imported name, possibly renamed, else prefixed. */
const importedName = (link: DirectiveArguments, specification: string, directive: string): string => {
  const imports = Array.isArray(link.import) ? link.import : [];
  for (const entry of imports) {
    if (entry === `@${directive}`) return directive;
    if (typeof entry === 'object' && entry?.name === `@${directive}` && typeof entry.as === 'string')
      return entry.as.slice(1);
  }
  const own = specification.split('/').at(-1);
  const prefix = typeof link.as === 'string' ? link.as : own;
  // A directive named like its specification has the bare prefix as its name.
  return directive === own ? String(prefix) : `${prefix}__${directive}`;
};

const directiveArguments = (node: DirectiveNode): DirectiveArguments =>
  Object.fromEntries((node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));

export const typeDefinitions = (supergraph: DocumentNode): TypeDefinitionNode[] =>
  supergraph.definitions.filter(
    (node) => 'name' in node && node.kind.endsWith('TypeDefinition'),
  ) as TypeDefinitionNode[];

export const fieldsOf = (type: TypeDefinitionNode): readonly FieldDefinitionNode[] =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION ? (type.fields ?? []) : [];

const schemaDirectives = (supergraph: DocumentNode): readonly ConstDirectiveNode[] =>
  supergraph.definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION ? (node.directives ?? []) : [],
  );

/** The `join__Graph` values that a `@join__…` directive names. */
export const joinedGraphs = (directives: Directives, join: string): string[] =>
  (directives ?? [])
    .filter(({ name }) => name.value === join)
    .map((directive) => String(directiveArguments(directive).graph));

/** Subgraph names by `join__Graph` value: `ORDER` → `order`. */
export const graphNames = (types: readonly TypeDefinitionNode[]): ReadonlyMap<string, string> =>
  new Map(
    types
      .flatMap((type) => (type.kind === Kind.ENUM_TYPE_DEFINITION ? (type.values ?? []) : []))
      .flatMap((value) =>
        (value.directives ?? [])
          .filter(({ name }) => name.value === 'join__graph')
          .map((directive) => [value.name.value, String(directiveArguments(directive).name)] as const),
      ),
  );
