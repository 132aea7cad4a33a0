/**
 * Connections to PostgreSQL that notice when nobody is at the other end any more. A router that forgets a connection, or a
 * server that hangs, closes nothing: whoever waits without a bound waits for ever.
 */
import pg from './pg.ts';

export interface ConnectionBounds {
  /** What `pg_stat_activity` calls it. */
  readonly name: string;
  readonly connectMs: number;
  /** Without an answer for so long the connection is taken for dead. Left out where statements take as long as they take. */
  readonly answerMs?: number;
}

// 10 s without traffic, then a probe a second: by then the kernel knows in 20 s of a peer that is gone. Without a delay of
// one's own it waits for two hours.
const keepAliveDelayMs = 10_000;

/** For a pool, or for a client of its own (`openClient`). */
export const boundedConnection = (
  connectionString: string,
  { name, connectMs, answerMs }: ConnectionBounds,
): pg.PoolConfig => ({
  connectionString,
  application_name: name,
  keepAlive: true,
  keepAliveInitialDelayMillis: keepAliveDelayMs,
  connectionTimeoutMillis: connectMs,
  ...(answerMs && { query_timeout: answerMs }),
  Client: BoundedClient,
});

/** Not connected yet. */
export const openClient = (connectionString: string, bounds: ConnectionBounds): pg.Client =>
  new BoundedClient(boundedConnection(connectionString, bounds));

/** What node-postgres says when an answer did not come in time. It has no code. */
const noAnswer = 'Query read timeout';

type Callback = (error: Error | null | undefined, result?: unknown) => void;

/**
 * Ends a connection on which an answer did not come. node-postgres gives up the query only: the connection would go back
 * to its pool, and everything that is sent on it later would wait behind an answer that never comes.
 */
class BoundedClient extends pg.Client {
  override query(...given: unknown[]): never {
    const send = super.query.bind(this) as (...args: unknown[]) => unknown;
    const last = given.at(-1);
    if (typeof last === 'function') {
      const told: Callback = (error, result) => {
        this.#endIfSilent(error);
        (last as Callback)(error, result);
      };
      return send(...given.slice(0, -1), told) as never;
    }
    const sent = send(...given);
    if (sent instanceof Promise) sent.catch((error) => this.#endIfSilent(error));
    return sent as never;
  }

  #endIfSilent(error: unknown): void {
    if (error instanceof Error && error.message === noAnswer)
      (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}
