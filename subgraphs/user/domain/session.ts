import type { Id, UserId } from '#contracts/ids.ts';

export type SessionId = Id<'Session'>;

/** One sign-in on one device. Access tokens name it, so that it can be ended before they end by themselves. */
export interface Session {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly createdAt: Date;
}
