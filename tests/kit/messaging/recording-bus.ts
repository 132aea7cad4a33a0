import type { Bus, BusJob, ConsumeOptions } from '#platform/messaging/bus/bus.ts';

export interface RecordingBus extends Bus {
  readonly published: BusJob[];
  /** While set, publishing waits for it and fails when it does. */
  obstacle: (() => Promise<void>) | undefined;
  /** Hands a message to the consumer, as a queue would once; fails when the consumer does. */
  deliver(queue: string, message: unknown): Promise<void>;
  readonly consumers: Map<string, { handle: (message: unknown) => Promise<void>; options: ConsumeOptions }>;
}

/** A bus that carries nothing by itself, for tests of those who publish and of those who consume. */
export const recordingBus = (): RecordingBus => {
  const bus: RecordingBus = {
    transport: 'postgres',
    published: [],
    obstacle: undefined,
    consumers: new Map(),
    publish: async (jobs) => {
      await bus.obstacle?.();
      bus.published.push(...jobs);
    },
    consume: async (queue, handle, options = {}) => {
      bus.consumers.set(queue, { handle, options });
      return { close: async () => void bus.consumers.delete(queue) };
    },
    deliver: async (queue, message) => {
      const consumer = bus.consumers.get(queue);
      if (!consumer) throw new Error(`nobody consumes ${queue}`);
      await consumer.handle(message);
    },
    counts: async () => ({ waiting: 0, active: 0, delayed: 0, dead: 0 }),
    oldestWaitingMs: async () => 0,
    deadLetters: async () => [],
    redrive: async () => false,
    empty: async () => undefined,
    refusal: () => undefined,
    close: async () => undefined,
  };
  return bus;
};
