/** The access decisions of the subgraphs' SDLs, as composition passes them on in the supergraph: of the root fields. */
import { type ConstDirectiveNode, Kind, type ObjectTypeDefinitionNode, parse, type TypeDefinitionNode } from 'graphql';
import { type Access, accessDirectives, accessSpecification } from '#platform/graphql/access.ts';
import { directiveArguments, linkedDirective, typeDefinitions } from '../graphql/linked-directives.ts';

export interface RootDecision {
  readonly access: Access;
  /** The one subgraph that resolves the field, and would refuse it. */
  readonly service: string;
}

/** By `Query.field`. */
export type RootDecisions = ReadonlyMap<string, RootDecision>;

/**Only what is certain: a field that several subgraphs resolve is left out, and of several decisions
 * the most generous counts. Empty for a supergraph of somebody else.
 */
export const rootDecisions = (supergraphSdl: string): RootDecisions => {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const reads = accessDirectives.map((access) => ({
    access,
    isOn: linkedDirective(supergraph, accessSpecification, access),
  }));
  const types = typeDefinitions(supergraph);
  const graphs = graphNames(types);
  return new Map(
    types.filter(isRoot).flatMap((type) =>
      (type.fields ?? []).flatMap((field) => {
        const access = reads.find(({ isOn }) => isOn(field.directives))?.access;
        const joins = joinedGraphs(field.directives, 'join__field');
        const [graph, ...others] = joins.length > 0 ? joins : joinedGraphs(type.directives, 'join__type');
        const decision = access && graph && others.length === 0 && { access, service: graphs.get(graph) ?? graph };
        return decision ? [[`${type.name.value}.${field.name.value}`, decision] as const] : [];
      }),
    ),
  );
};

// Composition gives the root types these names, whatever a subgraph calls its own.
const isRoot = (type: TypeDefinitionNode): type is ObjectTypeDefinitionNode =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION && (type.name.value === 'Query' || type.name.value === 'Mutation');

const joinedGraphs = (directives: readonly ConstDirectiveNode[] | undefined, join: string): string[] =>
  (directives ?? [])
    .filter(({ name }) => name.value === join)
    .map((directive) => String(directiveArguments(directive).graph));

/** `ORDER` → `order` */
const graphNames = (types: readonly TypeDefinitionNode[]): ReadonlyMap<string, string> =>
  new Map(
    types
      .flatMap((type) => (type.kind === Kind.ENUM_TYPE_DEFINITION ? (type.values ?? []) : []))
      .flatMap((value) =>
        (value.directives ?? [])
          .filter(({ name }) => name.value === 'join__graph')
          .map((directive) => [value.name.value, String(directiveArguments(directive).name)] as const),
      ),
  );
