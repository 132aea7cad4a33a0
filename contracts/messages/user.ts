/** Events of an account. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { UserId } from '../ids.ts';

export const UserRegistered = defineMessage({
  type: 'user.registered',
  version: 1,
  kind: 'event',
  owner: 'user',
  description: 'An account was created.',
  data: z.object({ userId: UserId, displayName: z.string() }),
});
