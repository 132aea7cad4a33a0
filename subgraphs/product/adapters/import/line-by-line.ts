/** What fails of a batch, with the line that it failed at. */
import { sqlStateOf } from '#platform/database/transaction.ts';
import { retryableError } from '#platform/resilience/retryable-error.ts';
import type { ImportLine, LineFault } from '../../domain/import/import-document.ts';
import type { BatchResult, ImportBatch } from '../../usecases/import/ports.ts';

type Import = (batch: ImportBatch) => Promise<BatchResult>;

// As a batch does them: a line may name what another one of its batch brings.
const order: readonly ImportLine['kind'][] = ['fault', 'attribute', 'category', 'product', 'collection'];

/**
 * Imports a batch; when that fails, each of its lines by itself. A line whose data the database refuses is at fault, and the
 * others are imported. Any other failure is thrown with its line, but for an outage, which is no line's.
 */
export const lineByLine =
  (importDocuments: Import): Import =>
  async (batch) => {
    try {
      return await importDocuments(batch);
    } catch (error) {
      if (retryableError(error)) throw error;
      return await importEach(importDocuments, batch);
    }
  };

const importEach = async (importDocuments: Import, { source, lines, nextLine }: ImportBatch): Promise<BatchResult> => {
  const faults: BatchResult['faults'][number][] = [];
  const refused: LineFault[] = [];
  for (const one of lines.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
    try {
      // Whoever is killed here begins this batch again.
      const done = await importDocuments({ source, lines: [one], nextLine: lines[0]?.line ?? nextLine });
      faults.push(...done.faults);
    } catch (error) {
      if (retryableError(error)) throw error;
      if (!isRefusal(error)) throw new Error(`line ${one.line}: ${lastLine(error)}`, { cause: error });
      refused.push({ line: one.line, kind: 'fault', reason: `is refused by the database: ${lastLine(error)}` });
    }
  }
  const done = await importDocuments({ source, lines: refused, nextLine });
  return { ...done, faults: [...faults, ...done.faults] };
};

/** SQLSTATE classes of what is wrong with data: rows that meet twice, values out of range, constraints. */
const isRefusal = (error: unknown): boolean => error instanceof Error && /^2[123]/.test(sqlStateOf(error));

/** Prisma shows the code that called it first, and what happened last. */
const lastLine = (error: unknown): string => {
  const text = error instanceof Error ? error.message.trim() || error.constructor.name : String(error);
  return text.split('\n').at(-1) ?? text;
};
