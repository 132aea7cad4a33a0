/** One look at the source of the supergraph: what came of it is said once, however often the look is repeated. */
import type { Logger } from '#platform/observability/log.ts';
import { type Generation, hashOf } from './generation.ts';
import type { SupergraphSource } from './supergraph-source.ts';

export interface LookoutOptions {
  readonly source: SupergraphSource;
  readonly servedHash: () => string | undefined;
  /** Makes it the supergraph that is served, or rejects with the reason why it cannot be. */
  readonly offer: (supergraph: string) => Promise<Generation>;
  readonly onOutcome: (outcome: 'loaded' | 'refused' | 'unreachable') => void;
  readonly log: Logger;
}

/** Never rejects: whatever is wrong with a new supergraph, the one that is served goes on. */
export const lookout = (options: LookoutOptions): ((signal: AbortSignal) => Promise<void>) => {
  const { source, servedHash, offer, onOutcome, log } = options;
  let away = false;
  let refused: string | undefined;

  const text = async (signal: AbortSignal): Promise<string | undefined> => {
    try {
      const read = await source.read(signal);
      if (away) log.info({ source: source.name }, 'the source of the supergraph is back');
      away = false;
      return read;
    } catch (error) {
      if (signal.aborted) return undefined;
      onOutcome('unreachable');
      const serving = servedHash() ?? 'none';
      if (!away) log.error({ source: source.name, serving, reason: reasonOf(error) }, 'supergraph cannot be read');
      away = true;
      return undefined;
    }
  };

  return async (signal) => {
    const supergraph = await text(signal);
    if (supergraph === undefined || signal.aborted) return;
    const hash = hashOf(supergraph);
    if (hash === refused) return;
    refused = undefined;
    if (hash === servedHash()) return;
    try {
      const { replanned } = await offer(supergraph);
      onOutcome('loaded');
      log.info({ source: source.name, hash, planned: replanned.planned }, 'supergraph loaded');
      if (replanned.noLongerValid.length > 0)
        log.warn({ hash, operations: replanned.noLongerValid }, 'operations in use are not valid on this supergraph');
    } catch (error) {
      refused = hash;
      onOutcome('refused');
      const serving = servedHash() ?? 'none';
      log.error({ source: source.name, hash, serving, reason: reasonOf(error) }, 'supergraph refused');
    }
  };
};

// One line: composition faults come as lists, and a log line is read by one glance.
const reasonOf = (error: unknown): string => {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return [message ?? String(error), cause?.message].filter(Boolean).join(': ').replaceAll(/\s+/g, ' ').slice(0, 1_000);
};
