/** The simulator's own idempotency: the first answer to a key is replayed for that key. */
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Clock } from '#platform/database/transaction.ts';
import type { ProviderCall } from '../../usecases/ports.ts';
import { inMemory, type Memory } from './memory.ts';
import type { Behaviour } from './tokens.ts';

export interface Endpoint {
  readonly pool: pg.Pool;
  /** The network latency of a request. */
  readonly latencyMs: number;
  readonly clock: Clock;
}

/**
 * Runs `work` for the first request with this key. Later requests get the same answer, or an error when they differ from
 * the first (as from Stripe). A request or an answer that is to be lost leaves the caller waiting until it gives up.
 */
export const once = async <A extends object>(
  { pool, latencyMs, clock }: Endpoint,
  { key, signal }: ProviderCall,
  request: Readonly<Record<string, unknown>>,
  losesFirst: Behaviour['losesFirst'],
  work: (memory: Memory, now: Date) => Promise<A>,
): Promise<A> => {
  await pause(latencyMs, undefined, { signal });
  const { isFirst, answer } = await inMemory(pool, async (memory, now) => {
    const asked = JSON.stringify(request);
    const inserted = await memory.query(
      'INSERT INTO simulator.answer (key, request) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [key, asked],
    );
    const isFirst = inserted.rowCount === 1;
    if (isFirst && losesFirst === 'request') return { isFirst, answer: null };
    const known = isFirst ? null : await earlierAnswer<A>(memory, key, asked);
    if (known) return { isFirst, answer: known };
    const answer = await work(memory, clock(now));
    await memory.query('UPDATE simulator.answer SET answer = $2 WHERE key = $1', [key, JSON.stringify(answer)]);
    return { isFirst, answer };
  });
  if (answer === null || (isFirst && losesFirst === 'answer')) return neverAnswer(signal);
  return answer;
};

const earlierAnswer = async <A>(memory: Memory, key: string, asked: string): Promise<A | null> => {
  const { rows } = await memory.query<{ request: string; answer: A | null }>(
    'SELECT request, answer FROM simulator.answer WHERE key = $1 FOR UPDATE',
    [key],
  );
  if (rows[0]?.request !== asked) throw new Error(`the key ${key} was used for another request`);
  return rows[0].answer;
};

const neverAnswer = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
  });
