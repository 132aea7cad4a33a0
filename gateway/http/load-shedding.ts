/** Refuses requests while this process is overloaded, so that those already accepted are answered in time. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, type Registry } from '#platform/observability/metrics.ts';
import { errorBody } from '../graphql/errors.ts';

interface Pressure {
  readonly shedding: boolean;
  readonly high: number;
}

export const noPressure: Pressure = { shedding: false, high: 0 };

// One long task (a major GC, a large schema) is not overload; two samples full of them are.
const samplesToShed = 2;
// Hysteresis, so that shedding does not flap with every sample.
const shareToRecover = 0.5;

/** Starts shedding after two samples above the limit and stops at one below half of it. */
export const nextPressure = ({ shedding, high }: Pressure, delayMs: number, limitMs: number): Pressure => {
  const inARow = delayMs > limitMs ? high + 1 : 0;
  const goesOn = shedding && delayMs > limitMs * shareToRecover;
  return { shedding: goesOn || inARow >= samplesToShed, high: inARow };
};

const sampleEveryMs = 500;
// Resolution of the measurement within a sample.
const resolutionMs = 10;
// Two samples: by then it may have recovered. Clients add their own jitter.
const retryAfterSeconds = 1;

/** Guards `/graphql` and the public paths of services. Health and metrics always answer: an orchestrator must not take busy for dead. */
export const loadShedding = (http: FastifyInstance, limitMs: number, metrics: Registry): void => {
  if (limitMs === 0) return;
  let pressure = noPressure;
  let delayMs = 0;
  const refused = new Counter({
    name: 'agora_gateway_shed_requests_total',
    help: 'Requests refused because the event loop was overloaded.',
    registers: [metrics],
  });
  new Gauge({
    name: 'agora_gateway_event_loop_delay_seconds',
    help: 'Mean event loop delay of the last half second.',
    registers: [metrics],
    collect() {
      this.set(delayMs / 1_000);
    },
  });

  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  let sampling: NodeJS.Timeout | undefined;
  // Measured once clients can connect: loading the schema at start-up is not load.
  http.addHook('onListen', async () => {
    histogram.enable();
    sampling = setInterval(() => {
      // The sample was too short to measure anything: keep the state.
      if (histogram.count > 0) delayMs = Math.max(0, histogram.mean / 1e6 - resolutionMs);
      histogram.reset();
      pressure = nextPressure(pressure, delayMs, limitMs);
    }, sampleEveryMs).unref();
  });
  http.addHook('onClose', async () => {
    clearInterval(sampling);
    histogram.disable();
  });

  http.addHook('onRequest', (request, reply, done) => {
    const { url, config } = request.routeOptions;
    if (!pressure.shedding || !(url?.startsWith('/graphql') || config.isPublicPath)) return done();
    refused.inc();
    return reply.status(503).header('retry-after', retryAfterSeconds).send(overloaded);
  });
};

const overloaded = errorBody('OVERLOADED', 'The gateway is overloaded. Try again in a second.');
