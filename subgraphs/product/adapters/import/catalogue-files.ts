/** A catalogue from a file and into one: what `npm run import-catalogue` and `npm run export-catalogue` do. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ShopSettings } from '#contracts/shop.ts';
import type { PrismaClient } from '#prisma/product/client/client.ts';
import type { ImportLine } from '../../domain/import/import-document.ts';
import { fault } from '../../domain/import/line-faults.ts';
import type { BatchResult, ImportBatch, ImportProgress } from '../../usecases/import/ports.ts';
import { attributeOf } from '../catalogue/catalogue-reads.ts';
import { readCsv, UnusableFile } from './csv.ts';
import { exportDocuments } from './export-documents.ts';
import { readJsonLines } from './json-lines.ts';
import { lineByLine } from './line-by-line.ts';

// 50 lines a transaction: short locks on a shop that is open, and few round trips.
const batchSize = 50;
// 10,000: a file with more is of another kind than it was taken for.
const mostFaults = 10_000;

export interface ImportOptions {
  /** Called after each batch, with the share of the file that has been imported: 0 to 1. */
  readonly onProgress?: (share: number, progress: ImportProgress) => void;
  /** Ends the import after the batch at hand; the next run goes on there. */
  readonly signal?: AbortSignal;
}

export interface ImportResult extends ImportProgress {
  readonly faults: readonly { readonly line: number; readonly reason: string }[];
  /** The line at which this run went on with one that was cut off; 1 for a new one. */
  readonly from: number;
  readonly isComplete: boolean;
}

/** What the use case does with a batch of lines. */
interface Commands {
  importDocuments(batch: ImportBatch): Promise<BatchResult>;
}

export const catalogueFiles = (prisma: PrismaClient, { importDocuments }: Commands, shop: ShopSettings) => ({
  /** Goes on where an earlier run on the same file was cut off. Throws `UnusableFile` for a file that is no catalogue. */
  importFile: async (file: string, { onProgress, signal }: ImportOptions = {}): Promise<ImportResult> => {
    const { source, lineCount } = await survey(file);
    const begun = await begunImport(prisma, source);
    const from = begun?.nextLine ?? 1;
    let progress: ImportProgress = { nextLine: from, changed: begun?.changed ?? 0, received: begun?.received ?? 0 };
    // Kept here as well: another run on the same file drops what is stored when it ends first.
    const faults = new Map(begun?.faults.map(({ line, reason }) => [line, reason]));
    const importBatch = lineByLine(importDocuments);
    for await (const { lines, nextLine } of batches(await read(prisma, file, shop), from, lineCount)) {
      if (signal?.aborted) break;
      const { faults: found, ...done } = await importBatch({ source, lines, nextLine });
      progress = done;
      for (const { line, reason } of found) if (!faults.has(line)) faults.set(line, reason);
      onProgress?.((nextLine - 1) / Math.max(1, lineCount), progress);
      if (faults.size > mostFaults) throw new UnusableFile(`more than ${mostFaults} lines are at fault`);
    }
    const isComplete = !signal?.aborted;
    if (isComplete) {
      await prisma.catalogueImport.deleteMany({ where: { source } });
      // Autovacuum comes a minute later: until then queries would be planned for the tables as they were.
      if (progress.changed > 0) await prisma.$executeRaw`ANALYZE`;
    }
    const listed = [...faults].map(([line, reason]) => ({ line, reason })).sort((a, b) => a.line - b.line);
    return { ...progress, faults: listed, from, isComplete };
  },

  /** Attributes, categories (parents first), products and collections, each as the line of JSON that an import reads. */
  exportLines: () => exportDocuments(prisma),
});

/** How far an earlier run came, and the faults that it found: as of one moment. */
const begunImport = (prisma: PrismaClient, source: string) =>
  prisma.$transaction(
    async (tx) => await tx.catalogueImport.findUnique({ where: { source }, include: { faults: true } }),
    {
      isolationLevel: 'RepeatableRead',
    },
  );

/** What the file is known by, and how many lines it has: one pass over it, which holds nothing of it. */
const survey = async (file: string): Promise<{ source: string; lineCount: number }> => {
  const hash = createHash('sha256');
  let lineCount = 1;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lineCount++;
  }
  return { source: `sha256:${hash.digest('hex')}`, lineCount };
};

const read = async (
  prisma: PrismaClient,
  file: string,
  { language }: ShopSettings,
): Promise<AsyncIterable<ImportLine>> => {
  if (/\.(jsonl|ndjson)$/i.test(file)) return readJsonLines(file);
  if (/\.csv$/i.test(file)) return readCsv(file, (await prisma.attribute.findMany()).map(attributeOf), language);
  throw new UnusableFile('its name ends neither in .csv nor in .jsonl');
};

/**
 * Of the lines from `from` on; each batch knows the line at which the next one begins. What stands in the file already is at fault:
 * of two lines that differ, the import would do one in this run and the other in the next.
 */
const batches = async function* (entries: AsyncIterable<ImportLine>, from: number, lineCount: number) {
  // Names alone: some 100 bytes a line.
  const firsts = new Map<string, number>();
  let lines: ImportLine[] = [];
  let isEmpty = true;
  for await (const entry of entries) {
    isEmpty = false;
    const name = nameOf(entry);
    const first = name && firsts.get(name);
    if (name && !first) firsts.set(name, entry.line);
    if (entry.line < from) continue;
    if (lines.length === batchSize) {
      yield { lines, nextLine: entry.line };
      lines = [];
    }
    lines.push(first ? fault(entry.line, [`${name} stands in line ${first} already`]) : entry);
  }
  if (isEmpty) throw new UnusableFile('there is nothing in it to import');
  yield { lines, nextLine: lineCount + 1 };
};

const nameOf = (entry: ImportLine): string | undefined => {
  if (entry.kind === 'fault') return undefined;
  return `${entry.kind} ${entry.kind === 'attribute' ? entry.document.code : entry.document.slug}`;
};
