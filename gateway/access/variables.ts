/** Variables of the access directives. */
import { z } from 'zod';

export const accessVariables = {
  // What becomes of fields whose @authenticated, @requiresScopes or @policy a viewer does not meet. null: they are null with an error each,
  // and the rest is answered. reject: the whole operation is refused.
  UNAUTHORIZED_FIELDS: z.enum(['null', 'reject']).default('null'),
};

export type AccessVariables = z.output<z.ZodObject<typeof accessVariables>>;
