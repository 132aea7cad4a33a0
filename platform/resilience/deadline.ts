/** The result of `work`, or of `onTimeout` (which may throw) after `ms`. The work is not aborted; its later outcome is ignored. */
export const withDeadline = async <T, Late>(ms: number, work: Promise<T>, onTimeout: () => Late): Promise<T | Late> => {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<typeof timedOut>((resolve) => {
    timer = setTimeout(resolve, ms, timedOut);
  });
  try {
    const first = await Promise.race([work, time]);
    return first === timedOut ? onTimeout() : first;
  } finally {
    clearTimeout(timer);
  }
};

const timedOut = Symbol('timed out');
