/** `__schema` and `__type`, which no subgraph answers: graphql-js executes them over the API schema. */
import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';

/** JSON texts by response name. */
export type Introspect = (variables: Readonly<Record<string, unknown>>) => ReadonlyMap<string, string>;

const nothing: ReadonlyMap<string, string> = new Map();

export const compileIntrospection = (
  schema: GraphQLSchema,
  fields: readonly FieldNode[],
  { variableDefinitions = [] }: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Introspect => {
  if (fields.length === 0) return () => nothing;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.QUERY,
        variableDefinitions,
        selectionSet: { kind: Kind.SELECTION_SET, selections: fields },
      },
      ...fragments.values(),
    ],
  };
  const execute: Introspect = (variableValues) => {
    const { data, errors } = executeSync({ schema, document, rootValue: {}, variableValues });
    if (errors?.[0]) throw errors[0];
    return new Map(Object.entries(data ?? {}).map(([key, value]) => [key, JSON.stringify(value)]));
  };
  if (variableDefinitions.length > 0) return execute;
  let known: ReadonlyMap<string, string> | undefined;
  return (variables) => {
    known ??= execute(variables);
    return known;
  };
};
