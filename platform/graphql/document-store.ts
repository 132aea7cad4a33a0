/** Parsed and validated documents for Apollo Server, bounded by the memory that they take. */
import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import type { DocumentNode, Location } from 'graphql';
import { LRUCache } from 'lru-cache';
import { entryBytes, heapBytes, textBytes } from '../process/heap-bytes.ts';

type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>;

/**
 * Replaces Apollo Server's own, which counts a document's JSON: without the tokens behind its locations, comments included,
 * that is up to forty times too little.
 */
export const documentStore = (maxBytes: number): DocumentStore => {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: maxBytes,
    sizeCalculation: (document, key) => heapBytes(document) + textBytes(key) + entryBytes,
  });
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => {
      dropTokens(document);
      documents.set(key, document);
    },
    delete: async (key) => documents.delete(key),
  };
};

/** Error locations are offsets; the tokens of a valid document are never read, and are half of it or more. */
const dropTokens = (document: DocumentNode): void => {
  const left: unknown[] = [document];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inner] of Object.entries(value))
      if (name === 'loc') Object.assign(inner as Location, { startToken: undefined, endToken: undefined });
      else left.push(inner);
  }
};
