import { z } from 'zod';
import { processVariables, variable } from '#platform/config/config.ts';

const database = variable.database();

/**
 * The auditor's variables. It takes those of every process, so that a deployment need not make an exception, but it sends
 * no traces. For the databases a role is enough that may read everything (`pg_read_all_data`).
 */
export const auditorVariables = z.object({
  ...processVariables,
  AUDITOR_PORT: variable.port(4005),
  USER_DATABASE_URL: database,
  PRODUCT_DATABASE_URL: database,
  ORDER_DATABASE_URL: database,
  PAYMENT_DATABASE_URL: database,
});

export type AuditorConfig = z.output<typeof auditorVariables>;
