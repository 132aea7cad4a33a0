/** The graph as the rules look at it: each subgraph's SDL, and what clients see of them together. */
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
import { composeSupergraph, type SubgraphSource } from '../../compose/composition.ts';
import { apiSchemaOf } from '../../generate/api-schema.ts';
import type { Finding } from '../check.ts';

export interface Graph {
  readonly subgraphs: readonly { readonly name: string; readonly document: DocumentNode }[];
  readonly api: GraphQLSchema;
}

/** Says what breaks it, each with the way out that is its own. */
export type Rule = (graph: Graph) => Finding[];

export const graphOf = (sources: readonly SubgraphSource[]): Graph => {
  const composed = composeSupergraph(sources);
  if ('errors' in composed) throw new Error(composed.errors.map(({ message }) => message).join('\n'));
  return {
    subgraphs: sources.map(({ name, sdl }) => ({ name, document: parse(sdl) })),
    api: buildSchema(apiSchemaOf(composed.supergraph)),
  };
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
      (type.fields ?? []).map((field) => ({
        subgraph: name,
        type,
        field,
        at: `${name}: ${type.name.value}.${field.name.value}`,
      })),
    ),
  );

type Directed = Pick<ObjectNode, 'directives'> | Pick<FieldDefinitionNode, 'directives'>;

export const directiveNames = ({ directives }: Directed): string[] => (directives ?? []).map(({ name }) => name.value);

export const isEntity = (type: ObjectNode): boolean => directiveNames(type).includes('key');
