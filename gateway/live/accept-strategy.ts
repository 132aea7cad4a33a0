/** Lets Fastify route by what the client accepts. Whoever accepts JSON as well is answered in JSON, on the route beside. */
import type { FastifyInstance } from 'fastify';
import { answerType, eventStreamType, operationTypes } from '../http/answer-type.ts';

type Strategy = Parameters<FastifyInstance['addConstraintStrategy']>[0];
type Handlers = ReturnType<Strategy['storage']>;

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
  deriveConstraint: ({ headers: { accept } }) =>
    answerType(accept, operationTypes) ? undefined : answerType(accept, [eventStreamType]),
  validate: () => true,
  mustMatchWhenDerived: false,
};
