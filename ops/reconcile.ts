/**
 * `npm run reconcile`: compares the payments in the books with the provider's, lists what differs, and books what can be. Needs
 * production dependencies only: the service image runs it.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findDatabase, notedService } from './addresses.ts';
import { readEnvFile } from './env-file.ts';
import { readDataSecrets } from './secrets/data-folder.ts';
import { databaseNames, outsiders, subgraphs, variableOf } from './services.ts';

const help = `usage: npm run reconcile -- [--since WHEN] [--until WHEN] [--list | --release] [--provider NAME] [--json]
  Compares every payment that was begun, refunded or disputed between the two times with what its provider says of it. What a lost
  webhook would have told is booked, and the orders are told. It may run beside everything else, and twice.
  --since WHEN     a time (2026-11-27T08:00Z) or how long ago (90m, 36h, 8d); 24h if not given
  --until WHEN     in the same way; now if not given
  --list           changes nothing
  --release        after a restored backup: payments that the books have lost are entered, and their holds and money given back.
                   Only where no other system or copy of the shop uses the provider's account: theirs are unknown here as well
  --provider NAME  only that one
  --json           a JSON line per difference instead of a sentence
  --data DIR       whose database and keys, when the environment names none (.data)
  Database and keys are those of the payment service's environment (PAYMENT_DATABASE_URL, STRIPE_SECRET_KEY, SIMULATOR_API_KEY, or
  the files that …_FILE name); where they are not set, those of npm start.
  exit code: 0 the books agree now, 1 something differs still, or wrong arguments, 2 the database or a provider does not answer`;

/** A mistake in the arguments. */
class Misuse extends Error {}

interface Totals {
  readonly held: number;
  readonly captured: number;
  readonly refunded: number;
  readonly disputed: number;
}

interface Difference {
  readonly kind: 'TOTALS_DIFFER' | 'UNKNOWN_HERE' | 'UNKNOWN_THERE' | 'CHARGED_TWICE';
  readonly provider: string;
  readonly reference: string;
  readonly attemptId: string | null;
  readonly paymentId: string | null;
  readonly orderId: string | null;
  readonly currency: string;
  readonly here: Totals | null;
  readonly there: Totals | null;
  readonly outcome: 'FOUND' | 'REPAIRED' | 'LEFT';
}

interface Counts {
  readonly compared: number;
  readonly underWay: number;
  readonly notOurs: number;
}

