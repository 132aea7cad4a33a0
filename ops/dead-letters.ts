/**
 * `npm run dead-letters -- list | redrive`: messages that could not be processed, and their way back into the queue once the
 * reason is gone. Needs production dependencies only: the service image runs it.
 */
import { parseArgs } from 'node:util';
import type { Bus } from '#platform/messaging/bus/bus.ts';
import { findQueues } from './addresses.ts';
import { readEnvFile } from './env-file.ts';
import { allDeadLetters, deadLetterLines, redriveEach, withBus } from './queues.ts';
import { databaseNames } from './services.ts';

const help = `usage: npm run dead-letters -- list [queue …]
       npm run dead-letters -- redrive <queue> <id> | --all
  There is a queue for each service: ${databaseNames.join(', ')}. They are found by REDIS_URL or EVENTS_DATABASE_URL (or the
  file that REDIS_URL_FILE or EVENTS_DATABASE_URL_FILE names); where neither is set, they are those of npm start.
  list      one line each, newest first: queue, id, time of death, message, tries, reason
  redrive   puts a dead letter, or all of a queue, back with all its tries; fix the reason first
  --data DIR   whose queues, when the environment names none (.data)
  exit code: 0 done, 1 no such dead letter or wrong arguments, 2 the queues cannot be found or reached`;

/** A mistake in the arguments. */
class Misuse extends Error {}

const checkQueues = (names: readonly string[]): readonly string[] => {
  const unknown = names.filter((name) => !databaseNames.some((known) => known === name));
  if (unknown.length > 0)
    throw new Misuse(`no such queue: ${unknown.join(', ')}; there are ${databaseNames.join(', ')}`);
  return names;
};

const list = async (bus: Bus, queues: readonly string[]): Promise<void> => {
  let found = 0;
  for (const queue of queues) {
    const letters = await allDeadLetters(bus, queue);
    for (const line of deadLetterLines(queue, letters)) console.log(line);
    found += letters.length;
  }
  console.log(found === 0 ? 'no dead letters' : `${found} dead ${found === 1 ? 'letter' : 'letters'}`);
};

const redrive = async (bus: Bus, queue: string, which: 'all' | string): Promise<void> => {
  const ids = which === 'all' ? (await allDeadLetters(bus, queue)).map(({ id }) => id) : [which];
  const redriven = await redriveEach(bus, queue, ids);
  if (which !== 'all' && redriven === 0) throw new Misuse(`${queue} has no dead letter ${which}`);
  console.log(`${queue}: ${redriven} ${redriven === 1 ? 'message is' : 'messages are'} back in the queue`);
};

type Work = (bus: Bus) => Promise<void>;

const workOf = ([command, ...names]: readonly string[], all: boolean): Work => {
  if (command === 'list' && !all) {
    const queues = checkQueues(names);
    return (bus) => list(bus, queues.length > 0 ? queues : databaseNames);
  }
  const [queue, id, ...more] = names;
  // Either an id or all.
  if (command !== 'redrive' || !queue || all === Boolean(id) || more.length > 0) throw new Misuse(help);
  checkQueues([queue]);
  return (bus) => redrive(bus, queue, id ?? 'all');
};

const run = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      data: { type: 'string', default: '.data' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  readEnvFile();
  const work = workOf(positionals, values.all);
  await withBus(await findQueues(process.env, values.data), work);
};

await run().catch((error: Error & { code?: string }) => {
  console.error(error.message || String(error));
  process.exitCode = error instanceof Misuse || error.code?.startsWith('ERR_PARSE_ARGS') ? 1 : 2;
});
