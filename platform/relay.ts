import type { Bus } from './bus/bus.ts';
import type { Logger } from './log.ts';

export interface RelayOptions {
  readonly databaseUrl: string;
  readonly bus: Bus;
  /** The queues that get a copy of a message. */
  readonly receivers: (type: string, version: number) => readonly string[];
  readonly log: Logger;
}

export interface Relay {
  /** Looks for unpublished rows now. */
  wake(): void;
  /** Finishes the batch in hand, then stops. */
  close(): Promise<void>;
}

export const startRelay = (_options: RelayOptions): Promise<Relay> => {
  throw new Error('not written yet');
};
