/** Variables of logs and metrics. */
import { z } from 'zod';

export const observabilityVariables = {
  // Operations that take this long are logged with their plan. 2 s: no customer waits that long happily, and
  // placeOrder, which may, is worth a look when it does. 0 turns it off.
  SLOW_OPERATION_MS: z.coerce.number().int().min(0).default(2_000),
  // 30 lines a minute: on a bad day every operation is slow, and the log must not fail next.
  SLOW_OPERATION_LINES_PER_MINUTE: z.coerce.number().int().positive().default(30),
  // Names of the clients whose use of fields is told apart (npm run field-usage), with commas; all others are one. By default the first 20
  // that come: in production name them, because a name is whatever somebody sends.
  FIELD_USAGE_CLIENTS: z
    .string()
    .transform((names) => names.split(',').map((name) => name.trim()))
    .pipe(z.array(z.string().min(1).max(60)).max(100))
    .optional(),
};

export type ObservabilityVariables = z.output<z.ZodObject<typeof observabilityVariables>>;

export const observabilityBounds = {
  // 50 operation names beside those of trusted documents (ours are 20); the rest is labelled `other`. Anybody can
  // invent names, and each costs a dozen time series, 1 KiB and 0.1 ms of every scrape.
  operationNames: 50,
  // 20 clients that nobody has named: a number for each of them and field of the schema, 250 kB for our 1,500 fields.
  fieldUsageClients: 20,
  // 2,000 documents are counted by themselves, at 1 KiB; then they are added up.
  fieldUsageDocuments: 2_000,
  // The plan of our largest operation has 3,000 characters.
  planCharacters: 4_000,
};
