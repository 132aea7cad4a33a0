/** The generated blocks of Prometheus' configuration and alerts: a scrape job for each process, and an alert when it is missing. */
import { outsiders, services, subgraphs } from '#ops/services.ts';
import type { Blocks } from './blocks.ts';

const workers = subgraphs.filter(({ database }) => database).map(({ worker }) => worker);

/** One for each role of a service. */
const scraped = services.flatMap((service) => [
  { name: service.name, port: service.port },
  ...(service.kind === 'subgraph' && service.database ? [{ name: service.worker, port: service.port }] : []),
]);

/** An outside system may be none of ours: that it is missing is no alarm. */
const jobs = scraped.filter(({ name }) => !outsiders.some((outsider) => outsider.name === name));

export const scrapeBlocks = (): Blocks => ({
  jobs: scraped.flatMap(({ name, port }) => [
    `- job_name: ${name}`,
    `  dns_sd_configs: [{ names: [${name}], type: A, port: ${port}, refresh_interval: 10s }]`,
  ]),
});

/** Metrics that alerts rest on, which every worker must report; periodic tasks run in the gateway, too. */
const reportedByWorkers = [
  'agora_queue_messages',
  'agora_queue_oldest_waiting_seconds',
  'agora_outbox_oldest_waiting_seconds',
  'agora_periodic_task_seconds_since_success',
];

export const alertBlocks = (): Blocks => ({
  jobs: jobs.map(({ name }) => `absent(up{job="${name}"}) or`),
  workers: reportedByWorkers.flatMap((metric) => [
    `label_replace(up{job=~"${workers.join('|')}"} == 1`,
    `  unless on (job, instance) ${metric}, "missing", "${metric}", "", "") or`,
  ]),
});
