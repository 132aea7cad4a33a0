/**
 * Published when a thing has changed. It carries no data and may get lost, so it is a reason to read again, never a
 * source; what must not get lost is a message (envelope.ts).
 */
import { z } from 'zod';

export const ChangeNotification = z.object({
  about: z.object({
    /** As the graph calls it: `Product`, `Order`. */
    type: z.string().min(1),
    /** Absent: any of them may have changed. */
    id: z.string().min(1).optional(),
  }),
  /** Rises with each change of the thing; a repeated notification repeats it. */
  version: z.int().positive().optional(),
});
export type ChangeNotification = z.infer<typeof ChangeNotification>;
