/** Which fields of the API schema clients use: what a gateway reports to operators. */
import { z } from 'zod';

/** On each gateway, to viewers with `operations:read`; to everybody where introspection is on. */
export const fieldUsagePath = '/field-usage';

export const FieldUsage = z.object({
  /** When this gateway began to count. */
  since: z.iso.datetime(),
  /** Every field of the schema, those that nobody uses included. */
  fields: z.array(
    z.object({
      /** `Type.field` */
      field: z.string(),
      /** The reason, where it is deprecated. */
      deprecated: z.string().optional(),
      /** Operations that selected it, by client; clients that have not are absent. */
      clients: z.record(z.string(), z.int().positive()),
    }),
  ),
});
export type FieldUsage = z.output<typeof FieldUsage>;

/** Clients that are not told apart, and those that do not say who they are. */
export const otherClient = 'other';
export const unnamedClient = 'unnamed';
