import type { Bus, BusJob } from '../../platform/bus/bus.ts';

export interface RecordingBus extends Bus {
  readonly published: BusJob[];
  /** While set, publishing waits for it and fails when it does. */
  obstacle: (() => Promise<void>) | undefined;
}

/** A bus that only remembers what was published, for tests of those who publish. */
export const recordingBus = (): RecordingBus => {
  const bus: RecordingBus = {
    transport: 'postgres',
    published: [],
    obstacle: undefined,
    publish: async (jobs) => {
      await bus.obstacle?.();
      bus.published.push(...jobs);
    },
    consume: async () => ({ close: async () => undefined }),
    counts: async () => ({ waiting: 0, active: 0, delayed: 0, dead: 0 }),
    deadLetters: async () => [],
    redrive: async () => false,
    close: async () => undefined,
  };
  return bus;
};
