/** Lets Fastify route by what the client accepts. Whoever accepts JSON as well is answered in JSON, on the route beside. */
import type { FastifyInstance } from 'fastify';

type Strategy = Parameters<FastifyInstance['addConstraintStrategy']>[0];
type Handlers = ReturnType<Strategy['storage']>;

export const eventStreamType = 'text/event-stream';

/** For routes with `constraints: { accept: eventStreamType }`. */
export const acceptStrategy: Strategy = {
  name: 'accept',
  storage: () => {
    const handlers = new Map<unknown, ReturnType<Handlers['get']>>();
    return {
      get: (type) => handlers.get(type) ?? null,
      set: (type, handler) => void handlers.set(type, handler),
    };
  },
  deriveConstraint: ({ headers }) => (headers.accept?.trim() === eventStreamType ? eventStreamType : undefined),
  validate: () => true,
  mustMatchWhenDerived: false,
};
