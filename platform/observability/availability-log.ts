import type { Logger } from './log.ts';

export interface AvailabilityLog {
  up(): void;
  down(error: unknown): void;
}

/** One log line when something becomes unavailable and one when it is back, however often it is retried in between. */
export const availabilityLog = (log: Logger, what: string): AvailabilityLog => {
  let away = false;
  return {
    up: () => {
      if (away) log.info(`${what} is back`);
      away = false;
    },
    down: (error) => {
      if (!away) log.warn({ err: error }, `${what} is away; retrying until it is back`);
      away = true;
    },
  };
};

/** The same for several things by name. */
export const availabilityLogs = (log: Logger, what: (name: string) => string): ((name: string) => AvailabilityLog) => {
  const states = new Map<string, AvailabilityLog>();
  return (name) => {
    const state = states.get(name) ?? availabilityLog(log, what(name));
    states.set(name, state);
    return state;
  };
};
