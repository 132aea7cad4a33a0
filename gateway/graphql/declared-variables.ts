/**
 * Variables that the operation does not declare mean nothing, as the specification has it; and nobody is to read, copy or
 * send on what means nothing. The first of the plugins: those behind it, and the executor, see what is left.
 */
import type { ApolloServerPlugin } from '@apollo/server';

export const keepDeclaredVariables: ApolloServerPlugin = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation, request }) => {
      const sent = request.variables;
      if (!operation || !sent) return;
      const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
      request.variables = Object.fromEntries(
        declared.filter((name) => Object.hasOwn(sent, name)).map((name) => [name, sent[name]]),
      );
    },
  }),
};
