/** npm start, npm run dev: the whole system on this machine, until Ctrl-C. See `usage`. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { readEnvFile } from '#ops/env-file.ts';
import { databaseNames, defaultPorts, services, variableOf } from '#ops/services.ts';
import { profileOf } from '#platform/config/config.ts';
import { onTermination } from '#platform/process/termination.ts';
import { type Agora, startAgora } from './agora.ts';
import { loadVariables } from './environment.ts';
import { misspelledNames } from './misspelled.ts';
import { readable } from './processes/log-lines.ts';
import { watchSources } from './processes/watch.ts';
import { runSeed } from './run-seed.ts';
import { whyNoDemoData } from './seed/permission.ts';
import { summary } from './summary.ts';

const portsAfterGateway = services
  .slice(1)
  .map(({ name, port }) => `${name} n+${port - defaultPorts.gateway}`)
  .join(', ');

const usage = `Usage: npm start [-- <options>]
  Starts PostgreSQL, the queue, migrations, the seed, and one process per service. Ctrl-C stops all; a second one at once.
  --data <folder>       data folder for database, queue and secrets (default .data)
  --ports-from <n>      gateway on n, ${portsAfterGateway}; or one by one: GATEWAY_PORT, USER_PORT, …
  --host <address>      address the gateway listens on (default 127.0.0.1: this machine only); 0.0.0.0 for all
  --events <transport>  redis or postgres, unless REDIS_URL or EVENTS_DATABASE_URL is set (default: Redis if installed)
  --seed, --no-seed     with or without the demo catalogue and accounts. By default they are added to the embedded database and
                        never to yours, since the demo passwords are public. --seed is refused with PROFILE=production and
                        with a --host that lets other machines in
  --watch               restart a service when its source changes (npm run dev)
  --help
Environment: ${databaseNames.map((name) => variableOf(name, 'DATABASE_URL')).join(', ')} use your PostgreSQL instead of the
embedded one, REDIS_URL your Redis. PROFILE=production behaves as in production (default: development). LOG_LEVEL=debug logs more,
LOG_FORMAT=json leaves log lines as they are. .env beside package.json is read (NAME=value per line, no interpolation); the shell
takes precedence. With PROFILE=production nothing else is read from it.`;

const root = path.resolve(import.meta.dirname, '..');

type Options = {
  data: string;
  portsFrom: number | undefined;
  host: string | undefined;
  events: 'redis' | 'postgres' | undefined;
  /** Undefined: only into a database of our own. */
  seed: boolean | undefined;
  watch: boolean;
};

const readOptions = (): Options | undefined => {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      data: { type: 'string', default: path.join(root, '.data') },
      'ports-from': { type: 'string' },
      host: { type: 'string' },
      events: { type: 'string' },
      seed: { type: 'boolean' },
      watch: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const { events, host } = values;
  if (events !== undefined && events !== 'redis' && events !== 'postgres')
    throw new Error(`--events ${events}: redis or postgres`);
  const portsFrom = values['ports-from'] === undefined ? undefined : Number(values['ports-from']);
  return { data: values.data, portsFrom, host, events, seed: values.seed, watch: values.watch };
};

const onLine = (source: string, line: string): void => {
  console.log(process.env.LOG_FORMAT === 'json' && source !== 'launcher' ? line : readable(source, line));
};

const readEnvironment = async (): Promise<void> => {
  const names = readEnvFile((sentence) => onLine('launcher', sentence));
  if (names.length === 0) return;
  const hint = misspelledNames(names, new Set(Object.values(await loadVariables()).flat()));
  if (hint) onLine('launcher', hint);
};

/** Without demo data the system still runs, and its logs are what the reader needs next. */
const seed = async (agora: Agora): Promise<boolean> => {
  try {
    await runSeed({ root, environment: agora.environment, onLine });
    return true;
  } catch (fault) {
    onLine('launcher', (fault as Error).message);
    return false;
  }
};

const start = async (options: Options, signal: AbortSignal): Promise<Agora> => {
  const began = performance.now();
  const noDemoData = whyNoDemoData(profileOf(process.env, 'development'), { '--host': options.host });
  if (options.seed && noDemoData) throw new Error(`--seed is refused: ${noDemoData}`);
  const agora = await startAgora({
    dataDir: options.data,
    ports: options.portsFrom,
    host: options.host,
    events: options.events,
    onLine,
    signal,
    // A service that a typing mistake has killed waits for the next save.
    comesBack: !options.watch,
  });
  const wanted = options.seed ?? (agora.postgres !== undefined && process.env.DEMO_SEED !== 'off');
  const seeded = wanted && !noDemoData && agora.notReady.length === 0 && (await seed(agora));
  const seconds = (performance.now() - began) / 1000;
  console.log(`\n${summary({ ...agora, noDemoData, seeded, seconds })}\n`);
  return agora;
};

/** A process of its own, because tools/ is not for the launcher to import. Throws what the generator printed. */
const regenerate = async (): Promise<void> => {
  const run = promisify(execFile)(process.execPath, ['tools/generate.ts'], { cwd: root });
  const { stdout } = await run.catch(({ stderr }) => {
    throw new Error(String(stderr).trim());
  });
  for (const line of stdout.split('\n').filter(Boolean)) onLine('launcher', line);
};

const restartOnChange = (agora: Agora): void => {
  watchSources(root, async (services, descriptors) => {
    // This process has read them already: which services there are, their ports and what they may see.
    if (descriptors.length > 0)
      onLine('launcher', `${descriptors.join(', ')} changed: stop and run npm run dev again to apply that`);
    if (services.length === 0) return;
    onLine('launcher', `changed: ${services.join(', ')}`);
    try {
      await regenerate();
    } catch (fault) {
      onLine('launcher', (fault as Error).message);
    }
    const outcomes = await Promise.allSettled(services.map((service) => agora.restart(service)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') onLine('launcher', outcome.reason.message);
  });
};

/** Runs until a signal; returns the exit code. */
const run = async (options: Options): Promise<number> => {
  const interrupted = new AbortController();
  const ended = Promise.withResolvers<number>();
  let agora: Agora | undefined;
  let signals = 0;
  const onSignal = (): void => {
    signals += 1;
    if (signals === 1) onLine('launcher', 'Stopping… (Ctrl-C again: at once)');
    if (signals === 2) onLine('launcher', 'Stopping at once');
    interrupted.abort(new Error('Interrupted'));
    agora?.stop({ atOnce: signals > 1 }).then(() => ended.resolve(0), ended.reject);
  };
  onTermination(onSignal);
  try {
    agora = await start(options, interrupted.signal);
  } catch (fault) {
    if (interrupted.signal.aborted) return 0;
    throw fault;
  }
  if (interrupted.signal.aborted) await agora.stop();
  else if (options.watch) restartOnChange(agora);
  return interrupted.signal.aborted ? 0 : ended.promise;
};

try {
  const options = readOptions();
  if (options) await readEnvironment();
  else console.log(usage);
  process.exit(options ? await run(options) : 0);
} catch (fault) {
  console.error((fault as Error).message);
  process.exit(1);
}
