/**
 * `npm run import-catalogue -- <file>` and `npm run export-catalogue -- <file>`: products in bulk, from and into files. Needs
 * production dependencies only: the service image runs it.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { ShopSettings } from '#contracts/shop.ts';
import { parseConfig } from '#platform/config/config.ts';
import { shopSettings, shopVariables } from '#platform/config/shop.ts';
import { findDatabase } from './addresses.ts';
import { readEnvFile } from './env-file.ts';
import { databaseNames, subgraphs } from './services.ts';

const help = `usage: npm run import-catalogue -- <file.csv | file.jsonl> [--rejects FILE]
       npm run export-catalogue -- <file.jsonl>
  Imports what is new or changed and leaves the rest alone. A line that is at fault is listed with its number and reason, and the
  others are imported. After Ctrl-C or a kill, the same command goes on where it was, for 30 days. What is exported can be imported.
  A product, category, attribute or collection stands in a file once. The variants of a product take the order of the file when it
  names them all; else they stay as they are, and new ones come last.

  JSON Lines: each line {"product": …}, {"category": …}, {"attribute": …} or {"collection": …}, as the export writes them; prices in
  minor units. A picture is {"url": "https://…", "alt": {"en": …}}; one that was uploaded is {"file": …}, which only the shop has
  that it was uploaded to.
  CSV (UTF-8): a row per variant; the rows of a product stand together and repeat its slug; an empty cell leaves what is there.
    slug, status, category, brand, tax_class, title.en, description.en, seo_title.en, seo_description.en (and .ko),
    attribute.<code>, attribute.<code>.ko, sku, variant_title.en, option.<code>, price.EUR (12.90; USD, GBP, KRW),
    weight_grams, requires_shipping, stock_policy, low_stock_threshold, is_archived, initial_stock
  The catalogue is found by PRODUCT_DATABASE_URL (or the file that PRODUCT_DATABASE_URL_FILE names); where neither is set, it is
  that of npm start.
  --rejects FILE   writes the lines at fault there as well, as CSV: line,reason
  --data DIR       whose database, when the environment names none (.data)
  exit code: 0 all lines done, 1 some lines at fault, cut off, or wrong arguments, 2 the database or the file cannot be used`;

/** A mistake in the arguments. */
class Misuse extends Error {}

interface Fault {
  readonly line: number;
  readonly reason: string;
}

/** What the module that a descriptor names as `catalogue` gives. */
interface Catalogue {
  importFile(
    file: string,
    options: { onProgress: (share: number, progress: { changed: number }) => void; signal: AbortSignal },
  ): Promise<{ changed: number; received: number; from: number; isComplete: boolean; faults: readonly Fault[] }>;
  exportLines(): AsyncIterable<object>;
  close(): Promise<void>;
}

const shop = (): ShopSettings => {
  const parsed = parseConfig(z.object(shopVariables), process.env);
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  return shopSettings(parsed.config);
};

const openCatalogue = async (dataDir: string): Promise<Catalogue> => {
  const keeper = subgraphs.find(({ catalogue }) => catalogue);
  const database = databaseNames.find((name) => name === keeper?.name);
  if (!keeper?.catalogue || !database) throw new Error('no service keeps a catalogue');
  const module = (await import(path.resolve(import.meta.dirname, '..', keeper.catalogue))) as {
    catalogue: (databaseUrl: string, shop: ShopSettings) => Catalogue;
  };
  return module.catalogue(await findDatabase(process.env, dataDir, database), shop());
};

const barWidth = 30;
const bar = (share: number): string => {
  const done = Math.round(share * barWidth);
  return `[${'#'.repeat(done)}${' '.repeat(barWidth - done)}] ${Math.floor(share * 100)} %`;
};

/** A bar that moves on a terminal; elsewhere a line for every tenth. */
const progressBar = () => {
  let tenth = 0;
  return (share: number, { changed }: { changed: number }): void => {
    const text = `${bar(share)}  ${changed} new or changed`;
    if (process.stderr.isTTY) process.stderr.write(`\r${text}${share === 1 ? '\n' : ''}`);
    else if (Math.floor(share * 10) > tenth) {
      tenth = Math.floor(share * 10);
      process.stderr.write(`${text}\n`);
    }
  };
};

const writeRejects = async (file: string, faults: readonly Fault[]): Promise<void> => {
  const out = createWriteStream(file);
  out.write('line,reason\n');
  for (const { line, reason } of faults) out.write(`${line},"${reason.replaceAll('"', '""')}"\n`);
  out.end();
  await finished(out);
};

const importFile = async (catalogue: Catalogue, file: string, rejects: string | undefined): Promise<void> => {
  const cutOff = new AbortController();
  // The batch at hand is finished: a second Ctrl-C ends at once, and loses no more than that batch.
  process.once('SIGINT', () => cutOff.abort()).once('SIGTERM', () => cutOff.abort());
  const result = await catalogue.importFile(file, { onProgress: progressBar(), signal: cutOff.signal });
  const { changed, received, from, isComplete, faults } = result;
  for (const { line, reason } of faults) console.log(`line ${line}: ${reason}`);
  if (rejects) await writeRejects(rejects, faults);
  if (from > 1) console.log(`went on at line ${from}, where an earlier run was cut off`);
  console.log(`${changed} new or changed, ${received} initial stocks received, ${faults.length} lines at fault`);
  if (!isComplete) console.log('cut off: the same command goes on from here');
  if (!isComplete || faults.length > 0) process.exitCode = 1;
};

const exportFile = async (catalogue: Catalogue, file: string): Promise<void> => {
  // Opened here: a folder that does not exist is a fault of this command, and not of a stream that nobody waits for.
  const out = (await open(file, 'w')).createWriteStream();
  let count = 0;
  for await (const line of catalogue.exportLines()) {
    if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain');
    if (++count % 10_000 === 0) process.stderr.write(`${count} lines\n`);
  }
  out.end();
  await finished(out);
  console.log(`${count} lines written to ${file}`);
};

const run = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string', default: '.data' },
      rejects: { type: 'string' },
      export: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  const [file, ...more] = positionals;
  if (!file || more.length > 0 || (values.export && !file.endsWith('.jsonl'))) throw new Misuse(help);
  if (!values.export) await stat(file);
  readEnvFile();
  const catalogue = await openCatalogue(values.data);
  try {
    await (values.export ? exportFile(catalogue, file) : importFile(catalogue, file, values.rejects));
  } finally {
    await catalogue.close();
  }
};

await run().catch((error: Error & { code?: string }) => {
  console.error(error.message || String(error));
  process.exitCode = error instanceof Misuse || error.code?.startsWith('ERR_PARSE_ARGS') ? 1 : 2;
});
