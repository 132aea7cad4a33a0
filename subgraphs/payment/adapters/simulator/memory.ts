/**
 * The simulator's memory: it survives our crashes, like an outside system's. It has its own tables (schema `simulator`) and
 * its own connections; no transaction of ours is ever open on them.
 */
import type { Currency } from '#contracts/money.ts';
import { boundedConnection } from '#platform/database/connection.ts';
import pg from '#platform/database/pg.ts';
import type { AuthorizationResult } from '../../domain/provider-results.ts';

export interface SimulatedPayment {
  readonly reference: string;
  readonly attempt: string;
  readonly token: string;
  readonly amount: number;
  readonly currency: Currency;
  readonly status: 'processing' | 'requires_action' | 'requires_capture' | 'declined' | 'captured' | 'canceled';
  readonly captured: number;
  readonly refunded: number;
  readonly decline_reason: Extract<AuthorizationResult, { kind: 'declined' }>['reason'] | null;
  readonly settles_at: Date | null;
}

export type Memory = pg.PoolClient;

// 4 connections: the simulator's transactions take a millisecond, and its latency is waited for without one.
export const openMemory = (databaseUrl: string, onLost: (error: Error) => void): pg.Pool => {
  const pool = new pg.Pool({
    ...boundedConnection(databaseUrl, {
      name: 'payment simulator',
      connectMs: 5_000,
      answerMs: 6_000,
      // 5 s: one second before the connection counts as dead.
      settings: { statement_timeout: 5_000, idle_in_transaction_session_timeout: 10_000 },
    }),
    max: 4,
  });
  // A broken connection (the server restarted) would otherwise end the process: idle ones emit on the pool, those in use
  // only on themselves, besides failing their query. The pool opens a new one.
  pool.on('error', onLost);
  pool.on('connect', (client) => client.on('error', onLost));
  return pool;
};

/** Runs `work` in one transaction, with the time by the memory's own clock, which outlasts any process. */
export const inMemory = async <T>(pool: pg.Pool, work: (memory: Memory, now: Date) => Promise<T>): Promise<T> => {
  const memory = await pool.connect();
  try {
    // Two statements in one message: their results come as a list.
    const [, begun] = (await memory.query('BEGIN; SELECT clock_timestamp() AS now')) as unknown as pg.QueryResult[];
    const result = await work(memory, begun?.rows[0].now);
    await memory.query('COMMIT');
    memory.release();
    return result;
  } catch (error) {
    // Destroyed, not returned: its transaction ends with the connection, whatever state that is in.
    memory.release(true);
    throw error;
  }
};

/** Locks the payment in its current state: one that was processing may have settled since. */
export const lockPayment = async (memory: Memory, reference: string, now: Date): Promise<SimulatedPayment> => {
  const { rows } = await memory.query<SimulatedPayment>(
    'SELECT * FROM simulator.payment WHERE reference = $1 FOR UPDATE',
    [reference],
  );
  const [payment] = rows;
  if (!payment) throw new Error(`the simulator does not know ${reference}`);
  const hasSettled = payment.status === 'processing' && payment.settles_at !== null && payment.settles_at <= now;
  return hasSettled ? holdFunds(memory, payment) : payment;
};

export const updatePayment = async (
  memory: Memory,
  payment: SimulatedPayment,
  to: Partial<Pick<SimulatedPayment, 'status' | 'captured' | 'refunded'>>,
): Promise<SimulatedPayment> => {
  const next = { ...payment, ...to };
  await memory.query('UPDATE simulator.payment SET status = $2, captured = $3, refunded = $4 WHERE reference = $1', [
    ...[next.reference, next.status, next.captured, next.refunded],
  ]);
  return next;
};

export const holdFunds = async (memory: Memory, payment: SimulatedPayment): Promise<SimulatedPayment> => {
  await recordEffect(memory, payment, 'AUTHORIZATION', payment.amount);
  return updatePayment(memory, payment, { status: 'requires_capture' });
};

/** One movement of (simulated) money. */
export const recordEffect = async (
  memory: Memory,
  { reference }: SimulatedPayment,
  kind: 'AUTHORIZATION' | 'VOID' | 'CAPTURE' | 'REFUND',
  amount: number,
): Promise<void> => {
  await memory.query('INSERT INTO simulator.effect (reference, kind, amount) VALUES ($1, $2, $3)', [
    ...[reference, kind, amount],
  ]);
};
