/**
 * `npm run rebuild -- <service> <read model>`: makes a service's copy of another one's data anew, from that one's event store,
 * while both are in use. Needs production dependencies only: the service image runs it.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { busSignature } from '#platform/auth/bus-signature.ts';
import { terminationSignal } from '#platform/process/termination.ts';
import type { ReadModel } from '#platform/service/descriptor.ts';
import { findDatabase, findQueues, findService } from './addresses.ts';
import { readEnvFile } from './env-file.ts';
import { eventSource } from './rebuild/event-source.ts';
import { Busy, type ReadModels, type Rebuilt, rebuild } from './rebuild/rebuild.ts';
import { type DatabaseName, databaseNames, subgraphs } from './services.ts';

const readModels = subgraphs.flatMap(({ name, readModels: own = {} }) =>
  Object.entries<ReadModel>(own).map(([readModel, model]) => ({ service: name, readModel, model })),
);

const help = `usage: npm run rebuild -- <service> <read model>
  Read models: ${readModels.map(({ service, readModel, model }) => `${service} ${readModel} (from ${model.source})`).join(', ')}
  Reads what the source's event store has, over a page that both sides sign with the password of the bus, into a copy of the
  read model, and then puts that in its place, in one transaction. The service goes on selling and receiving meanwhile: what
  is newer than the copy stays. Whatever goes wrong before the end, the read model is as it was; run it again.
  Needs the service's *_DATABASE_URL, and REDIS_URL or EVENTS_DATABASE_URL (or the files that *_FILE names); where these are
  not set, those of npm start.
  --from URL       where the source processes its queue. By default its worker's name and its port, such as
                   http://inventory:4002; with npm start, where it listens
  --wait SECONDS   how long the source may be away before this gives up (60)
  --data DIR       whose system, when the environment names none (.data)
  exit code: 0 done; 1 wrong arguments, no such read model, or another rebuild of it is running; 2 not done: database or
  source cannot be reached, or the source's pages are not to be believed; 130 interrupted`;

/** A mistake in the arguments. */
class Misuse extends Error {}

const chosen = ([service, readModel, ...more]: readonly string[]) => {
  if (!service || !readModel || more.length > 0) throw new Misuse(help);
  const found = readModels.find((each) => each.service === service && each.readModel === readModel);
  if (found) return found;
  const known = readModels.map((each) => `${each.service} ${each.readModel}`).join(', ');
  throw new Misuse(
    databaseNames.some((name) => name === service)
      ? `${service} has no read model ${readModel}; there is ${known}`
      : `there is no service ${service}; read models: ${known}`,
  );
};

const secondsOf = (text: string): number => {
  const seconds = Number(text);
  if (!(seconds >= 0 && seconds <= 3_600)) throw new Misuse('--wait takes a number of seconds from 0 to 3600');
  return seconds;
};

// Each 5 s where the output is a file or a log: the end of a long rebuild is to be foreseen, and no more.
const lineEveryMs = 5_000;

const progressBar = (name: string) => {
  const begun = performance.now();
  let written = Number.NEGATIVE_INFINITY;
  return (done: number, of: number): void => {
    const isLast = done >= of;
    const now = performance.now();
    if (!process.stderr.isTTY && now - written < lineEveryMs && !isLast) return;
    written = now;
    const rate = Math.round(done / Math.max((now - begun) / 1_000, 0.001));
    const line = `${name}: ${done} of ${of} (${Math.floor((100 * done) / Math.max(of, 1))} %, ${rate}/s)`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}${isLast ? '\n' : ''}` : `${line}\n`);
  };
};

const reportOf = ({ aggregates, written, removed, kept }: Rebuilt, source: string, seconds: number): string =>
  [
    `${aggregates} aggregates from ${source} in ${seconds.toFixed(1)} s`,
    written + removed === 0 ? 'nothing was different' : `${written} rows were missing or wrong, ${removed} had to go`,
    ...(kept > 0 ? [`${kept} newer ones came in meanwhile and stay`] : []),
  ].join('; ');

const run = async (signal: AbortSignal): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      wait: { type: 'string', default: '60' },
      data: { type: 'string', default: '.data' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  const { service, readModel, model } = chosen(positionals);
  const patienceMs = secondsOf(values.wait) * 1_000;
  readEnvFile();
  const signature = await busSignature(await findQueues(process.env, values.data));
  if (!signature)
    throw new Error('the bus has no password, so nothing can be signed: give Redis (or its database) one');
  const databaseUrl = await findDatabase(process.env, values.data, service as DatabaseName);
  const address = values.from ?? (await findService(process.env, values.data, model.source));
  const module = (await import(path.resolve(import.meta.dirname, '..', model.module))) as {
    readModels: (databaseUrl: string) => ReadModels;
  };
  const begun = performance.now();
  const rebuilt = await rebuild({
    name: readModel,
    model,
    databaseUrl,
    open: module.readModels,
    source: eventSource({ address, model, signature, patienceMs, report: console.error, signal }),
    progress: progressBar(readModel),
    signal,
  });
  console.log(`${readModel} of ${service}: ${reportOf(rebuilt, model.source, (performance.now() - begun) / 1_000)}`);
};

const interruption = terminationSignal('interrupted: the copy is removed, the read model stays as it was');
await run(interruption).catch((error: Error & { code?: string }) => {
  if (!interruption.aborted) console.error(error.message || String(error));
  const isMisuse = error instanceof Misuse || error instanceof Busy || error.code?.startsWith('ERR_PARSE_ARGS');
  process.exitCode = interruption.aborted ? 130 : isMisuse ? 1 : 2;
});
