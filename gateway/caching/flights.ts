/** When many ask the same at the same moment, one is sent off and the others wait for what it brings. */

export interface Flight<Answer> {
  /** `undefined`: it brought nothing that can be shared, and each has to go alone. */
  readonly landed: Promise<Answer | undefined>;
  readonly land: (answer: Answer | undefined) => void;
}

export interface Flights<Answer> {
  /** The flight under this key; the first to ask leads it, and must land it whatever happens. */
  join(key: string): { readonly flight: Flight<Answer>; readonly isLeader: boolean };
}

export const singleFlights = <Answer>(): Flights<Answer> => {
  const flying = new Map<string, Flight<Answer>>();
  return {
    join: (key) => {
      const known = flying.get(key);
      if (known) return { flight: known, isLeader: false };
      const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
      const flight: Flight<Answer> = {
        landed: promise,
        land: (answer) => {
          flying.delete(key);
          resolve(answer);
        },
      };
      flying.set(key, flight);
      return { flight, isLeader: true };
    },
  };
};
