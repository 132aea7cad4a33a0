/** Takes a service's messages from its queue and hands each to its use case. */
import { z } from 'zod';
import { Envelope, type Message, type MessageDefinition, type MessageOf } from '#contracts/envelope.ts';
import { runInContext } from '../observability/context.ts';
import type { Logger } from '../observability/log.ts';
import type { Registry } from '../observability/metrics.ts';
import { inSpan, SpanKind } from '../observability/tracing.ts';
import { type Bus, type Consumption, Poison } from './bus/bus.ts';
import { consumerMetrics, measureQueue } from './metrics.ts';

/** What a service does with one kind of message. Made by `on`, which is where data and handler are known to fit. */
export interface MessageHandler {
  readonly definition: MessageDefinition;
  readonly handle: (message: Message<never>) => Promise<void>;
}

/** One row of a service's table of consumers: this message, this use case. */
export const on = <D extends MessageDefinition>(
  definition: D,
  handle: (message: MessageOf<D>) => Promise<void>,
): MessageHandler => ({ definition, handle: handle as unknown as MessageHandler['handle'] });

/** Several rows with the same use case. */
export const onEach = <D extends MessageDefinition>(
  definitions: readonly D[],
  handle: (message: MessageOf<D>) => Promise<void>,
): MessageHandler[] => definitions.map((definition) => on(definition, handle));

export interface ConsumerOptions {
  readonly bus: Bus;
  /** The service's name: one queue per receiving service. */
  readonly queue: string;
  readonly handlers: readonly MessageHandler[];
  readonly log: Logger;
  readonly metrics?: Registry;
  readonly concurrency?: number;
  readonly isOutage?: (error: unknown) => boolean;
}

/**
 * Starts to consume. A handler must be safe against a message that comes twice (`recordReceived` in the transaction
 * of its effect) or late. Throws when two handlers claim the same message: a fault of the table.
 */
export const startConsumer = ({
  bus,
  queue,
  handlers,
  log,
  metrics,
  concurrency,
  isOutage,
}: ConsumerOptions): Promise<Consumption> => {
  const table = tableOf(handlers);
  const measured = consumerMetrics(metrics);
  measureQueue(metrics, bus, queue);
  const handle = async (raw: unknown) => {
    const { message, handler } = route(table, queue, raw);
    const { correlationId, traceparent } = message;
    const labels = { queue, type: message.type };
    measured.delay.observe(labels, (Date.now() - Date.parse(message.occurredAt)) / 1_000);
    const took = measured.duration.startTimer(labels);
    try {
      await runInContext({ correlationId, ...(traceparent && { traceparent }) }, () =>
        inSpan(`process ${message.type}`, spanOf(queue, message), async () => {
          log.debug({ id: message.id, type: message.type }, 'message');
          await handler.handle(message as Message<never>);
        }),
      );
      measured.handled.inc({ ...labels, outcome: 'done' });
    } catch (error) {
      measured.handled.inc({ ...labels, outcome: 'failed' });
      throw error;
    } finally {
      took();
    }
  };
  return bus.consume(queue, handle, {
    ...(concurrency && { concurrency }),
    ...(isOutage && { isOutage }),
    // Only types of the table become label values: a forged one must not grow the metrics without end.
    onDeadLetter: ({ type }) => measured.dead.inc({ queue, type: types(handlers).has(type) ? type : 'unknown' }),
  });
};

/** Hands each message to its handler at once, without a queue. Throws `Poison` for one that no handler can take. */
export const dispatcher = (queue: string, handlers: readonly MessageHandler[]): ((raw: unknown) => Promise<void>) => {
  const table = tableOf(handlers);
  return async (raw) => {
    const { message, handler } = route(table, queue, raw);
    await handler.handle(message as Message<never>);
  };
};

const spanOf = (queue: string, { id }: Message) => ({
  kind: SpanKind.CONSUMER,
  attributes: { 'messaging.destination.name': queue, 'messaging.message.id': id },
});

type Table = ReadonlyMap<string, MessageHandler>;

const keyOf = (type: string, version: number): string => `${type} v${version}`;

const types = (handlers: readonly MessageHandler[]) => new Set(handlers.map(({ definition }) => definition.type));

const tableOf = (handlers: readonly MessageHandler[]): Table => {
  const table = new Map(
    handlers.map((handler) => [keyOf(handler.definition.type, handler.definition.version), handler]),
  );
  if (table.size < handlers.length) throw new Error('two handlers claim the same message');
  return table;
};

/** Finds the handler and parses for it. What fails here fails for ever, so it is poison. */
const route = (table: Table, queue: string, raw: unknown): { message: Message; handler: MessageHandler } => {
  const envelope = Envelope.safeParse(raw);
  if (!envelope.success) throw new Poison(`not a message: ${because(envelope.error)}`);
  const { type, version, data } = envelope.data;
  const handler = table.get(keyOf(type, version));
  if (!handler) throw new Poison(`queue ${queue} has no handler for ${keyOf(type, version)}`);
  const parsed = handler.definition.data.safeParse(data);
  if (!parsed.success) throw new Poison(`the data does not match ${keyOf(type, version)}: ${because(parsed.error)}`);
  return { message: { ...envelope.data, data: parsed.data }, handler };
};

// 500 characters name the first faults; a message wrong all over has no need to list them all.
const because = (error: z.ZodError): string => z.prettifyError(error).slice(0, 500);
