/** Lets so many work at once; the others wait for their turn, in the order in which they came. */
export const turns = (atOnce: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = [];
  let working = 0;
  return async (work) => {
    // Whoever ends hands its turn to the next in line, so nobody slips in between.
    if (working >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else working++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else working--;
    }
  };
};
