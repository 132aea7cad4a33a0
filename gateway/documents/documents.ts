/** Trusted documents and automatic persisted queries, assembled from the gateway's variables. */
import type { FastifyRequest } from 'fastify';
import { Kind, type OperationDefinitionNode, parse, print, visit } from 'graphql';
import type { Viewer } from '#contracts/viewer.ts';
import type { Logger } from '#platform/observability/log.ts';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import type { PeriodicTask } from '#platform/process/periodic.ts';
import type { RedisConnection } from '#platform/redis/client.ts';
import { queryStringOf } from '../http/http-server.ts';
import { clientNameHeader } from '../observability/field-usage.ts';
import { documentList } from './document-list.ts';
import { documentId } from './document-text.ts';
import { type RegisteredDocuments, redisDocuments, registeredDocuments } from './persisted-queries.ts';
import { type Decision, type DocumentParameters, type DocumentRefusal, decideDocument } from './trusted-documents.ts';
import { type DocumentVariables, manifestPlaces, type SupergraphVariables } from './variables.ts';

interface DocumentsKit {
  /** Shares registered documents among gateways. */
  readonly connection: RedisConnection | undefined;
  readonly maxTokens: number;
  /** Of a document's text. */
  readonly maxBytes: number;
  readonly log: Logger;
  readonly metrics: Registry;
}

interface Documents {
  readonly gate: DocumentGate;
  readonly persistedQueries: { readonly cache: RegisteredDocuments } | false;
  readonly refresh: PeriodicTask;
}

export const documents = (variables: DocumentVariables & SupergraphVariables, kit: DocumentsKit): Documents => {
  const { connection, maxTokens, maxBytes, log, metrics } = kit;
  const { TRUSTED_DOCUMENTS: mode, APQ_MAX_BYTES, APQ_TTL_SECONDS: ttlSeconds } = variables;
  const list = documentList({ places: manifestPlaces(variables), maxTokens, log, metrics });
  const tell = unlistedLog({ maxTokens, log });
  return {
    refresh: list.refresh,
    gate: documentGate({
      decide: decideDocument({ mode, exemptRoles: variables.TRUSTED_DOCUMENTS_EXEMPT_ROLES, maxBytes, list }),
      onUnlisted: (text, { headers }) => tell(text, clientName(headers)),
      metrics,
    }),
    // Clients that may register documents need no list of them.
    persistedQueries: variables.APQ === 'on' &&
      mode !== 'require' && {
        cache: registeredDocuments({
          maxBytes: APQ_MAX_BYTES,
          ttlSeconds,
          shared: connection && redisDocuments({ connection, maxBytes: APQ_MAX_BYTES, ttlSeconds }),
          metrics,
        }),
      },
  };
};

/** As Apollo's clients identify themselves. */
const clientName = (headers: Readonly<Record<string, unknown>>): string | undefined => {
  const name = headers[clientNameHeader];
  return typeof name === 'string' ? name.slice(0, 100) : undefined;
};

/** Replaces an id by the document's text. Returns a refusal when it may not be run. */
export type DocumentGate = (request: FastifyRequest, viewer: Viewer) => DocumentRefusal | undefined;

interface DocumentGateOptions {
  readonly decide: (parameters: DocumentParameters | undefined, viewer: Viewer) => Decision;
  /** Called for every unlisted document that is let through. */
  readonly onUnlisted: (text: string, request: FastifyRequest) => void;
  readonly metrics: Registry;
}

const documentGate = ({ decide, onUnlisted, metrics }: DocumentGateOptions): DocumentGate => {
  const documents = new Counter({
    name: 'agora_gateway_documents_total',
    help: 'Requests by how they identify their document, and the decision.',
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

/** From the query string for GET, else from the body. `undefined`: they are ambiguous. */
const parametersOf = (request: FastifyRequest): DocumentParameters | undefined => {
  if (request.method !== 'GET') return isObject(request.body) ? request.body : undefined;
  const search = new URLSearchParams(queryStringOf(request.url));
  if (['query', 'documentId', 'extensions'].some((name) => search.getAll(name).length > 1)) return undefined;
  return {
    query: search.get('query') ?? undefined,
    documentId: search.get('documentId') ?? undefined,
    extensions: parsedExtensions(search),
  };
};

/**
 * Removes the id and the APQ hash: the list has resolved them, and Apollo Server must not look them up or register them
 * again.
 */
const replaceDocument = (request: FastifyRequest, query: string): void => {
  if (request.method === 'GET') {
    const search = new URLSearchParams(queryStringOf(request.url));
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

/** Invalid JSON stays a string, which the decision rejects. */
const parsedExtensions = (search: URLSearchParams): unknown => {
  const text = search.get('extensions');
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return text;
  }
};

// Clients miss tens of documents. Thousands are invented by somebody, and would fill the disk.
const maxLines = 1_000;
// Enough to recognise the document.
const maxCharacters = 2_000;

interface UnlistedLogOptions {
  readonly maxTokens: number;
  readonly log: Logger;
}

/** `client` is the client's self-reported name, if any. */
export const unlistedLog = ({ maxTokens, log }: UnlistedLogOptions) => {
  const logged = new Set<string>();
  return (text: string, client: string | undefined): void => {
    if (logged.size >= maxLines) return;
    const id = documentId(text);
    if (logged.has(id)) return;
    logged.add(id);
    log.warn({ documentId: id, client, ...describe(text, maxTokens) }, 'unlisted document');
    if (logged.size === maxLines) log.warn({ documents: maxLines }, 'further unlisted documents are only counted');
  };
};

/** Without its literals: a document may contain a password. */
const describe = (text: string, maxTokens: number): { operation?: string | undefined; document?: string } => {
  try {
    const document = parse(text, { maxTokens, noLocation: true });
    const operation = document.definitions.find(
      (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
    );
    const shown = visit(document, {
      StringValue: (node) => ({ ...node, value: '…', block: false }),
      IntValue: (node) => ({ ...node, value: '0' }),
      FloatValue: (node) => ({ ...node, value: '0' }),
    });
    return { operation: operation?.name?.value, document: print(shown).slice(0, maxCharacters) };
  } catch {
    return {};
  }
};
