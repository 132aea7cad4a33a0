/** Whom deploy/prometheus/prometheus.yml asks for metrics. */
import { parse } from 'yaml';
import { z } from 'zod';
import type { ScrapeJob } from './compose/rule.ts';

export const prometheusFile = 'deploy/prometheus/prometheus.yml';

const Configuration = z.object({
  scrape_configs: z.array(
    z.object({
      job_name: z.string(),
      dns_sd_configs: z.array(z.object({ names: z.array(z.string()), port: z.number() })).default([]),
      static_configs: z.array(z.object({ targets: z.array(z.string()) })).default([]),
    }),
  ),
});

/** Throws for what is not the configuration that Prometheus takes, as far as it is looked at. */
export const scrapeJobs = (text: string): ScrapeJob[] => {
  const result = Configuration.safeParse(parse(text));
  if (!result.success) throw new Error(`${prometheusFile}: ${z.prettifyError(result.error)}`);
  return result.data.scrape_configs.map(({ job_name: name, dns_sd_configs: found, static_configs: said }) => ({
    name,
    targets: [
      ...found.flatMap(({ names, port }) => names.map((host) => ({ host, port }))),
      ...said.flatMap(({ targets }) => targets.map(hostAndPort)),
    ],
  }));
};

const hostAndPort = (target: string): { host: string; port: number } => {
  const [host = '', port] = target.split(':');
  return { host, port: Number(port) };
};
