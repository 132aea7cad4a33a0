import { Gauge, type Registry } from '../observability/metrics.ts';

/** A pool of node-postgres, as far as it is measured. */
export interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

const unopened: Pool = { totalCount: 0, idleCount: 0, waitingCount: 0 };

/** Gauges of this process's database pool, which Prisma opens with the first statement, and again after a disconnect. */
export const measurePool = (registry: Registry, limit: number, current: () => Pool | undefined): void => {
  const registers = [registry];
  new Gauge({
    name: 'agora_database_pool_connections',
    help: 'Connections of the database pool, by state: total, and idle of these.',
    labelNames: ['state'],
    registers,
    collect() {
      const pool = current() ?? unopened;
      this.set({ state: 'total' }, pool.totalCount);
      this.set({ state: 'idle' }, pool.idleCount);
    },
  });
  new Gauge({
    name: 'agora_database_pool_limit',
    help: 'The most connections that the database pool may have (DATABASE_POOL_SIZE).',
    registers,
  }).set(limit);
  new Gauge({
    name: 'agora_database_pool_waiting_requests',
    help: 'Statements and transactions that wait for a free connection of the database pool.',
    registers,
    collect() {
      this.set((current() ?? unopened).waitingCount);
    },
  });
};
