import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** Whether a type, as a subgraph names it, satisfies a type condition. */
export type IsOfType = (typename: unknown, condition: string) => boolean;

/** Types of the whole supergraph: what clients do not see (`@inaccessible`) may be needed by a fetch. */
export interface Types {
  readonly isOfType: IsOfType;
  /** An interface stands for a type that its subgraph does not know (`@interfaceObject`). */
  readonly isInterface: (typename: unknown) => boolean;
}

export const typesOf = (supergraphSchema: GraphQLSchema): Types => ({
  isOfType: (typename, condition) => {
    if (typename === condition) return true;
    const abstract = supergraphSchema.getType(condition);
    const type = typeof typename === 'string' ? supergraphSchema.getType(typename) : undefined;
    return (
      isAbstractType(abstract) &&
      (isObjectType(type) || isInterfaceType(type)) &&
      supergraphSchema.isSubType(abstract, type)
    );
  },
  isInterface: (typename) => typeof typename === 'string' && isInterfaceType(supergraphSchema.getType(typename)),
});
