/** Variables of logs and metrics. */
import { z } from 'zod';

export const observabilityVariables = {
  // Operations that take this long are logged with their plan. 2 s: no customer waits that long happily, and
  // placeOrder, which may, is worth a look when it does. 0 turns it off.
  SLOW_OPERATION_MS: z.coerce.number().int().min(0).default(2_000),
  // 30 lines a minute: on a bad day every operation is slow, and the log must not fail next.
  SLOW_OPERATION_LINES_PER_MINUTE: z.coerce.number().int().positive().default(30),
};

export type ObservabilityVariables = z.output<z.ZodObject<typeof observabilityVariables>>;

export const observabilityBounds = {
  // 50 operation names beside those of trusted documents (ours are 20); the rest is labelled `other`. Anybody can
  // invent names, and each costs a dozen time series, 1 KiB and 0.1 ms of every scrape.
  operationNames: 50,
  // The plan of our largest operation has 3,000 characters.
  planCharacters: 4_000,
};
