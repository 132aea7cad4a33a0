/** Parsed and validated documents for Apollo Server, bounded by the memory that they really take. */
import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import type { DocumentNode, Location } from 'graphql';
import { LRUCache } from 'lru-cache';
import { entryBytes, heapBytes, textBytes } from '../process/heap-bytes.ts';

type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>;

/**
 * In place of Apollo Server's own, which counts the JSON of a document: without the tokens that its locations hold, every
 * comment among them, that is up to forty times too little.
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

/** Errors are told their place by offsets; nobody asks for tokens once a document is valid, and they are half of it or more. */
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
