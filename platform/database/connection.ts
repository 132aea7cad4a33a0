/**
 * Connections to PostgreSQL that detect a dead peer. A router that drops a connection, or a server that hangs, closes
 * nothing: waiting without a bound would never end.
 */
import { databaseAddress } from './address.ts';
import pg from './pg.ts';

export interface ConnectionBounds {
  /** For `pg_stat_activity`. */
  readonly name: string;
  readonly connectMs: number;
  /** Without an answer for so long the connection counts as dead. Left out where statements have no bound. */
  readonly answerMs?: number;
  /** PostgreSQL settings by name. Set by a statement, because poolers refuse start-up options. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

interface Config extends pg.PoolConfig {
  readonly session: string;
}

// 10 s without traffic, then a probe a second: the kernel notices a dead peer within 20 s. Its own default is two hours.
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
 * Overrides defaults of the role, the database or the server: under `serializable`, concurrent statements fail, and another
 * date style would be misread. A pooler in transaction mode does not preserve the isolation level (docs/databases.md).
 */
const ourSettings = { default_transaction_isolation: 'read committed', datestyle: 'ISO' };

/** Tables are in the address's schema only; extensions may be in `public`. */
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
 * Whether the backend's pid differs from the one announced on connecting: then there is a pooler, which announces its own.
 * In transaction mode neither SET nor LISTEN can be relied on.
 */
export const isOtherBackend = (client: pg.Client, pid: number): boolean =>
  pid !== (client as unknown as { readonly processID: number | null }).processID;

/** node-postgres' message for `query_timeout`, which has no code. */
const noAnswer = 'Query read timeout';

type Callback = (error: Error | null | undefined, result?: unknown) => void;

/**
 * Destroys a connection whose answer timed out. node-postgres gives up only the query: the connection would return to its
 * pool, and later queries would wait behind an answer that never comes.
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
    // The types do not know its argument on success.
    connected.then(() => callback(null as unknown as Error), callback);
  }

  /** A pool handles errors and ends clients only once they are connected: until then both are done here. */
  async #prepare(): Promise<pg.Client> {
    const ignore = () => undefined;
    this.on('error', ignore);
    try {
      await (this.query(this.#session) as Promise<unknown>);
    } catch (fault) {
      this.end().catch(ignore);
      throw fault;
    }
    this.off('error', ignore);
    return this;
  }

  override query(...given: unknown[]): never {
    const send = super.query.bind(this) as (...args: unknown[]) => unknown;
    const last = given.at(-1);
    if (typeof last === 'function') {
      const callback: Callback = (error, result) => {
        this.#endIfSilent(error);
        (last as Callback)(error, result);
      };
      return send(...given.slice(0, -1), callback) as never;
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
