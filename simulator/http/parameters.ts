/** Parameters that several calls take. Forms have only text. */
import { z } from 'zod';

export const wholeNumber = z
  .string()
  .regex(/^-?\d{1,15}$/, 'must be a whole number')
  .transform(Number);

// 50 keys: Stripe's limit.
export const metadata = z
  .record(z.string().max(40), z.string().max(500))
  .refine((given) => Object.keys(given).length <= 50, 'has more than 50 keys')
  .default({});

/** Of the lists of what happens at some time: seconds, both inclusive. */
export const created = z.strictObject({ gte: wholeNumber.optional(), lte: wholeNumber.optional() }).default({});

/** Of every list. */
export const page = {
  limit: wholeNumber.pipe(z.int().min(1).max(100)).default(10),
  starting_after: z.string().optional(),
};
