/**
 * `npm run bench:limits`: what a request costs the gateway as its list, its entities, its document, the number of
 * distinct documents or the number of open connections grow. On canned subgraphs; a ratio that grows is what to look at.
 */
import { connect, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { pastProxies } from '#launcher/environment.ts';
import { openArena } from './gateway/arena.ts';
import { type ContenderName, contenders } from './gateway/contenders/contenders.ts';
import type { Contending } from './gateway/contenders/process.ts';
import type { Operation } from './gateway/graphs/graph.ts';
import { ask, load } from './gateway/load.ts';

const compared = ['stock', 'agora-bare', 'agora'] as const satisfies readonly ContenderName[];

interface Point {
  readonly operation: Operation;
  /** In a run; less where one costs more. */
  readonly requests: number;
  readonly documents?: number;
  /** Open and idle beside the ten that ask. */
  readonly idle?: number;
}

interface Dimension {
  readonly title: string;
  /** Of what the last column says the cost. */
  readonly each: string;
  readonly sizes: readonly number[];
  readonly point: (size: number) => Point;
}

const named = (query: string): Operation => ({ query: `query Limits ${query}`, operationName: 'Limits' });
/** About as much work in each run. */
const fewer = (size: number) => Math.max(20, Math.min(400, Math.round(40_000 / size)));

const dimensions: readonly Dimension[] = [
  {
    title: 'items of a list, one fetch',
    each: 'item',
    sizes: [10, 100, 1_000, 10_000],
    point: (n) => ({ operation: named(`{ items(n: ${n}) { id name price } }`), requests: fewer(n) }),
  },
  {
    title: 'entities of a second fetch',
    each: 'entity',
    sizes: [10, 100, 1_000, 10_000],
    point: (n) => ({ operation: named(`{ items(n: ${n}) { id detail } }`), requests: fewer(n) }),
  },
  {
    title: 'fields of a document, one item each',
    each: 'field',
    sizes: [10, 100, 500],
    point: (n) => {
      const fields = Array.from({ length: n }, (_, at) => `a${at}: items(n: 1) { id name }`);
      return { operation: named(`{ ${fields.join(' ')} }`), requests: fewer(n) };
    },
  },
  {
    title: 'distinct documents, asked in turn',
    each: 'request',
    sizes: [1, 100, 1_000, 5_000],
    point: (documents) => ({
      operation: named('{ items(n: 10) { id name price detail } }'),
      requests: Math.max(400, documents * 2),
      documents,
    }),
  },
  {
    title: 'open connections, ten of which ask',
    each: 'request',
    sizes: [10, 100, 1_000, 4_000],
    point: (connections) => ({
      operation: named('{ items(n: 10) { id name price detail } }'),
      requests: 400,
      idle: connections - 10,
    }),
  },
];

const help = `usage: npm run bench:limits [-- --only ${compared.join(',')}]
Each figure is of one run after a shorter one that does not count. Linux only (/proc).`;

const clients = 10;

/** Connections that ask nothing; closed by what is returned. */
const openIdle = async (url: string, count: number): Promise<() => void> => {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  for (let n = 0; n < count; n++) {
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    // A server closes what has been idle for too long, and that is no fault here.
    socket.on('error', () => undefined);
  }
  return () => {
    for (const socket of sockets) socket.destroy();
  };
};

const measureOne = async (target: Contending, { operation, requests, documents = 1, idle = 0 }: Point) => {
  const bytes = Buffer.byteLength(await ask(target, operation));
  const lot = { target, operation, bytes, clients, documents };
  await load({ ...lot, requests: Math.ceil(requests / 4) });
  const closeIdle = await openIdle(target.url, idle);
  try {
    const before = target.cpuSeconds();
    await load({ ...lot, requests });
    const cpuMs = ((target.cpuSeconds() - before) * 1_000) / requests;
    return { cpuMs, memoryMib: target.residentBytes() / 1_048_576 };
  } finally {
    closeIdle();
  }
};

const measure = async (only: readonly ContenderName[]): Promise<void> => {
  const arena = await openArena('scale');
  const running = new Map<ContenderName, Contending>();
  try {
    for (const name of only) {
      const started = await contenders[name].start?.(arena);
      if (started) running.set(name, started);
    }
    for (const { title, each, sizes, point } of dimensions) {
      console.log(`\n${title}`);
      for (const size of sizes) {
        const perEach = each === 'request' ? 1 : size;
        for (const [name, target] of running) {
          process.stderr.write(`${title}: ${size}, ${name}\n`);
          const { cpuMs, memoryMib } = await measureOne(target, point(size));
          console.log(
            `${String(size).padStart(8)}  ${contenders[name].title.padEnd(32)} ${cpuMs.toFixed(2).padStart(8)} ms CPU  ${((cpuMs * 1_000) / perEach).toFixed(1).padStart(8)} µs/${each}  ${memoryMib.toFixed(0).padStart(5)} MiB`,
          );
        }
      }
    }
  } finally {
    await Promise.all([...running.values()].map((each) => each.stop()));
    await arena.close();
  }
};

Object.assign(process.env, pastProxies(process.env));
const { values } = parseArgs({
  options: { help: { type: 'boolean', short: 'h' }, only: { type: 'string', default: compared.join() } },
});
const words = values.only.split(',');
const unknown = words.filter((word) => !compared.some((name) => name === word));
if (values.help) console.log(help);
else if (unknown.length > 0) {
  console.error(`--only takes ${compared.join(', ')}; not ${unknown.join(', ')}`);
  process.exitCode = 2;
} else await measure(compared.filter((name) => words.includes(name)));
