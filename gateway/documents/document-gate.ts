/** The decision about a request's document, carried out: what follows on the route sees the document's text and no id. */
import type { FastifyRequest } from 'fastify';
import type { Viewer } from '#contracts/viewer.ts';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import { searchOf } from '../http/request-target.ts';
import type { Decision, DocumentParameters, DocumentRefusal } from './trusted-documents.ts';

/** Puts the document that is meant in its place. Gives a refusal when it may not be run. */
export type DocumentGate = (request: FastifyRequest, viewer: Viewer) => DocumentRefusal | undefined;

export interface DocumentGateOptions {
  readonly decide: (parameters: DocumentParameters | undefined, viewer: Viewer) => Decision;
  /** Hears of every text that is not in the list and passes all the same. */
  readonly onUnlisted: (text: string, request: FastifyRequest) => void;
  readonly metrics: Registry;
}

export const documentGate = ({ decide, onUnlisted, metrics }: DocumentGateOptions): DocumentGate => {
  const documents = new Counter({
    name: 'agora_gateway_documents_total',
    help: 'Requests by how they named their document, and what was decided.',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  return (request, viewer) => {
    const parameters = parametersOf(request);
    const decision = decide(parameters, viewer);
    if (decision.outcome === 'refused') {
      documents.inc({ outcome: decision.refusal.code.toLowerCase() });
      return decision.refusal;
    }
    documents.inc({ outcome: decision.outcome });
    if (decision.outcome === 'unlisted') onUnlisted(String(parameters?.query), request);
    if ('query' in decision) replaceDocument(request, decision.query);
    return undefined;
  };
};

type Body = Record<string, unknown>;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The address's own for GET, the body's for everything else. `undefined`: there is no single reading of them. */
const parametersOf = (request: FastifyRequest): DocumentParameters | undefined => {
  if (request.method !== 'GET') return isObject(request.body) ? request.body : undefined;
  const search = new URLSearchParams(searchOf(request.url));
  if (['query', 'documentId', 'extensions'].some((name) => search.getAll(name).length > 1)) return undefined;
  return {
    query: search.get('query') ?? undefined,
    documentId: search.get('documentId') ?? undefined,
    extensions: parsedExtensions(search),
  };
};

/** The id goes, and the promise of a hash: the list has answered it, and nobody is to look it up or register it again. */
const replaceDocument = (request: FastifyRequest, query: string): void => {
  if (request.method === 'GET') {
    const search = new URLSearchParams(searchOf(request.url));
    const extensions = parsedExtensions(search);
    search.delete('documentId');
    search.set('query', query);
    if (isObject(extensions)) search.set('extensions', JSON.stringify(withoutHash(extensions)));
    request.raw.url = `${request.url.split('?', 1)[0]}?${search}`;
  } else {
    const { documentId: _, extensions, ...rest } = request.body as Body;
    request.body = { ...rest, query, ...(isObject(extensions) && { extensions: withoutHash(extensions) }) };
  }
};

const withoutHash = ({ persistedQuery: _, ...rest }: Body): Body => rest;

/** Text that is no JSON stays what it is: no object, as the decision will find. */
const parsedExtensions = (search: URLSearchParams): unknown => {
  const text = search.get('extensions');
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return text;
  }
};
