import type { ProductId } from '#contracts/ids.ts';
import type { ImportLine } from '../../domain/import/import-document.ts';

export interface ImportBatch {
  /** What the lines come from, the same each time: progress is kept under it. */
  readonly source: string;
  readonly lines: readonly ImportLine[];
  /** The line after the last of these. */
  readonly nextLine: number;
}

export interface ImportProgress {
  readonly nextLine: number;
  /** How many products, categories and attributes were new or changed. */
  readonly changed: number;
  readonly received: number;
}

export interface BatchResult extends ImportProgress {
  /** Of this batch. */
  readonly faults: readonly { readonly line: number; readonly reason: string }[];
}

/** How far the import of a file has come. */
export interface ImportStore {
  /** Whose skus these are. */
  productsOfSkus(skus: readonly string[]): Promise<ReadonlyMap<string, ProductId>>;
  /** Drops the progress of imports that began before then. */
  dropOld(before: Date): Promise<void>;
  /** Notes what a batch did, and gives what the import has done in all. */
  advance(source: string, batch: BatchResult): Promise<ImportProgress>;
}
