/**
 * Documents that clients registered (automatic persisted queries), by their hash: near at hand in this process, and in
 * Redis for the other gateways. Both are bounded in bytes: anybody may register, and that Redis is the queue's as well.
 */
import { LRUCache } from 'lru-cache';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import { entryBytes, textBytes } from '#platform/process/heap-bytes.ts';
import type { RedisDocuments } from './redis-documents.ts';

/** As Apollo Server wants its caches. */
export interface RegisteredDocuments {
  get(key: string): Promise<string | undefined>;
  set(key: string, document: string): Promise<void>;
  delete(key: string): Promise<boolean>;
}

export interface RegisteredDocumentsOptions {
  readonly maxBytes: number;
  readonly ttlSeconds: number;
  /** What all gateways have registered; without it each process knows its own. */
  readonly shared: RedisDocuments | undefined;
  readonly metrics: Registry;
}

/** For Apollo Server's `persistedQueries`, which checks the hash and sets only documents that are valid. */
export const registeredDocuments = (options: RegisteredDocumentsOptions): RegisteredDocuments => {
  const { maxBytes, ttlSeconds, shared, metrics } = options;
  const near = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (document, key) => textBytes(document) + textBytes(key) + entryBytes,
    ttl: ttlSeconds * 1000,
  });
  const requests = new Counter({
    name: 'agora_gateway_apq_total',
    help: 'Automatic persisted queries: hashes that were known, hashes that were not, and documents registered.',
    labelNames: ['outcome'],
    registers: [metrics],
  });

  return {
    get: async (key) => {
      const document = near.get(key) ?? (await shared?.get(key));
      if (document !== undefined) near.set(key, document);
      requests.inc({ outcome: document === undefined ? 'miss' : 'hit' });
      return document;
    },
    set: async (key, document) => {
      near.set(key, document);
      requests.inc({ outcome: 'registered' });
      await shared?.add(key, document);
    },
    delete: async (key) => near.delete(key),
  };
};
