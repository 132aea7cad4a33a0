/** Something that only one can do at a time, and so a bound that more machines do not lift. */
export interface Ceiling {
  readonly what: string;
  readonly perSecond: number;
  readonly note?: string;
}

/** Each worker does it again as soon as it is done, until the time is up; tells how many were done. */
export const repeatedly =
  <Worker>(work: (worker: Worker) => Promise<unknown>) =>
  async (worker: Worker, until: number): Promise<number> => {
    let done = 0;
    while (performance.now() < until) {
      await work(worker);
      done++;
    }
    return done;
  };

export const perSecondOf = async <Worker>(
  seconds: number,
  workers: readonly Worker[],
  loop: (worker: Worker, until: number) => Promise<number>,
): Promise<number> => {
  const begun = performance.now();
  const done = await Promise.all(workers.map((worker) => loop(worker, begun + seconds * 1_000)));
  return done.reduce((sum, count) => sum + count, 0) / ((performance.now() - begun) / 1_000);
};
