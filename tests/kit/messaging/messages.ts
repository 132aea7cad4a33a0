import { Envelope } from '#contracts/envelope.ts';
import { newId } from '#contracts/ids.ts';

/** A message as it lies in a queue. */
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

export const idOf = (message: unknown): string => Envelope.parse(message).id;
