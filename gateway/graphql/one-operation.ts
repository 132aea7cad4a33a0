/**
 * A document with several operations must say which one is meant. The gateway's executor answers 500 where it does not.
 * An empty name says nothing: that is what forms and addresses have for it.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';

export const requireOneOperation: ApolloServerPlugin = {
  requestDidStart: async ({ request: started }) => {
    if (started.operationName === '') delete started.operationName;
    return {
      didResolveOperation: async ({ operation, request }) => {
        if (operation) return;
        throw new GraphQLError(
          request.operationName
            ? 'The document has no operation of the name that is said.'
            : 'The document has several operations: say which one with "operationName".',
          { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } },
        );
      },
    };
  },
};
