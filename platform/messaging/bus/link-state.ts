import type { Logger } from '../../observability/log.ts';

export interface LinkState {
  up(): void;
  down(error: unknown): void;
}

/** One log line when something goes away and one when it is back, however often it is tried in between. */
export const linkState = (log: Logger, what: string): LinkState => {
  let away = false;
  return {
    up: () => {
      if (away) log.info(`${what} is back`);
      away = false;
    },
    down: (error) => {
      if (!away) log.warn({ err: error }, `${what} is away; it is tried until it is back`);
      away = true;
    },
  };
};

/** The same for several things, told apart by name: one that is away does not hide that another is back. */
export const linkStates = (log: Logger, what: (name: string) => string): ((name: string) => LinkState) => {
  const states = new Map<string, LinkState>();
  return (name) => {
    const state = states.get(name) ?? linkState(log, what(name));
    states.set(name, state);
    return state;
  };
};
