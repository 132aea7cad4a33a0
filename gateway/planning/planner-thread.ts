/** The thread beside the event loop in which documents are planned, one after the other. */
import { parentPort } from 'node:worker_threads';
import { GraphQLError } from 'graphql';
import { planningOfTexts } from './query-planner.ts';

export type ToThread =
  | { readonly supergraph: number; readonly sdl: string }
  | { readonly supergraph: number; readonly document: string; readonly operationName: string | undefined }
  | { readonly forget: number };

export type FromThread =
  /** The document has been taken up: whatever happens from now on is its own fault. */
  | { readonly begun: true }
  /** As JSON. */
  | { readonly plan: string }
  | { readonly refusal: string; readonly code: unknown };

const port = parentPort;
if (!port) throw new Error('this file is the code of a worker thread');
const planners = new Map<number, ReturnType<typeof planningOfTexts>>();
const send = (message: FromThread) => port.postMessage(message);

/** A text that is no supergraph must not end the thread: it plans for others. */
const planningOrFailing = (sdl: string): ReturnType<typeof planningOfTexts> => {
  try {
    return planningOfTexts(sdl);
  } catch (error) {
    return () => {
      throw error;
    };
  }
};

port.on('message', (message: ToThread) => {
  if ('forget' in message) planners.delete(message.forget);
  else if ('sdl' in message) planners.set(message.supergraph, planningOrFailing(message.sdl));
  else {
    send({ begun: true });
    try {
      const plan = planners.get(message.supergraph);
      if (!plan) throw new Error('the supergraph was never sent');
      send({ plan: plan(message.document, message.operationName) });
    } catch (error) {
      const { message: refusal, extensions } = error as Partial<GraphQLError> & Error;
      send({ refusal, code: error instanceof GraphQLError ? extensions?.code : undefined });
    }
  }
});
