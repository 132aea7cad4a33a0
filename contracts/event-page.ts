/**
 * A page of what a service's event store has about its aggregates, as it has it now: for another service that makes its read
 * model anew. Question and page are signed with what both know of the bus (platform/auth/bus-signature.ts).
 */
import { z } from 'zod';
import { Envelope } from './envelope.ts';

/** Where a service serves them to operators: `POST`, in the process that has its queue. Nothing leads there from outside. */
export const eventPagePath = '/internal/events';

/** Another format of question or page has another number; two releases that do not share one refuse each other. */
export const eventPageFormat = 1;

// 200 aggregates of a few KiB each: a page is made in milliseconds, and neither side holds more than some MiB.
export const aggregatesPerPage = 200;

export const EventPageRequest = z.object({
  format: z.int(),
  /** The type of the aggregates. */
  aggregate: z.string().min(1),
  /** The messages that the one who asks can read. */
  messages: z
    .array(z.object({ type: z.string().min(1), version: z.int().positive() }))
    .min(1)
    .max(20),
  /** The list within `data` whose items are kept when a later message does not have them, and the field that is their id. */
  parts: z.object({ list: z.string().min(1), id: z.string().min(1) }).optional(),
  /** All aggregates, from the one after this; or these. */
  of: z.union([
    z.object({ after: z.string().nullable() }),
    z.object({ ids: z.array(z.string()).min(1).max(aggregatesPerPage) }),
  ]),
});
export type EventPageRequest = z.infer<typeof EventPageRequest>;

export const EventPage = z.object({
  format: z.literal(eventPageFormat),
  /**
   * Of each aggregate the newest message, and before it those that are the last to have one of its parts. An aggregate's are
   * in the order of their sequences.
   */
  messages: z.array(Envelope),
  /** For `after` of the next page; null when this is the last. */
  next: z.string().nullable(),
  /** How many aggregates there are; with the first page only. */
  aggregates: z.int().min(0).optional(),
});
export type EventPage = z.infer<typeof EventPage>;

/** The signature of an answer, which is one to this very question. */
export const signatureHeader = 'x-agora-signature';
