/** Gauges whose numbers somebody else has to be asked for at a scrape: a database, a queue. */
import { withDeadline } from '../resilience/deadline.ts';
import { Gauge, type Registry } from './metrics.ts';

type Labels = Readonly<Record<string, string>>;

export interface ScrapeTimeGauge<Answer> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** One number, or one for each set of labels. */
  readonly read: (answer: Answer) => number | readonly (readonly [labels: Labels, value: number])[];
}

// 2 s: such a question takes milliseconds, and Prometheus gives up a scrape after 10 s.
const answerWithinMs = 2_000;

/**
 * All these gauges share one question a scrape, and never is a second one under way: a server that hangs is not asked
 * again and again. While there is no answer they have no series. A number of before would say that all is as it was; that
 * the server is away is told by other metrics.
 */
export const scrapeTimeGauges = <Answer>(
  registry: Registry,
  ask: () => Promise<Answer>,
  gauges: readonly ScrapeTimeGauge<Answer>[],
  withinMs = answerWithinMs,
): void => {
  let asking: Promise<Answer | undefined> | undefined;
  const answer = () => {
    asking ??= Promise.resolve()
      .then(ask)
      .catch(() => undefined)
      .finally(() => {
        asking = undefined;
      });
    return withDeadline(withinMs, asking, () => undefined);
  };
  for (const { name, help, labelNames = [], read } of gauges) {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      async collect() {
        const answered = await answer();
        const numbers = answered === undefined ? [] : read(answered);
        // Of a gauge without labels, `reset` would make a zero.
        if (labelNames.length === 0) this.remove();
        else this.reset();
        if (typeof numbers === 'number') this.set(numbers);
        else for (const [labels, value] of numbers) this.set(labels, value);
      },
    });
  }
};
