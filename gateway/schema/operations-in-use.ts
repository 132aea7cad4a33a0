/** Which operations clients send, and how often: those are planned for the next supergraph before it goes live. */
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { entryBytes, heapBytes, textBytes } from '#platform/process/heap-bytes.ts';

export interface OperationInUse {
  /** Of its plan. */
  readonly key: string;
  readonly document: DocumentNode;
  /** As the request said it, where it had to. */
  readonly operationName: string | undefined;
  /** For the log. */
  readonly name: string;
}

export interface OperationsInUse {
  readonly note: (operation: OperationInUse) => void;
  /** The most used first. */
  readonly mostUsed: (atMost: number) => readonly OperationInUse[];
  /** Halves what was counted, so that what was popular last month makes room for what is now. */
  readonly fade: () => void;
}

export const operationsInUse = (maxBytes: number): OperationsInUse => {
  const uses = new LRUCache<string, { readonly operation: OperationInUse; count: number }>({
    maxSize: maxBytes,
    sizeCalculation: (use, key) => heapBytes(use) + textBytes(key) + entryBytes,
  });
  return {
    note: (operation) => {
      const known = uses.get(operation.key);
      if (known) known.count++;
      else uses.set(operation.key, { operation, count: 1 });
    },
    mostUsed: (atMost) =>
      [...uses.values()]
        .sort((a, b) => b.count - a.count)
        .slice(0, atMost)
        .map(({ operation }) => operation),
    fade: () => {
      for (const use of uses.values()) use.count /= 2;
    },
  };
};
