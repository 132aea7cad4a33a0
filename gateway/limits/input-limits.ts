/** Bounds of what a request sends beside its document: variables and extensions, before anything else reads them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from '../graphql/errors.ts';
import { searchOf } from '../http/request-target.ts';
import { type CountedLimit, type Rejections, tooMany } from './rejections.ts';
import type { LimitsConfig } from './variables.ts';
import { type VariablesSize, variablesSize } from './variables-size.ts';

const parts = ['variables', 'extensions'] as const;
type Part = (typeof parts)[number];

const limitOf = {
  variables: { bytes: 'VARIABLES', depth: 'VARIABLES_DEPTH', values: 'VARIABLES_VALUES' },
  extensions: { bytes: 'EXTENSIONS', depth: 'EXTENSIONS_DEPTH', values: 'EXTENSIONS_VALUES' },
} as const satisfies Record<Part, Record<keyof VariablesSize, CountedLimit>>;

/**
 * A hook of the HTTP server, before anybody is identified: Apollo Server runs all of its plugins on an operation although
 * the first has refused it.
 */
export const inputGate = (config: LimitsConfig, { record }: Rejections) => {
  const most: VariablesSize = {
    bytes: config.LIMIT_VARIABLES_BYTES,
    depth: config.LIMIT_VARIABLES_DEPTH,
    values: config.LIMIT_VARIABLES_VALUES,
  };
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    for (const part of parts) {
      const sent = sentAs(request, part);
      if (typeof sent !== 'object' || sent === null) continue;
      const size = variablesSize(sent, most);
      const beyond = (['values', 'bytes', 'depth'] as const).find((measure) => size[measure] > most[measure]);
      if (!beyond) continue;
      const limit = limitOf[part][beyond];
      const refusal = record(limit, tooMany(limit, size[beyond], most[beyond]), { path: request.routeOptions.url });
      if (refusal) return reply.status(400).send(errorBody(`${limit}_LIMIT_EXCEEDED`, refusal.message));
    }
    return undefined;
  };
};

const sentAs = ({ method, url, body }: FastifyRequest, part: Part): unknown => {
  if (method !== 'GET') return typeof body === 'object' && body !== null && (body as Record<string, unknown>)[part];
  // By its decoded name, as Apollo Server reads it.
  const text = new URLSearchParams(searchOf(url)).get(part);
  try {
    return text && JSON.parse(text);
  } catch {
    // Apollo Server says so.
    return undefined;
  }
};
