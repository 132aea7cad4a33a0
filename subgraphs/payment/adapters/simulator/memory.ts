/**
 * The simulator's memory: it survives our crashes, as an outside system's would. Tables of its own (schema
 * `simulator`), reached through connections of its own; no transaction of ours is ever open on them.
 */

import { boundedConnection } from '#platform/database/connection.ts';
import pg from '#platform/database/pg.ts';
import type { AuthorizationResult } from '../../domain/provider-results.ts';

export interface Remembered {
  readonly reference: string;
  readonly attempt: string;
  readonly token: string;
  readonly amount: number;
  readonly currency: 'EUR' | 'USD' | 'GBP';
  readonly status: 'processing' | 'requires_action' | 'requires_capture' | 'declined' | 'captured' | 'canceled';
  readonly captured: number;
  readonly refunded: number;
  readonly decline_reason: Extract<AuthorizationResult, { kind: 'declined' }>['reason'] | null;
  readonly settles_at: Date | null;
}

export type Memory = pg.PoolClient;

// 4 connections: the simulator's own transactions take a millisecond, and its latency is waited for without one.
export const openMemory = (databaseUrl: string, onLost: (error: Error) => void): pg.Pool => {
  const pool = new pg.Pool({
    ...boundedConnection(databaseUrl, {
      name: 'payment simulator',
      connectMs: 5_000,
      answerMs: 6_000,
      // 5 s: a second before the connection counts as dead.
      settings: { statement_timeout: 5_000, idle_in_transaction_session_timeout: 10_000 },
    }),
    max: 4,
  });
  // A connection that breaks (the server restarted) would otherwise end the process: idle ones tell the pool, and those
  // that are lent out tell nobody but their own listeners, beside failing their query. The pool opens another.
  pool.on('error', onLost);
  pool.on('connect', (client) => client.on('error', onLost));
  return pool;
};

/** `work` in one transaction. It is given the time by the memory's own clock, which outlasts any process. */
export const remember = async <T>(pool: pg.Pool, work: (memory: Memory, now: Date) => Promise<T>): Promise<T> => {
  const memory = await pool.connect();
  try {
    // Two statements in one message: their results come as a list.
    const [, begun] = (await memory.query('BEGIN; SELECT clock_timestamp() AS now')) as unknown as pg.QueryResult[];
    const result = await work(memory, begun?.rows[0].now);
    await memory.query('COMMIT');
    memory.release();
    return result;
  } catch (error) {
    // Not given back: whatever state the connection is in ends with it, and so does its transaction.
    memory.release(true);
    throw error;
  }
};

/** Locks the payment, as it stands now: one that was processing may have settled since. */
export const recall = async (memory: Memory, reference: string, now: Date): Promise<Remembered> => {
  const { rows } = await memory.query<Remembered>('SELECT * FROM simulator.payment WHERE reference = $1 FOR UPDATE', [
    reference,
  ]);
  const [payment] = rows;
  if (!payment) throw new Error(`the simulator knows no ${reference}`);
  const hasSettled = payment.status === 'processing' && payment.settles_at !== null && payment.settles_at <= now;
  return hasSettled ? hold(memory, payment) : payment;
};

export const change = async (
  memory: Memory,
  payment: Remembered,
  to: Partial<Pick<Remembered, 'status' | 'captured' | 'refunded'>>,
): Promise<Remembered> => {
  const next = { ...payment, ...to };
  await memory.query('UPDATE simulator.payment SET status = $2, captured = $3, refunded = $4 WHERE reference = $1', [
    ...[next.reference, next.status, next.captured, next.refunded],
  ]);
  return next;
};

export const hold = async (memory: Memory, payment: Remembered): Promise<Remembered> => {
  await effect(memory, payment, 'AUTHORIZATION', payment.amount);
  return change(memory, payment, { status: 'requires_capture' });
};

/** Money really moved. */
export const effect = async (
  memory: Memory,
  { reference }: Remembered,
  kind: 'AUTHORIZATION' | 'VOID' | 'CAPTURE' | 'REFUND',
  amount: number,
): Promise<void> => {
  await memory.query('INSERT INTO simulator.effect (reference, kind, amount) VALUES ($1, $2, $3)', [
    ...[reference, kind, amount],
  ]);
};
