/** The envelope of every message, and how a message is defined. */
import { z } from 'zod';
import { MessageId } from './ids.ts';

export const Envelope = z.object({
  id: MessageId,
  type: z.string().min(1),
  version: z.int().positive(),
  occurredAt: z.iso.datetime(),
  /** The aggregate it is about. `sequence` counts the aggregate's messages from 1, without gaps. */
  aggregate: z.object({ type: z.string().min(1), id: z.string().min(1) }),
  sequence: z.int().positive(),
  /** The originating request; the same in every message and log line that follows from it. */
  correlationId: z.string().min(1),
  /** W3C trace context, when tracing is on. */
  traceparent: z.string().optional(),
  data: z.unknown(),
});
export type Envelope = z.infer<typeof Envelope>;

/** An envelope whose data has been parsed by its definition. */
export type Message<Data = unknown> = Omit<Envelope, 'data'> & { readonly data: Data };

export interface MessageDefinition<Schema extends z.ZodType = z.ZodType, Type extends string = string> {
  readonly type: Type;
  readonly version: number;
  /** `event`: something happened (past tense). `command`: a request to one receiver (imperative). */
  readonly kind: 'event' | 'command';
  /**
   * The service that publishes it, or `anyService`. Who receives it, the receivers say (`receives` in their service.ts;
   * gathered in receivers.ts).
   */
  readonly owner: string;
  readonly description: string;
  readonly data: Schema;
}

/**
 * The owner of a message that each service may publish about what is its own. Its aggregate has to be one that no two
 * services share: `sequence` is counted by each for itself (docs/adr/0031).
 */
export const anyService = 'any service';

export const defineMessage = <const Type extends string, Schema extends z.ZodType>(
  definition: MessageDefinition<Schema, Type>,
): MessageDefinition<Schema, Type> => definition;

export type DataOf<D extends MessageDefinition> = z.output<D['data']>;

/** A message of this definition as its use case takes it; of a union of definitions, the union of their messages. */
export type MessageOf<D> = D extends MessageDefinition ? Message<DataOf<D>> & { readonly type: D['type'] } : never;

/** A message not yet published: the outbox adds id, sequence, time and correlation. */
export interface NewMessage {
  readonly type: string;
  readonly version: number;
  readonly aggregate: { readonly type: string; readonly id: string };
  readonly data: unknown;
}

/** Makes a message to publish. Throws when the data does not fit its schema: a producer's bug, caught before it leaves. */
export const message = <D extends MessageDefinition>(
  definition: D,
  aggregate: NewMessage['aggregate'],
  data: z.input<D['data']>,
): NewMessage => ({
  type: definition.type,
  version: definition.version,
  aggregate,
  data: definition.data.parse(data),
});

/** Where use cases put their messages: written in the transaction of the change that they report. */
export interface Outbox {
  add(...messages: readonly NewMessage[]): Promise<void>;
}
