/** A process that takes a message, says so, and never finishes it: to be killed. Argument: the configuration of its bus. */
import { pino } from 'pino';
import { Envelope } from '#contracts/envelope.ts';
import { createBus } from '#platform/messaging/bus/create-bus.ts';

const { config, queue, limits } = JSON.parse(process.argv[2] ?? '{}');
const bus = await createBus(config, pino({ level: 'silent' }), limits);
await bus.consume(queue, async (message) => {
  process.stdout.write(`${Envelope.parse(message).id}\n`);
  await new Promise(() => setInterval(() => undefined, 1_000));
});
