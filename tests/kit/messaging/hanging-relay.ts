/** A process that claims rows of an outbox, says how many, and never publishes them: to be killed. Arguments: database, limits. */
import { pino } from 'pino';
import { startRelay } from '#platform/messaging/relay.ts';
import { recordingBus } from './recording-bus.ts';

const [databaseUrl = '', limits = '{}'] = process.argv.slice(2);
const bus = recordingBus();
bus.publish = async (jobs) => {
  process.stdout.write(`${jobs.length}\n`);
  await new Promise(() => setInterval(() => undefined, 1_000));
};
await startRelay({
  databaseUrl,
  bus,
  receivers: () => ['a'],
  log: pino({ level: 'silent' }),
  limits: JSON.parse(limits),
});
