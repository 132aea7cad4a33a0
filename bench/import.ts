/**
 * `npm run bench:import`: the import of a large file with lines at fault: how long it takes, how much memory, and that one which
 * was killed and run again ends as one which was not. On a PostgreSQL server of its own. Linux only: memory is read from /proc.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { temporaryCluster } from '#launcher/postgres/temporary.ts';
import { withClient } from '#platform/database/client.ts';
import { applyMigrations } from '#platform/database/migrations.ts';
import { beforeExit } from '#platform/process/termination.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:import [-- --lines N]
  --lines N   how many lines the file has, of which one in a hundred is at fault (100000)`;

const root = path.resolve(import.meta.dirname, '..');
const atFault = (line: number): boolean => line % 100 === 50;

const lineOf = (line: number): object => {
  if (line === 1) return { category: { slug: 'things', texts: { en: { name: 'Things' }, ko: { name: '물건' } } } };
  const variant = {
    sku: `THING-${line}`,
    prices: { EUR: 1_000 + line, KRW: 15_000 },
    weightGrams: 250,
    initialStock: 5,
  };
  const texts = {
    en: { title: `Thing ${line}`, description: 'One of many things that are imported at once.' },
    ko: { title: `물건 ${line}`, description: '한꺼번에 가져오는 많은 물건 가운데 하나입니다.' },
  };
  const product = { slug: `thing-${line}`, texts, category: 'things', status: 'PUBLISHED', variants: [variant] };
  return { product: atFault(line) ? { ...product, category: 'nowhere' } : product };
};

const writeFile = async (file: string, lines: number): Promise<void> => {
  const out = createWriteStream(file);
  for (let line = 1; line <= lines; line++)
    if (!out.write(`${JSON.stringify(lineOf(line))}\n`)) await once(out, 'drain');
  out.end();
  await finished(out);
};

interface Run {
  readonly seconds: number;
  /** Resident memory of the command, MB, at each look. */
  readonly memory: readonly number[];
  /** Lines at fault that it listed. */
  readonly listed: number;
  readonly code: number | null;
}

// Ten times a second: a peak of one garbage collection is seen.
const lookEveryMs = 100;

const residentMb = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
};

/** Runs the command; `killWhen` says when it has got far enough to be killed. */
const importFile = async (file: string, databaseUrl: string, killWhen?: () => Promise<boolean>): Promise<Run> => {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--import', './tools/generated.mjs', 'ops/import-catalogue.ts', file], {
    cwd: root,
    env: { PATH: process.env.PATH, PRODUCT_DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const forget = beforeExit(async () => {
    child.kill('SIGKILL');
  });
  let listed = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    listed += text.match(/^line \d+:/gm)?.length ?? 0;
  });
  const ended = once(child, 'exit');
  const memory: number[] = [];
  while (child.exitCode === null && child.signalCode === null) {
    await Promise.race([ended, sleep(lookEveryMs)]);
    const now = await residentMb(child.pid ?? 0);
    if (now > 0) memory.push(now);
    if (await killWhen?.()) child.kill('SIGKILL');
  }
  forget();
  return { seconds: (performance.now() - begun) / 1000, memory, listed, code: child.exitCode };
};

/** Everything that an import writes, without ids and times. */
const stateOf = (databaseUrl: string): Promise<string> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query(`
      SELECT md5(string_agg(row::text, ',' ORDER BY row::text)) AS digest, count(*)::int AS variants, sum(on_hand)::int AS units
        FROM (SELECT product.slug, product.texts, product.status, category.slug AS category, product.version, variant.sku,
                     variant.prices, level.on_hand
                FROM product
                JOIN category ON category.id = product.category_id
                JOIN product_variant variant ON variant.product_id = product.id
                LEFT JOIN stock_level level ON level.variant_id = variant.id) AS row`);
    return JSON.stringify(rows[0]);
  });

const peakOf = (memory: readonly number[], from: number, to: number): number =>
  Math.round(Math.max(0, ...memory.slice(Math.floor(memory.length * from), Math.ceil(memory.length * to))));

const bench = async (lines: number, folder: string): Promise<void> => {
  const file = path.join(folder, 'things.jsonl');
  await writeFile(file, lines);
  const digest = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 12);
  console.log(`${lines} lines, one in a hundred at fault (${digest})`);
  const migrations = path.join(root, 'prisma/product/migrations');
  const states: string[] = [];
  for (const isKilled of [false, true]) {
    const cluster = await temporaryCluster();
    try {
      const { product: url = '' } = await ensureDatabases(cluster, [{ name: 'product', password: 'bench' }]);
      await applyMigrations(url, migrations);
      const runs: Run[] = [];
      if (isKilled) {
        const half = () =>
          withClient(url, async (client) => {
            const { rows } = await client.query<{ line: number }>('SELECT next_line AS line FROM catalogue_import');
            return (rows[0]?.line ?? 0) > lines / 2;
          });
        runs.push(await importFile(file, url, half));
      }
      runs.push(await importFile(file, url));
      for (const { seconds, memory, listed, code } of runs)
        console.log(
          `${code === null ? 'killed -9' : `exit code ${code}`} after ${seconds.toFixed(0)} s; ${listed} lines listed; ` +
            `memory at most ${peakOf(memory, 0, 0.5)} MB in the first half, ${peakOf(memory, 0.5, 1)} MB in the second`,
        );
      states.push(await stateOf(url));
    } finally {
      await cluster.stop();
    }
  }
  console.log(states[0]);
  console.log(
    states[0] === states[1] ? 'killed and run again: the same' : `killed and run again: NOT the same, ${states[1]}`,
  );
  if (states[0] !== states[1]) process.exitCode = 1;
};

const { lines } = numberOptions(help, { lines: { value: 100_000, least: 100 } });
const folder = await mkdtemp(path.join(tmpdir(), 'agora-bench-import-'));
const remove = () => rm(folder, { recursive: true, force: true });
const forget = beforeExit(remove);
await bench(lines, folder).finally(remove).finally(forget);
