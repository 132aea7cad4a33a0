import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** Whether a type, as a subgraph names it, satisfies a type condition. */
export type IsOfType = (typename: unknown, condition: string) => boolean;

/** Against the whole supergraph: what clients do not see (`@inaccessible`) may be needed by a fetch. */
export const isOfTypeIn =
  (supergraphSchema: GraphQLSchema): IsOfType =>
  (typename, condition) => {
    if (typename === condition) return true;
    const abstract = supergraphSchema.getType(condition);
    const type = typeof typename === 'string' ? supergraphSchema.getType(typename) : undefined;
    return (
      isAbstractType(abstract) &&
      (isObjectType(type) || isInterfaceType(type)) &&
      supergraphSchema.isSubType(abstract, type)
    );
  };
