/** Panels about processes, the same for whatever runs: the row of the gateway's dashboard and of each service's. */
import { type Panel, query, type Row, rate } from './panel.ts';

/** Of the processes that `matchers` picks, such as `service="order"`. */
export const processRow = (matchers: string): Row => ({ title: 'Processes', panels: processPanels(`{${matchers}}`) });

const processPanels = (of: string): readonly Panel[] => [
  {
    title: 'CPU',
    unit: 'short',
    means: 'Cores in use. A process uses one core for JavaScript: near 1 it is saturated, and another replica helps.',
    queries: [query(rate(`process_cpu_seconds_total${of}`), '{{job}} {{instance}}')],
  },
  {
    title: 'Memory, of what it may have',
    unit: 'percentunit',
    means:
      'Resident memory by the limit of the container. At 100% the kernel kills the process. Rising for days: a leak.',
    queries: [query(`instance:memory_used:ratio${of}`, '{{job}} {{instance}}')],
    redFrom: 0.9,
  },
  {
    title: 'Event loop, how late',
    unit: 's',
    means: '99th percentile between two scrapes. High: something computes for long, and every request waits for it.',
    queries: [query(`nodejs_eventloop_lag_p99_seconds${of}`, '{{job}} {{instance}}')],
    redFrom: 0.25,
  },
  {
    title: 'JavaScript heap',
    unit: 'bytes',
    means: 'Objects in memory. A saw-tooth is healthy; a rising lower edge is a leak.',
    queries: [query(`nodejs_heap_size_used_bytes${of}`, '{{job}} {{instance}}')],
  },
  {
    title: 'Garbage collection',
    unit: 'percentunit',
    means:
      'Share of the time spent collecting garbage. Above some percent: too much is allocated, or the heap is too small.',
    queries: [query(`sum by (job, instance) (${rate(`nodejs_gc_duration_seconds_sum${of}`)})`, '{{job}} {{instance}}')],
  },
  {
    title: 'Periodic tasks, last success',
    unit: 's',
    means:
      'Age of the last round that ended well. Sweeps come round every second or so; one that rises fails each time or is stuck.',
    queries: [query(`agora_periodic_task_seconds_since_success${of}`, '{{task}} {{instance}}')],
  },
  {
    title: 'Starts',
    unit: 'short',
    means: 'Process starts within 15 minutes. One is a deploy, several are a crash that repeats itself.',
    queries: [query(`changes(process_start_time_seconds${of}[15m])`, '{{job}} {{instance}}')],
    redFrom: 3,
  },
];
