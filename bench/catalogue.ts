/**
 * `npm run bench:catalogue`: what shoppers' questions take and cost in catalogues of several sizes, on a PostgreSQL server of its
 * own, which is deleted at the end unless it is to be kept. Linux only: CPU time is read from /proc. On a shared machine, trust the CPU and the ratios.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { terminationSignal } from '#platform/process/termination.ts';
import { variantsPerProduct } from './catalogue/goods.ts';
import { measureKinds } from './catalogue/measure.ts';
import { measurePages, pagesAsText } from './catalogue/page.ts';
import { startProduct } from './catalogue/product-process.ts';
import { kindsFor } from './catalogue/questions.ts';
import { asSvg, asTable, type Measured } from './catalogue/report.ts';
import { openShop } from './catalogue/shops.ts';

const help = `usage: npm run bench:catalogue [-- options]
  --sizes A,B,…    how many variants, a shop for each, the smallest first (10000,100000,1000000). A million take some
                   10 GiB of temporary files, and a quarter of an hour on two quiet cores
  --requests N     how many of each kind are measured (400)
  --clients N      how many ask at the same time (4)
  --only TEXT      only the kinds whose name has this in it; "page of" alone measures pages of a whole system
  --keep FOLDER    keeps the shops there, and measures those that an earlier run has left: making a million variants
                   takes most of a run. 5 GiB. Delete it when the catalogue that is generated, or its index, changes
  --out FOLDER     where catalogue.json and catalogue.svg go (bench/results)
  First measures pages of 10, 20, 50 and 100 products through gateway and product, on a system with the demo catalogue.
  Prints its progress, then p50, p95 and CPU (product and PostgreSQL, ms a request) of each kind at each size, and how
  much of the smallest shop's the largest one's are. Ctrl-C ends it and deletes its database,
  unless it is kept.
  exit code: 0 done, 1 wrong arguments, 2 could not be measured, 130 interrupted`;

interface Settings {
  readonly sizes: readonly number[];
  readonly requests: number;
  readonly clients: number;
  readonly only: string;
  readonly out: string;
  readonly keep: string | undefined;
}

const root = path.resolve(import.meta.dirname, '..');
const note = (line: string) => process.stderr.write(`${line}\n`);

const measureSize = async (variants: number, settings: Settings, signal: AbortSignal): Promise<Measured> => {
  const products = Math.round(variants / variantsPerProduct);
  note(`${variants} variants:`);
  const shop = await openShop({ products, folder: settings.keep, note, signal });
  try {
    const product = await startProduct(shop.databaseUrl, settings.clients);
    try {
      const kinds = kindsFor(products).filter(({ name }) => name.includes(settings.only));
      const costs = await measureKinds({ product, postmaster: shop.pid }, kinds, { ...settings, signal }, (cost) =>
        note(
          `  ${cost.kind}: p50 ${cost.p50Ms.toFixed(1)} ms, p95 ${cost.p95Ms.toFixed(1)} ms; CPU ${cost.productMs.toFixed(1)} + ${cost.postgresMs.toFixed(1)} ms`,
        ),
      );
      return { variants, products, databaseMiB: shop.databaseMiB, loadSeconds: shop.loadSeconds, costs };
    } finally {
      await product.stop();
    }
  } finally {
    await shop.close();
  }
};

const run = async (settings: Settings, signal: AbortSignal): Promise<void> => {
  const measured: Measured[] = [];
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(settings.out, { recursive: true });
    await writeFile(path.join(settings.out, name), text);
  };
  if ('page of'.includes(settings.only)) {
    note('Pages of the demo catalogue, through gateway and product:');
    const pages = await measurePages({ ...settings, signal });
    console.log(pagesAsText(pages));
    await write('catalogue-pages.json', `${JSON.stringify(pages, null, 2)}\n`);
  }
  if (settings.only === 'page of') return;
  for (const variants of settings.sizes) {
    measured.push(await measureSize(variants, settings, signal));
    // After each size: a long run that is interrupted leaves what it has.
    await write('catalogue.json', `${JSON.stringify(measured, null, 2)}\n`);
    await write('catalogue.svg', asSvg(measured));
  }
  console.log(asTable(measured));
  console.log(`${path.relative('.', settings.out)} has catalogue.json and catalogue.svg`);
};

const settingsOf = (): Settings | undefined => {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '10000,100000,1000000' },
      requests: { type: 'string', default: '400' },
      clients: { type: 'string', default: '4' },
      only: { type: 'string', default: '' },
      out: { type: 'string', default: path.join(root, 'bench/results') },
      keep: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(help);
    return undefined;
  }
  const sizes = values.sizes.split(',').map(Number);
  const [requests, clients] = [Number(values.requests), Number(values.clients)];
  const isCount = (value: number) => Number.isInteger(value) && value > 0;
  if (![...sizes, requests, clients].every(isCount) || sizes.some((size) => size < 400)) {
    console.error('--sizes takes whole numbers from 400, --requests and --clients from 1');
    process.exitCode = 1;
    return undefined;
  }
  return {
    sizes: sizes.toSorted((a, b) => a - b),
    requests,
    clients,
    only: values.only,
    out: path.resolve(values.out),
    keep: values.keep === undefined ? undefined : path.resolve(values.keep),
  };
};

const settings = settingsOf();
if (settings) {
  const ending = terminationSignal('Ending, and deleting its database');
  await run(settings, ending).catch((error: Error) => {
    if (!ending.aborted) console.error(`Not measured: ${error.message || error}`);
    process.exitCode = ending.aborted ? 130 : 2;
  });
}
