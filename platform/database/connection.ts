/**
 * Connections to PostgreSQL that notice when nobody is at the other end any more. A router that forgets a connection, or a
 * server that hangs, closes nothing: whoever waits without a bound waits for ever.
 */
import { databaseAddress } from './address.ts';
import pg from './pg.ts';

export interface ConnectionBounds {
  /** What `pg_stat_activity` calls it. */
  readonly name: string;
  readonly connectMs: number;
  /** Without an answer for so long the connection is taken for dead. Left out where statements take as long as they take. */
  readonly answerMs?: number;
  /** Of PostgreSQL, by name. They are set by a statement: a pooler refuses a connection that brings start-up options. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

interface Config extends pg.PoolConfig {
  readonly session: string;
}

// 10 s without traffic, then a probe a second: by then the kernel knows in 20 s of a peer that is gone. Without a delay of
// one's own it waits for two hours.
const keepAliveDelayMs = 10_000;

/** For a pool, or for a client of its own (`openClient`). */
export const boundedConnection = (
  address: string,
  { name, connectMs, answerMs, settings }: ConnectionBounds,
): Config => {
  const { schema, connectionString } = databaseAddress(address);
  return {
    connectionString,
    session: sessionOf({ search_path: searchPath(schema), ...ourSettings, ...settings }),
    application_name: name,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveDelayMs,
    connectionTimeoutMillis: connectMs,
    ...(answerMs && { query_timeout: answerMs }),
    Client: BoundedClient,
  };
};

/**
 * Whatever the role, the database or the server prefers: a role that is serializable has its statements fail when two meet,
 * and dates in another style are read wrongly. A pooler in transaction mode does not carry the first over (docs/databases.md).
 */
const ourSettings = { default_transaction_isolation: 'read committed', datestyle: 'ISO' };

/** Tables are in the address's schema and nowhere else; extensions may be in `public`, where an administrator puts them. */
export const searchPath = (schema: string): string =>
  [...new Set([schema, 'public'])].map(pg.escapeIdentifier).join(', ');

const sessionOf = (settings: NonNullable<ConnectionBounds['settings']>): string =>
  Object.entries(settings)
    .map(([name, value]) => `SELECT set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(String(value))}, false)`)
    .join('; ');

/** Not connected yet. */
export const openClient = (address: string, bounds: ConnectionBounds): pg.Client =>
  new BoundedClient(boundedConnection(address, bounds));

/**
 * Whether the backend of this number is not the one that greeted us: then there is a pooler, which greets by a number of its
 * own. In transaction mode nothing that is set or listened for on such a connection can be relied on.
 */
export const isOtherBackend = (client: pg.Client, pid: number): boolean =>
  pid !== (client as unknown as { readonly processID: number | null }).processID;

/** What node-postgres says when an answer did not come in time. It has no code. */
const noAnswer = 'Query read timeout';

type Callback = (error: Error | null | undefined, result?: unknown) => void;

/**
 * Ends a connection on which an answer did not come. node-postgres gives up the query only: the connection would go back
 * to its pool, and everything that is sent on it later would wait behind an answer that never comes.
 */
class BoundedClient extends pg.Client {
  readonly #session: string;

  constructor(config?: Partial<Config>) {
    super(config);
    this.#session = config?.session ?? '';
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<pg.Client> | undefined {
    const connected = super.connect().then(() => this.#prepare());
    if (!callback) return connected;
    // What it is called with when all is well, the types do not know.
    connected.then(() => callback(null as unknown as Error), callback);
  }

  /** A pool hears of errors, and ends what it has, only when it has a connection: until then both are to be done here. */
  async #prepare(): Promise<pg.Client> {
    const hear = () => undefined;
    this.on('error', hear);
    try {
      await (this.query(this.#session) as Promise<unknown>);
    } catch (fault) {
      this.end().catch(hear);
      throw fault;
    }
    this.off('error', hear);
    return this;
  }

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
