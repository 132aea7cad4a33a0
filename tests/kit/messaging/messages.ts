import { type DataOf, Envelope, type MessageDefinition, type MessageOf } from '#contracts/envelope.ts';
import { newId } from '#contracts/ids.ts';

/** A message as it is stored in a queue. */
export const aMessage = (fields: Partial<Envelope> = {}): Envelope => ({
  id: newId('Message'),
  type: 'thing.happened',
  version: 1,
  occurredAt: new Date().toISOString(),
  aggregate: { type: 'Thing', id: 'thing-1' },
  sequence: 1,
  correlationId: 'a-request',
  data: {},
  ...fields,
});

/** A message as its consumer receives it: a new one each time. */
export const aMessageOf = <D extends MessageDefinition>(
  { type, version }: D,
  data: DataOf<D>,
  fields: Partial<Envelope> = {},
): MessageOf<D> => ({ ...aMessage({ type, version, ...fields }), data }) as MessageOf<D>;

export const idOf = (message: unknown): string => Envelope.parse(message).id;
