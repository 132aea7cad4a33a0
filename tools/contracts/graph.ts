/** What the SDLs of a workspace make together, composed once for all checks. */
import {
  buildSchema,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
} from 'graphql';
import type { SubgraphName } from '#ops/services.ts';
import { apiSchemaOf, type Composed, composeSupergraph } from '../compose/composition.ts';
import { type Workspace, withSdl } from './workspace.ts';

const composed = new WeakMap<Workspace['sources'], Composed>();

export const compositionOf = ({ sources }: Pick<Workspace, 'sources'>): Composed => {
  const known = composed.get(sources) ?? composeSupergraph(sources);
  composed.set(sources, known);
  return known;
};

export interface Graph {
  readonly subgraphs: readonly { readonly name: string; readonly document: DocumentNode }[];
  /** What clients see. */
  readonly api: GraphQLSchema;
  readonly apiSdl: string;
}

const graphs = new WeakMap<Workspace['sources'], Graph>();

/** Throws when the SDLs do not compose: only the check `composition` reports that. */
export const graphOf = (workspace: Pick<Workspace, 'sources'>): Graph => {
  const { sources } = workspace;
  const known = graphs.get(sources);
  if (known) return known;
  const composition = compositionOf(workspace);
  if ('errors' in composition) throw new Error('the SDLs do not compose (see the check "composition")');
  const apiSdl = apiSchemaOf(composition.supergraph);
  const graph = {
    subgraphs: sources.map(({ name, sdl }) => ({ name, document: parse(sdl) })),
    api: buildSchema(apiSdl),
    apiSdl,
  };
  graphs.set(sources, graph);
  return graph;
};

export type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

export const objectsOf = ({ definitions }: DocumentNode): ObjectNode[] =>
  definitions.filter(
    (node): node is ObjectNode => node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION,
  );

export interface Place {
  readonly subgraph: string;
  readonly type: ObjectNode;
  readonly field: FieldDefinitionNode;
  /** `order: Cart.total` */
  readonly at: string;
}

/** Every field of every object type of every subgraph. */
export const fieldsOf = ({ subgraphs }: Graph): Place[] =>
  subgraphs.flatMap(({ name, document }) =>
    objectsOf(document).flatMap((type) =>
      (type.fields ?? []).map((field) => {
        return { subgraph: name, type, field, at: `${name}: ${type.name.value}.${field.name.value}` };
      }),
    ),
  );

export const directiveNames = ({ directives }: Pick<ObjectNode | FieldDefinitionNode, 'directives'>): string[] =>
  (directives ?? []).map(({ name }) => name.value);

export const isEntity = (type: ObjectNode): boolean => directiveNames(type).includes('key');

/** The workspace with another SDL for one subgraph, composed again; nothing is written. */
export const withProposal = (workspace: Workspace, subgraph: SubgraphName, file: string, sdl: string): Workspace => {
  const proposed = withSdl(workspace, subgraph, sdl, file);
  const composition = compositionOf(proposed);
  // Nobody has run `npm run compose` for a proposal, so its supergraph is current by definition.
  return 'errors' in composition ? proposed : { ...proposed, supergraph: composition.supergraph };
};
