/**
 * What `work` comes to, or, after `ms`, what `late` says of that; `late` may throw. The work is not broken off: what it
 * comes to later is no news. (For work that can be broken off there are signals.)
 */
export const withDeadline = async <T, Late>(ms: number, work: Promise<T>, late: () => Late): Promise<T | Late> => {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<typeof isOver>((resolve) => {
    timer = setTimeout(resolve, ms, isOver);
  });
  try {
    const first = await Promise.race([work, time]);
    return first === isOver ? late() : first;
  } finally {
    clearTimeout(timer);
  }
};

const isOver = Symbol('the time is over');
