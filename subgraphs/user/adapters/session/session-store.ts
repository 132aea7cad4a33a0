import type { GuestId, SessionId, UserId } from '#contracts/ids.ts';
import { fieldsWithout, selected } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/user/client/client.ts';
import type { DeviceName, SessionOwner, UserSession } from '../../domain/session/session.ts';
import type { KnownSession, SessionReads, SessionStore } from '../../usecases/session/ports.ts';

export const sessionStore = (tx: Prisma.TransactionClient, now: Date): SessionStore => ({
  holdAccount: async ({ user, passwordHash }) => {
    const rows = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM user_account WHERE id = ${user.id} AND password_hash = ${passwordHash} FOR SHARE`;
    return rows.length === 1;
  },
  lockUser: async (userId) => {
    await tx.$executeRaw`SELECT 1 FROM user_account WHERE id = ${userId} FOR NO KEY UPDATE`;
  },
  insert: async ({ owner, ...session }, token) => {
    await tx.session.create({ data: { ...session, ...owner, refreshTokens: { create: token } }, select: { id: true } });
  },
  endExcess: async (userId, keep) => {
    // What is locked is being used: it is not one of the oldest.
    await tx.$executeRaw`
      UPDATE session SET ended_at = ${now}, end_reason = 'TOO_MANY_SESSIONS'
       WHERE id = ANY (ARRAY(SELECT id FROM session WHERE user_id = ${userId} AND ended_at IS NULL
                     ORDER BY last_used_at DESC, id DESC OFFSET ${keep} FOR UPDATE SKIP LOCKED))`;
  },
  lock: async (id) => {
    const [row] = await tx.$queryRawUnsafe<SessionRow[]>(`SELECT ${all} FROM session WHERE id = $1 FOR UPDATE`, id);
    return row && toSession(row);
  },
  lockOfToken: async (hash) => {
    // Both ids are those of the token for ever, so they may be looked up before anything is locked.
    await tx.$executeRaw`
      SELECT 1 FROM user_account
       WHERE id = (SELECT user_id FROM session JOIN refresh_token ON session_id = session.id WHERE hash = ${hash}) FOR SHARE`;
    const [row] = await tx.$queryRawUnsafe<SessionRow[]>(
      `SELECT ${all} FROM session WHERE id = (SELECT session_id FROM refresh_token WHERE hash = $1) FOR UPDATE`,
      hash,
    );
    return row && toSession(row);
  },
  isNewDevice: async (userId, { device, userAgent }) => {
    const earlier = await tx.session.groupBy({ by: ['device', 'userAgent'], where: { userId } });
    return earlier.length > 0 && !earlier.some((it) => it.device === device && it.userAgent === userAgent);
  },
  addToken: async (sessionId, token) => {
    await tx.refreshToken.create({ data: { ...token, sessionId }, select: { hash: true } });
  },
  token: (hash) =>
    tx.refreshToken
      .findUnique({ where: { hash }, select: { expiresAt: true, usedAt: true, salt: true } })
      .then((row) => row ?? undefined),
  rotate: async ({ sessionId, hash, salt, successor: { hash: next, issuedAt, expiresAt } }) => {
    await tx.$executeRaw`
      WITH used AS (UPDATE refresh_token SET used_at = ${issuedAt}, salt = ${salt} WHERE hash = ${hash}),
           issued AS (INSERT INTO refresh_token (hash, session_id, issued_at, expires_at)
                      VALUES (${next}, ${sessionId}, ${issuedAt}, ${expiresAt}))
      UPDATE session SET last_used_at = ${issuedAt}, expires_at = ${expiresAt}, refreshes = refreshes + 1
       WHERE id = ${sessionId}`;
  },
  end: async (id, owner, endReason) => {
    const { count } = await tx.session.updateMany({
      where: { id, ...owner, endedAt: null },
      data: { endedAt: now, endReason },
    });
    return count === 1;
  },
  isOf: async (id, owner) => (await tx.session.count({ where: { id, ...owner } })) === 1,
  endAll: async (userId, endReason, except) => {
    const ended = await tx.session.updateManyAndReturn({
      where: { userId, endedAt: null, ...(except && { NOT: { id: except } }) },
      data: { endedAt: now, endReason },
      select: { id: true },
    });
    return ended.map(({ id }) => id as SessionId);
  },
  recordMerge: async ({ guestId }, userId) => {
    const { count } = await tx.guestMerge.createMany({
      data: [{ guestId, userId, mergedAt: now }],
      skipDuplicates: true,
    });
    return count === 1;
  },
  isMerged: async (guestId, userId) => (await tx.guestMerge.count({ where: { guestId, userId } })) === 1,
  dropExpired: async (limit) => {
    // A session's tokens go with it; those of a session that goes on are here once they have expired.
    const sessions = await tx.session.deleteMany({ where: { expiresAt: { lte: now } }, limit });
    const tokens = await tx.refreshToken.deleteMany({ where: { expiresAt: { lte: now } }, limit });
    return sessions.count + tokens.count;
  },
});

export const sessionReads = (prisma: Pick<Prisma.TransactionClient, 'session'>): SessionReads => ({
  sessionsOf: async (userIds) => {
    // Expired ones are deleted within minutes (wiring.ts).
    const rows = await prisma.session.findMany({
      where: { userId: { in: [...userIds] }, endedAt: null },
      orderBy: [{ lastUsedAt: 'desc' }, { id: 'desc' }],
    });
    return Map.groupBy(rows.map(toSession) as UserSession[], ({ owner }) => owner.userId);
  },
});

type SessionRow = Prisma.SessionGetPayload<object>;

const all = selected(fieldsWithout(Prisma.SessionScalarFieldEnum), 'session');

const toSession = ({ userId, guestId, ...row }: SessionRow): KnownSession => ({
  ...row,
  id: row.id as SessionId,
  device: row.device as DeviceName | null,
  owner: ownerOf(userId, guestId),
});

/** The database makes sure that it is one of the two. */
const ownerOf = (userId: string | null, guestId: string | null): SessionOwner =>
  userId === null ? { guestId: guestId as GuestId } : { userId: userId as UserId };
