import { z } from 'zod';
import { defaultPorts } from '../../contracts/services.ts';
import { subgraphVariables, variable } from '../../platform/config.ts';
import { defaultTimings, type Timings } from './domain/timings.ts';

const { waitMs, tries } = defaultTimings;
const count = (fallback: number) => z.coerce.number().int().min(1).max(20).default(fallback);

/** Why each time-out is as long as it is: domain/timings.ts. */
export const orderVariables = z.object({
  ...subgraphVariables,
  ORDER_PORT: variable.port(defaultPorts.order),
  ORDER_DATABASE_URL: variable.url('postgresql', 'postgres'),
  RESERVE_TIMEOUT_MS: variable.milliseconds(waitMs.reserve),
  AUTHORIZE_TIMEOUT_MS: variable.milliseconds(waitMs.authorize),
  ACTION_TIMEOUT_MS: variable.milliseconds(waitMs.action),
  COMMIT_TIMEOUT_MS: variable.milliseconds(waitMs.commit),
  CAPTURE_TIMEOUT_MS: variable.milliseconds(waitMs.capture),
  CAPTURE_TRIES: count(tries.capture),
  UNDO_TIMEOUT_MS: variable.milliseconds(waitMs.undo),
  UNDO_TRIES: count(tries.undo),
  ORDER_EXPIRY_MS: variable.milliseconds(waitMs.expiry),
  // Each second: a time-out may come a second late, and an idle sweep is one look at an index.
  SWEEP_INTERVAL_MS: variable.milliseconds(1_000),
  // 100 orders a second is more than a healthy shop ever has overdue; after an outage the next rounds take the rest.
  SWEEP_BATCH: z.coerce.number().int().min(1).max(1_000).default(100),
});

export type OrderConfig = z.output<typeof orderVariables>;

export const timingsOf = (config: OrderConfig): Timings => ({
  waitMs: {
    reserve: config.RESERVE_TIMEOUT_MS,
    authorize: config.AUTHORIZE_TIMEOUT_MS,
    action: config.ACTION_TIMEOUT_MS,
    commit: config.COMMIT_TIMEOUT_MS,
    capture: config.CAPTURE_TIMEOUT_MS,
    undo: config.UNDO_TIMEOUT_MS,
    expiry: config.ORDER_EXPIRY_MS,
  },
  tries: { capture: config.CAPTURE_TRIES, undo: config.UNDO_TRIES },
});
