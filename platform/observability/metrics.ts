/** Prometheus metrics of this process, served at `/metrics`. */
import { totalmem } from 'node:os';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { withDeadline } from '../resilience/deadline.ts';

export { Counter, Gauge, Histogram, Registry };

export const createMetrics = (service: string): Registry => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'agora_process_memory_limit_bytes',
    help: 'Memory that this process may have: its container’s limit, or the machine’s memory.',
    registers: [registry],
    collect() {
      this.set(memoryLimitBytes());
    },
  });
  return registry;
};

/** The limit of the container, where there is one, else all of the machine. An alert compares resident memory with it. */
export const memoryLimitBytes = (constrained = process.constrainedMemory(), total = totalmem()): number =>
  // 0, or a number beyond any memory, stands for "no limit".
  constrained > 0 && constrained < total ? constrained : total;

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly help: string;
  readonly labels: readonly string[];
}

/** Every metric of this process with its labels, which a scrape shows only once something has been counted. */
export const describeMetrics = (registry: Registry): readonly MetricDescription[] =>
  registry.getMetricsAsArray().map((metric) => {
    const { name, type, help, labelNames } = metric as unknown as MetricDescription & { labelNames: readonly string[] };
    return { name, type, help, labels: labelNames };
  });

type Labels = Readonly<Record<string, string>>;

export interface ScrapeTimeGauge<Answer> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** One number, or one for each set of labels. */
  readonly read: (answer: Answer) => number | readonly (readonly [labels: Labels, value: number])[];
}

// 2 s: such a query takes milliseconds, and Prometheus gives up a scrape after 10 s.
const answerWithinMs = 2_000;

/**
 * Gauges whose values are queried from a database or a queue at each scrape. They share one query per scrape, and no
 * second one starts while it is under way: a server that hangs is not asked again and again. Without an answer they have
 * no series, because a stale number would look like health; other metrics show that the server is away.
 */
export const scrapeTimeGauges = <Answer>(
  registry: Registry,
  query: () => Promise<Answer>,
  gauges: readonly ScrapeTimeGauge<Answer>[],
  withinMs = answerWithinMs,
): void => {
  let pending: Promise<Answer | undefined> | undefined;
  const answer = () => {
    pending ??= Promise.resolve()
      .then(query)
      .catch(() => undefined)
      .finally(() => {
        pending = undefined;
      });
    return withDeadline(withinMs, pending, () => undefined);
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
        // `reset` would set a gauge without labels to zero.
        if (labelNames.length === 0) this.remove();
        else this.reset();
        if (typeof numbers === 'number') this.set(numbers);
        else for (const [labels, value] of numbers) this.set(labels, value);
      },
    });
  }
};
