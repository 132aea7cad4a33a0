import { type AccessDenials, denialLifeMs, denialsPerPage } from '#contracts/access-denials.ts';
import { type Clock, databaseTime, type Sql } from '#platform/database/transaction.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import type { DenialReads, DenialStore } from '../../usecases/session/ports.ts';

export const denialStore = (tx: Prisma.TransactionClient, clock: Clock): DenialStore => ({
  add: async (...subjects) => {
    if (subjects.length === 0) return;
    const now = clock(await timeOnceLocked(tx, subjects));
    // After whatever was issued since the last one (see timeOfIssue), also within one millisecond.
    await tx.$executeRaw`
      INSERT INTO denial (subject, issued_before, expires_at, transaction_id)
      SELECT subject, since, since + ${denialLifeMs} * interval '1 millisecond', pg_current_xact_id()::text::bigint
        FROM unnest(${subjects}::text[]) AS subject,
             LATERAL (SELECT greatest(${now}::timestamptz(3), max(issued_before) + interval '1 millisecond') AS since
                        FROM denial AS earlier WHERE earlier.subject = subject.subject) AS latest`;
  },
  timeOfIssue: async (...subjects) => {
    const [row] = await tx.$queryRaw<{ now: Date; denied: Date | null }[]>`
      SELECT clock_timestamp() AS now, (SELECT max(issued_before) FROM denial WHERE subject = ANY (${subjects})) AS denied`;
    if (!row) throw new Error('the database gave no time of issue');
    // Later than what was denied in this very millisecond, and also while a clock that was set back catches up.
    return new Date(Math.max(clock(row.now).getTime(), (row.denied?.getTime() ?? 0) + 1));
  },
  dropExpired: async (limit) => {
    const now = clock(await databaseTime(tx));
    const { count } = await tx.denial.deleteMany({ where: { expiresAt: { lte: now } }, limit });
    return count;
  },
});

/**
 * The time once nobody is in the middle of issuing a token to these users: whoever issues one holds their rows FOR SHARE
 * (session-store.ts). So a token with what was true before is older than the denial, and a younger one has what is true now.
 * Sessions are locked already, by being ended. An aggregate, because its row is made after all the locks.
 */
const timeOnceLocked = async (sql: Sql, subjects: readonly string[]): Promise<Date> => {
  const [row] = await sql.$queryRawUnsafe<{ now: Date }[]>(
    `SELECT count(*), clock_timestamp() AS now
       FROM (SELECT id FROM user_account WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE) AS locked`,
    subjects,
  );
  if (!row) throw new Error('the lock of the denied returned no row');
  return row.now;
};

const readLimits = {
  pageSize: denialsPerPage,
  // 1,000 transactions again each time: more than an asynchronous standby lacks of its primary when it takes over.
  overlap: 1_000n,
};

/**
 * Denials are committed in another order than that of their positions, so a position says nothing about what a reader has
 * seen. The ids of transactions do: what a snapshot cannot see yet was written by its oldest running transaction or by a
 * later one, and the next read begins there.
 */
export const denialReads = (
  sql: Sql,
  { pageSize, overlap }: { readonly pageSize: number; readonly overlap: bigint } = readLimits,
): DenialReads => ({
  accessDenials: async (since) => {
    const { transaction, position, resumeAt } = cursorOf(since);
    // One statement, so one snapshot. A transaction id of the future is from before a restore: all are read again.
    const rows = await sql.$queryRawUnsafe<Row[]>(
      `SELECT running.oldest, d.subject, d.issued_before, d.transaction_id, d.position
         FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
                      pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS running
              LEFT JOIN LATERAL (
                SELECT * FROM denial
                 WHERE (transaction_id, position) > (CASE WHEN $1::bigint > running.next THEN 0 ELSE $1::bigint END, $2::bigint)
                 ORDER BY transaction_id, position LIMIT $3::int) AS d ON true`,
      ...[transaction, position, pageSize + 1],
    );
    const found = rows.filter(isDenial);
    const page = found.slice(0, pageSize);
    const last = page.at(-1);
    // Of the first page: what it could not see may lie before what the later pages begin with.
    const next = resumeAt ?? less(rows[0]?.oldest ?? 0n, overlap);
    if (found.length > page.length && last)
      return {
        position: `${last.transaction_id}.${last.position}.${next}`,
        isComplete: false,
        denials: page.map(listed),
      };
    return { position: `${next}.0`, isComplete: true, denials: page.map(listed) };
  },
});

/** After which row to read, and, between two pages, where the read after the last page begins. */
const cursorOf = (since: string | undefined) => {
  // 18 digits fit a bigint. What is no position of ours (of another format, say) reads all.
  const [, transaction = '0', position = '0', resumeAt] =
    /^(\d{1,18})\.(\d{1,18})(?:\.(\d{1,18}))?$/.exec(since ?? '') ?? [];
  return {
    transaction: BigInt(transaction),
    position: BigInt(position),
    resumeAt: resumeAt === undefined ? undefined : BigInt(resumeAt),
  };
};

const less = (id: bigint, by: bigint): bigint => (id > by ? id - by : 0n);

interface Found {
  readonly oldest: bigint;
  readonly subject: string;
  readonly issued_before: Date;
  readonly transaction_id: bigint;
  readonly position: bigint;
}

/** Without a denial there is still a row, with the oldest running transaction. */
type Row = Found | { readonly oldest: bigint; readonly subject: null };

const isDenial = (row: Row): row is Found => row.subject !== null;

const listed = ({ subject, issued_before: issuedBefore }: Found): AccessDenials['denials'][number] => ({
  subject,
  issuedBefore: issuedBefore.toISOString(),
});
