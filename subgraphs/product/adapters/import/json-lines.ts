/** A catalogue as JSON Lines: each line `{"product": …}`, `{"category": …}`, `{"attribute": …}` or `{"collection": …}`. */
import { createReadStream } from 'node:fs';
import type { z } from 'zod';
import { plainly } from '../../domain/catalogue/plain-faults.ts';
import {
  AttributeDocument,
  CategoryDocument,
  CollectionDocument,
  type ImportLine,
  ProductDocument,
} from '../../domain/import/import-document.ts';
import { lineFaults } from '../../domain/import/line-faults.ts';

// 1 MB: a product with a hundred variants in both languages has a tenth of it; a file without line ends must not fill the memory.
export const longestLine = 1_000_000;
const newline = 10;

/** Reads no more of the file than it is asked for. Lines count from 1; empty ones are passed over. */
export const readJsonLines = async function* (file: string): AsyncGenerator<ImportLine> {
  let number = 0;
  for await (const line of linesOf(file)) {
    number++;
    if (line === 'too long') yield { line: number, kind: 'fault', reason: `is longer than ${longestLine} bytes` };
    else {
      const parsed = parseLine(line, number);
      if (parsed) yield parsed;
    }
  }
};

const linesOf = async function* (file: string): AsyncGenerator<Buffer | 'too long'> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = () => {
    const line = length > longestLine ? 'too long' : Buffer.concat(parts);
    [parts, length] = [[], 0];
    return line;
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      parts.push(chunk.subarray(start, end));
      length += end - start;
      start = end + 1;
      yield take();
    }
    length += chunk.length - start;
    if (length <= longestLine) parts.push(chunk.subarray(start));
    else parts = [];
  }
  if (length > 0) yield take();
};

const kinds = {
  product: ProductDocument,
  category: CategoryDocument,
  attribute: AttributeDocument,
  collection: CollectionDocument,
} as const;
type Kind = keyof typeof kinds;

const parseLine = (line: Buffer, number: number): ImportLine | undefined => {
  const fault = (reason: string): ImportLine => ({ line: number, kind: 'fault', reason });
  const text = decode(line);
  if (text === undefined) return fault('is not UTF-8');
  // A byte order mark, and the carriage return of Windows.
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    return fault('is not JSON');
  }
  const [[kind, given] = ['', undefined], ...more] = Object.entries(Object(value));
  if (!(kind in kinds) || more.length > 0)
    return fault('is not one of {"product": …}, {"category": …}, {"attribute": …}, {"collection": …}');
  const parsed = (kinds[kind as Kind] as z.ZodType).safeParse(given, { error: plainly });
  if (parsed.success) return { line: number, kind, document: parsed.data } as ImportLine;
  return lineFaults({ line: number }, parsed.error.issues, kind)[0];
};

const decode = (bytes: Buffer): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
