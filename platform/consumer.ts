import type { DataOf, Message, MessageDefinition } from '../contracts/envelope.ts';
import type { Bus, Consumption } from './bus/bus.ts';
import type { Logger } from './log.ts';

/** What a service does with one kind of message. Made by `on`, which is where data and handler are known to fit. */
export interface MessageHandler {
  readonly definition: MessageDefinition;
  readonly handle: (message: Message<never>) => Promise<void>;
}

/** One row of a service's table of consumers: this message, this use case. */
export const on = <D extends MessageDefinition>(
  definition: D,
  handle: (message: Message<DataOf<D>>) => Promise<void>,
): MessageHandler => ({ definition, handle });

export interface ConsumerOptions {
  readonly bus: Bus;
  readonly queue: string;
  readonly handlers: readonly MessageHandler[];
  readonly log: Logger;
  readonly concurrency?: number;
  readonly isOutage?: (error: unknown) => boolean;
}

export const startConsumer = (_options: ConsumerOptions): Promise<Consumption> => {
  throw new Error('not written yet');
};
