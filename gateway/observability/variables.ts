/** Variables of what the gateway tells of itself. */
import { z } from 'zod';

export const observabilityVariables = {
  // An operation that takes as long as this, or longer, is a line in the log, with its plan. 0: none is. 2 s: nobody
  // waits that long gladly; placeOrder, which is allowed to, is worth a look when it does.
  SLOW_OPERATION_MS: z.coerce.number().int().min(0).default(2_000),
  // No more such lines than this in a minute: on a bad day every operation is slow, and the log must not be the next to go.
  SLOW_OPERATION_LINES_PER_MINUTE: z.coerce.number().int().positive().default(30),
};

export type ObservabilityVariables = z.output<z.ZodObject<typeof observabilityVariables>>;

/** Bounds of the same. */
export const observabilityBounds = {
  // Names of operations that metrics keep apart, beside those of trusted documents (ours are 20). The rest is
  // `other`: anybody may invent a name, and each costs a dozen time series, 1 KiB and 0.1 ms of every scrape.
  operationNames: 50,
  // A plan of our largest operation is 3,000 characters.
  planCharacters: 4_000,
};
