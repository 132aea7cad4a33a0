/** What a refresh token that is presented means for its session. */

export interface RefreshToken {
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

export interface PresentedToken {
  readonly session: { readonly expiresAt: Date; readonly endedAt: Date | null; readonly refreshes: number };
  readonly token: RefreshToken;
  /** What the token was exchanged for, if it was. */
  readonly successor: RefreshToken | undefined;
  readonly now: Date;
}

/**
 * ROTATE: it is exchanged for its successor. REPEAT: it was, a moment ago, by somebody who has not used the successor (a second
 * tab, or a client whose answer was lost), and gets the same one. REUSED: two parties have it, so neither may go on.
 * INVALID: it is worth nothing, and says nothing about anybody.
 */
export type RefreshOutcome = 'ROTATE' | 'REPEAT' | 'REUSED' | 'INVALID';

// 10 s: a client that got no answer gives up and asks again within that time. A thief who is as quick gets what the owner
// has, and the next refresh of either of them gives both away.
const repeatWithinMs = 10_000;

// 50,000: a refresh every 15 minutes for a year are 35,000. A client in a loop ends its session instead of filling a disk.
const maxRefreshes = 50_000;

export const refreshOutcome = ({ session, token, successor, now }: PresentedToken): RefreshOutcome => {
  if (session.endedAt || session.expiresAt <= now) return 'INVALID';
  if (token.usedAt) {
    const isRecent = now.getTime() - token.usedAt.getTime() <= repeatWithinMs;
    return isRecent && successor && !successor.usedAt ? 'REPEAT' : 'REUSED';
  }
  if (token.expiresAt <= now || session.refreshes >= maxRefreshes) return 'INVALID';
  return 'ROTATE';
};
