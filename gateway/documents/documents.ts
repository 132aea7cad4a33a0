/** Trusted documents and automatic persisted queries, put together from the gateway's variables. */
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import type { PeriodicTask } from '#platform/process/periodic.ts';
import type { RedisConnection } from '#platform/redis/redis.ts';
import { type DocumentGate, documentGate } from './document-gate.ts';
import { documentList } from './document-list.ts';
import { redisDocuments } from './redis-documents.ts';
import { type RegisteredDocuments, registeredDocuments } from './registered-documents.ts';
import { decideDocument } from './trusted-documents.ts';
import { unlistedLog } from './unlisted-log.ts';
import { type DocumentVariables, manifestPlaces, type SupergraphVariables } from './variables.ts';

export interface DocumentsKit {
  /** Where registered documents are shared among gateways. */
  readonly connection: RedisConnection | undefined;
  readonly maxTokens: number;
  /** Of a document's text. */
  readonly maxBytes: number;
  readonly log: Logger;
  readonly metrics: Registry;
}

export interface Documents {
  readonly gate: DocumentGate;
  /** For Apollo Server. */
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
    // Whoever may register documents needs no list of them.
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

/** As Apollo's clients call themselves. */
const clientName = (headers: Readonly<Record<string, unknown>>): string | undefined => {
  const name = headers['apollographql-client-name'];
  return typeof name === 'string' ? name.slice(0, 100) : undefined;
};
