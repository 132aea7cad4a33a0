/** A document with several operations must say which one is meant. The gateway's executor answers 500 where it does not. */
import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';

export const requireOneOperation: ApolloServerPlugin = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation, request }) => {
      if (operation) return;
      throw new GraphQLError(
        request.operationName
          ? `The document has no operation "${request.operationName}".`
          : 'The document has several operations: say which one with "operationName".',
        { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } },
      );
    },
  }),
};
