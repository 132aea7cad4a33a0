/** What every cluster of ours is started with; `postgres --help` and the manual explain the names. */
export type Settings = Record<string, string | number>;

/** A cluster whose data must survive: fast on a laptop, and no committed order is ever lost (fsync and synchronous_commit stay on). */
export const durableSettings: Settings = {
  // Four services with two roles each, their pools, listeners and the queue's own connections.
  max_connections: 200,
  shared_buffers: '128MB',
  // Few, large checkpoints: a laptop's disk is better off writing the log only.
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  // Short queries by primary key: compiling a plan costs more than running it, and disks no longer seek.
  jit: 'off',
  random_page_cost: 1.1,
  // What is not in its buffers is in the system's: to have it read ahead by another process costs a search a fifth of its CPU.
  effective_io_concurrency: 0,
};

/** A cluster that is thrown away: nothing is ever flushed to the disk. */
export const throwawaySettings: Settings = {
  ...durableSettings,
  // Vitest workers run in parallel, and each test database has pools of its own.
  max_connections: 400,
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  autovacuum: 'off',
};

/** Settings that are not a matter of taste: only this machine may connect, by TCP. */
const fixedSettings: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_line_prefix: '%m [%p] %u@%d ',
  // The detail of an error quotes whole rows: addresses, payment tokens.
  log_error_verbosity: 'terse',
};

export const asArguments = (settings: Settings): string[] =>
  Object.entries({ ...settings, ...fixedSettings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
