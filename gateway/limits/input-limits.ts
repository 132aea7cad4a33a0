/** Bounds of a request's variables and extensions, before anything else reads them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from '../graphql/errors.ts';
import { queryStringOf } from '../http/http-server.ts';
import { type CountedLimit, type Rejections, tooMany } from './rejections.ts';
import type { LimitsConfig } from './variables.ts';

const parts = ['variables', 'extensions'] as const;
type Part = (typeof parts)[number];

const limitOf = {
  variables: { bytes: 'VARIABLES', depth: 'VARIABLES_DEPTH', values: 'VARIABLES_VALUES' },
  extensions: { bytes: 'EXTENSIONS', depth: 'EXTENSIONS_DEPTH', values: 'EXTENSIONS_VALUES' },
} as const satisfies Record<Part, Record<keyof VariablesSize, CountedLimit>>;

/** An HTTP hook before authentication: nothing may read, copy or hash what is beyond these bounds. */
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
  const text = new URLSearchParams(queryStringOf(url)).get(part);
  try {
    return text && JSON.parse(text);
  } catch {
    // Apollo Server reports it.
    return undefined;
  }
};

interface VariablesSize {
  /** Approximately those of its JSON in UTF-8. */
  readonly bytes: number;
  /** 1 for variables that are plain values. */
  readonly depth: number;
  /** Of any kind, including lists and objects: what a reader has to visit. */
  readonly values: number;
}

/** Stops counting once anything exceeds `enough`. A list that is too long is not descended into. */
export const variablesSize = (variables: object, enough: VariablesSize): VariablesSize => {
  let bytes = 2;
  let depth = 0;
  let values = 0;
  // Not recursive: a megabyte of "[[[[" overflows the stack.
  const left: [parent: object, depth: number][] = [[variables, 0]];
  for (let next = left.pop(); next && bytes <= enough.bytes && depth <= enough.depth; next = left.pop()) {
    const [parent, level] = next;
    const isList = Array.isArray(parent);
    const keys = isList ? [] : Object.keys(parent);
    const length = isList ? parent.length : keys.length;
    values += length;
    if (values > enough.values) break;
    if (length > 0) depth = Math.max(depth, level + 1);
    for (const key of keys) bytes += Buffer.byteLength(key) + 3;
    bytes += length;
    for (const value of isList ? parent : Object.values(parent)) {
      if (typeof value === 'string') bytes += Buffer.byteLength(value) + 2;
      else if (typeof value === 'object' && value !== null) {
        bytes += 2;
        left.push([value, level + 1]);
      } else bytes += String(value).length;
    }
  }
  return { bytes, depth, values };
};

/** An HTTP hook before authentication: a batch would bypass every per-operation limit. */
export const refuseBatches = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
  if (Array.isArray(request.body)) await reply.status(400).send(refusal);
};

const refusal = errorBody(
  'BATCHING_NOT_SUPPORTED',
  'The body is a list of operations. Send one operation a request; connections are kept alive and can be used concurrently.',
);