/** What the module that a descriptor names as `payments` gives. */
interface Books {
  readonly providers: readonly string[];
  reconcile(asked: {
    readonly provider: string;
    readonly since: Date;
    readonly until: Date;
    readonly mode: 'LIST' | 'REPAIR' | 'RELEASE';
    readonly signal: AbortSignal;
    readonly onDifference: (difference: Difference) => void;
  }): Promise<Counts>;
  close(): Promise<void>;
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

const timeOf = (option: string, text: string, now: Date): Date => {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const time = unit ? new Date(now.getTime() - Number(count) * (units[unit] ?? 0)) : new Date(text);
  // A date alone, or without a zone, would be read in this machine's.
  const isClear = unit !== undefined || /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  if (!isClear || Number.isNaN(time.getTime()))
    throw new Misuse(`${option} ${text}: give a time such as 2026-11-27T08:00Z, or how long ago, such as 36h`);
  return time;
};

const keeper = subgraphs.find(({ payments }) => payments);

/** The environment, completed by what `npm start` keeps in its data folder. */
const environment = async (dataDir: string): Promise<Record<string, string | undefined>> => {
  const given = (name: string): boolean => Boolean(process.env[name] || process.env[`${name}_FILE`]);
  const secrets = (await readDataSecrets(dataDir)).variables ?? {};
  const kept = Object.entries(secrets).filter(([name]) => !given(name));
  const addresses = outsiders
    .filter(({ name, client }) => client === keeper?.name && !given(variableOf(name, 'URL')))
    .map(async ({ name }) => [variableOf(name, 'URL'), await notedService(dataDir, name)] as const);
  return { ...process.env, ...Object.fromEntries(kept), ...Object.fromEntries(await Promise.all(addresses)) };
};

const openBooks = async (dataDir: string): Promise<Books> => {
  const database = databaseNames.find((name) => name === keeper?.name);
  if (!keeper?.payments || !database) throw new Error('no service keeps payments');
  const module = (await import(path.resolve(import.meta.dirname, '..', keeper.payments))) as {
    reconciliation: (databaseUrl: string, env: Readonly<Record<string, string | undefined>>) => Books;
  };
  const url = await findDatabase(process.env, dataDir, database);
  return module.reconciliation(url, await environment(dataDir));
};

const shown = ({ held, captured, refunded, disputed }: Totals, currency: string): string =>
  `held ${held}, captured ${captured}, refunded ${refunded}, called back ${disputed} ${currency}`;

const sentences: Readonly<Record<Difference['kind'], string>> = {
  TOTALS_DIFFER: 'differs',
  UNKNOWN_HERE: 'is unknown here',
  UNKNOWN_THERE: 'is unknown to its provider',
  CHARGED_TWICE: 'is a second charge of its attempt',
};

const sentenceOf = ({ kind, here, there, currency, ...it }: Difference): string =>
  [
    `${it.outcome}  ${it.provider} ${it.reference} ${sentences[kind]} (order ${it.orderId ?? 'unknown'}, ${it.paymentId ?? it.attemptId})`,
    ...(here ? [`  here:  ${shown(here, currency)}`] : []),
    ...(there ? [`  there: ${shown(there, currency)}`] : []),
  ].join('\n');

const optionsOf = () => {
  const { values } = parseArgs({
    options: {
      since: { type: 'string', default: '24h' },
      until: { type: 'string', default: '0m' },
      list: { type: 'boolean', default: false },
      release: { type: 'boolean', default: false },
      provider: { type: 'string' },
      json: { type: 'boolean', default: false },
      data: { type: 'string', default: '.data' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.list && values.release) throw new Misuse('--list changes nothing, --release does: give one of them');
  const now = new Date();
  const window = { since: timeOf('--since', values.since, now), until: timeOf('--until', values.until, now) };
  if (window.since >= window.until) throw new Misuse('--since must be before --until');
  const mode = values.release ? 'RELEASE' : values.list ? 'LIST' : 'REPAIR';
  return { ...values, ...window, mode } as const;
};

const run = async (signal: AbortSignal): Promise<void> => {
  const { since, until, mode, json, data, provider: only, help: isHelp } = optionsOf();
  if (isHelp) return console.log(help);
  readEnvFile();
  const books = await openBooks(data);
  try {
    if (only !== undefined && !books.providers.includes(only))
      throw new Misuse(`--provider ${only}: there is ${books.providers.join(' and ')}`);
    const totals = { compared: 0, underWay: 0, notOurs: 0, repaired: 0, left: 0 };
    const onDifference = (difference: Difference): void => {
      totals[difference.outcome === 'REPAIRED' ? 'repaired' : 'left']++;
      console.log(json ? JSON.stringify(difference) : sentenceOf(difference));
    };
    for (const provider of books.providers.filter((name) => name === (only ?? name))) {
      console.error(`${provider}: ${since.toISOString()} to ${until.toISOString()}`);
      const counts = await books.reconcile({ provider, since, until, mode, signal, onDifference }).catch((error) => {
        throw signal.aborted ? signal.reason : new Error(`${provider} does not answer: ${error.message || error}`);
      });
      for (const name of ['compared', 'underWay', 'notOurs'] as const) totals[name] += counts[name];
    }
    console.error(
      `${totals.compared} compared, ${totals.repaired} repaired, ${totals.left} ${mode === 'LIST' ? 'found' : 'left'}, ` +
        `${totals.underWay} under way, ${totals.notOurs} of others`,
    );
    if (totals.left > 0) process.exitCode = 1;
  } finally {
    await books.close();
  }
};

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new Error('stopped: what was repaired stays so, and it can be run again')));

await run(stop.signal).catch((error: Error & { code?: string }) => {
  console.error(error.message || String(error));
  process.exitCode = error instanceof Misuse || error.code?.startsWith('ERR_PARSE_ARGS') ? 1 : 2;
});
