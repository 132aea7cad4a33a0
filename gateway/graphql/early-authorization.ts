/**
 * Answers operations that the viewer may not run at all as the subgraphs would, without calling them. Uncertain cases
 * are left to the subgraphs, which enforce the same decisions.
 */
import {
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type ObjectTypeDefinitionNode,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  type TypeDefinitionNode,
} from 'graphql';
import { isPermission } from '#contracts/permissions.ts';
import type { Viewer } from '#contracts/viewer.ts';
import {
  type Access,
  accessDirectives,
  accessOf,
  accessSpecification,
  isAllowed,
  refusal,
} from '#platform/graphql/access.ts';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import type { Step } from './steps.ts';
import { graphNames, joinedGraphs, linkedDirective, typeDefinitions } from './supergraph-directives.ts';

export const earlyAuthorization = (
  { AUTHENTICATION }: { readonly AUTHENTICATION: 'on' | 'off' },
  metrics: Registry,
): Step => {
  // Then only the subgraphs know the viewer.
  if (AUTHENTICATION === 'off') return {};
  const refused = new Counter({
    name: 'agora_gateway_early_denials_total',
    help: 'Operations denied without calling a subgraph.',
    registers: [metrics],
  });
  const decisionsOf = new WeakMap<GraphQLSchema, RootDecisions>();
  return {
    schemaLoaded: ({ apiSchema, coreSupergraphSdl }) => {
      if (coreSupergraphSdl) decisionsOf.set(apiSchema, rootDecisions(coreSupergraphSdl));
    },
    instead: ({ schema, document, operation, contextValue }) => {
      const decisions = decisionsOf.get(schema);
      const refusal = decisions && deniedResponse({ schema, document, operation, decisions }, contextValue.viewer);
      if (refusal) refused.inc();
      return refusal;
    },
  };
};

interface RequestedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly decisions: RootDecisions;
}

interface DeniedResponse {
  readonly data: Record<string, null> | null;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Undefined as soon as any part of the operation may be allowed. */
export const deniedResponse = (
  { schema, document, operation, decisions }: RequestedOperation,
  viewer: Viewer,
): DeniedResponse | undefined => {
  const root = schema.getRootType(operation.operation);
  const fields = root && rootFields(document, operation);
  if (!fields) return undefined;
  const errors: GraphQLFormattedError[] = [];
  for (const [key, { name }] of fields) {
    const coordinate = `${root.name}.${name.value}`;
    const decision = decisions.get(coordinate);
    if (!decision || isAllowed(decision.access, viewer)) return undefined;
    // Which of several errors wins when one of them nulls the whole response is up to the executor.
    const emptiesAll = isNonNullType(root.getFields()[name.value]?.type);
    if (emptiesAll && fields.size > 1) return undefined;
    const { message, extensions } = refusal(viewer, coordinate, decision.access);
    const error = { message, path: [key], extensions: { code: extensions.code, service: decision.service } };
    if (emptiesAll) return { data: null, errors: [error] };
    errors.push(error);
  }
  return { data: Object.fromEntries([...fields.keys()].map((key) => [key, null])), errors };
};

/** By response name, with fragments inlined. Undefined where `@skip`, `@include` or another directive decides. */
const rootFields = (document: DocumentNode, operation: OperationDefinitionNode): Map<string, FieldNode> | undefined => {
  const found = new Map<string, FieldNode>();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): boolean =>
    selections.every((node) => {
      if (node.directives?.length) return false;
      if (node.kind === Kind.INLINE_FRAGMENT) return collect(node.selectionSet);
      if (node.kind === Kind.FIELD) {
        found.set(node.alias?.value ?? node.name.value, node);
        return true;
      }
      if (spread.has(node.name.value)) return true;
      spread.add(node.name.value);
      const fragment = document.definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === node.name.value,
      );
      return fragment?.kind === Kind.FRAGMENT_DEFINITION && !fragment.directives?.length
        ? collect(fragment.selectionSet)
        : false;
    });
  return collect(operation.selectionSet) ? found : undefined;
};

interface RootDecision {
  readonly access: Access;
  /** The one subgraph that resolves the field. */
  readonly service: string;
}

type RootDecisions = ReadonlyMap<string, RootDecision>;

/**
 * The access decisions on root fields, as composition carries them into the supergraph. Only certain ones: fields that
 * several subgraphs resolve are left out, and the most permissive of several decisions wins. Empty for a foreign supergraph.
 */
export const rootDecisions = (supergraphSdl: string): RootDecisions => {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const directives = accessDirectives.map((name) => ({
    name,
    argumentsOn: linkedDirective(supergraph, accessSpecification, name),
  }));
  /** Undefined also for a permission of another release: then the subgraph decides. */
  const accessOn = (field: FieldDefinitionNode): Access | undefined => {
    for (const { name, argumentsOn } of directives) {
      const given = argumentsOn(field.directives);
      if (given) return name === 'permission' && !isPermission(String(given.name)) ? undefined : accessOf(name, given);
    }
    return undefined;
  };
  const types = typeDefinitions(supergraph);
  const graphs = graphNames(types);
  return new Map(
    types.filter(isRoot).flatMap((type) =>
      (type.fields ?? []).flatMap((field) => {
        const access = accessOn(field);
        const joins = joinedGraphs(field.directives, 'join__field');
        const [graph, ...others] = joins.length > 0 ? joins : joinedGraphs(type.directives, 'join__type');
        const decision = access && graph && others.length === 0 && { access, service: graphs.get(graph) ?? graph };
        return decision ? [[`${type.name.value}.${field.name.value}`, decision] as const] : [];
      }),
    ),
  );
};

// Composition uses these root type names whatever the subgraphs call theirs.
const isRoot = (type: TypeDefinitionNode): type is ObjectTypeDefinitionNode =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION && (type.name.value === 'Query' || type.name.value === 'Mutation');
