/** How much of bodies is held at once, from their first byte until they are parsed: an unfinished one costs its sender nothing. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from '../graphql/errors.ts';

const bodyBounds = {
  // 8 KiB: operations of the shop have 1. These are always read, so that nobody who sends large ones keeps others out.
  smallBytes: 8_192,
  // 32 MiB: 128 of the largest at once. A thousand that stop before their end would be all of a container's memory.
  largeTogetherBytes: 33_554_432,
};

/** One that does not say its length may be of `limitBytes`. */
export const boundBodies = (http: FastifyInstance, limitBytes: number, bounds = bodyBounds): void => {
  let held = 0;
  const releases = new WeakMap<FastifyRequest, () => void>();
  const release = (request: FastifyRequest) => {
    releases.get(request)?.();
    releases.delete(request);
  };
  http.addHook('preParsing', async (request, reply) => {
    const bytes = Number(request.headers['content-length'] ?? limitBytes);
    // One that is longer than may be is refused unread.
    if (bytes <= bounds.smallBytes || bytes > limitBytes) return undefined;
    if (held + bytes > bounds.largeTogetherBytes) return refuse(reply);
    held += bytes;
    releases.set(request, () => {
      held -= bytes;
    });
    // Its client may leave before all of it is here.
    reply.raw.once('close', () => release(request));
    return undefined;
  });
  http.addHook('preValidation', async (request) => release(request));
};

// One second: who is slow to send has 30 for it.
const refuse = (reply: FastifyReply) => reply.status(503).header('retry-after', 1).send(overloaded);

const overloaded = errorBody(
  'OVERLOADED',
  'Too many large requests are arriving at the same time. Try again in a second.',
);
