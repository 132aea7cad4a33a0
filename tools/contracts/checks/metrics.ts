/** What dashboards and alerts ask for is still reported, under the same name and with the same labels. */

import { defaultSettleMs } from '#ops/audit/audit.ts';
import { openAuditor } from '#ops/audit/auditor.ts';
import { createLog } from '#platform/observability/log.ts';
import type { MetricDescription } from '#platform/observability/metrics.ts';
import { breach, type Check, type Finding, warning } from '../check.ts';
import { type Reported, type ReportedMetrics, scrapeFaults, together } from '../rules/metrics.ts';
import { runsOf } from '../rules/runs.ts';
import type { World } from '../world.ts';

export const metricsFile = 'metrics.json';

export const metrics: Check = {
  name: 'metrics',
  title: 'Every metric that was agreed on is reported, by the same services, with the same type and labels.',
  needs: 'system',
  run: async (world) => {
    const { byService, faults } = await scraped(world);
    return [...faults, ...judge(together(byService), agreedMetrics(world))];
  },
  accept: async (world) => {
    const before = agreedMetrics(world);
    const after = together((await scraped(world)).byService);
    world.baseline.write(metricsFile, `${JSON.stringify(after, null, 2)}\n`);
    return judge(after, before).map(({ culprit, message }) => `${culprit} ${message}`);
  },
};

const agreedMetrics = ({ baseline }: World): ReportedMetrics =>
  JSON.parse(baseline.read(metricsFile) ?? '{}') as ReportedMetrics;

interface Scraped {
  readonly byService: Readonly<Record<string, readonly MetricDescription[]>>;
  readonly faults: readonly Finding[];
}

/** After a day of trade, from every process of the shop, and from an auditor of it. */
const scraped = async (world: World): Promise<Scraped> => {
  await runsOf(world);
  const { urls, databaseUrls } = await world.system();
  const auditor = await openAuditor({
    urls: databaseUrls,
    everyMs: 1_000,
    settleMs: defaultSettleMs,
    host: '127.0.0.1',
    port: 0,
    log: createLog({ service: 'auditor', level: 'silent' }),
  });
  try {
    const all = { ...urls, auditor: `http://127.0.0.1:${auditor.port}` };
    const found = await Promise.all(Object.entries(all).map(([service, url]) => scrapedFrom(service, url)));
    return {
      byService: Object.fromEntries(found.map(({ service, described }) => [service, described])),
      faults: found.flatMap(({ service, faults }) =>
        faults.map((fault) => breach(service, `${fault}.`, 'Mend the code.')),
      ),
    };
  } finally {
    await auditor.close();
  }
};

const scrapedFrom = async (service: string, url: string) => {
  const get = async (accept: string) => {
    const response = await fetch(`${url}/metrics`, { headers: { accept }, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${service} answers a scrape with ${response.status}`);
    return await response.text();
  };
  const described = JSON.parse(await get('application/json')) as MetricDescription[];
  return { service, described, faults: scrapeFaults(await get('text/plain'), described) };
};

/** Node's and the process's own come with Node and prom-client: that they are there is what we rely on. */
const isOfNode = (name: string): boolean => /^(?:nodejs|process)_/.test(name);

const acceptIt = 'If the dashboards and alerts of deploy/ agree: npm run contracts:accept -- metrics';
const whoCares = 'dashboards and alerts that ask for it find nothing';

export const judge = (actual: ReportedMetrics, agreed: ReportedMetrics): Finding[] => [
  ...Object.keys(agreed)
    .filter((name) => !(name in actual))
    .map((name) => breach(name, `is no longer reported: ${whoCares}.`, acceptIt)),
  ...Object.entries(actual).flatMap(([name, metric]) => {
    const before = agreed[name];
    return before ? changesOf(name, before, metric) : [breach(name, 'is new, and has not been agreed on.', acceptIt)];
  }),
];

const changesOf = (name: string, before: Reported, after: Reported): Finding[] => {
  const says = (message: string) => breach(name, message, acceptIt);
  const type = before.type === after.type ? [] : [says(`was a ${before.type} and is a ${after.type}.`)];
  if (isOfNode(name)) return type;
  const lacks = (a: readonly string[], b: readonly string[]) => a.filter((one) => !b.includes(one));
  return [
    ...type,
    ...lacks(before.labels, after.labels).map((label) => says(`has lost its label ${label}: ${whoCares}.`)),
    ...lacks(after.labels, before.labels).map((label) =>
      says(`has a new label ${label}: where it is not summed, there are more series.`),
    ),
    ...lacks(before.services, after.services).map((service) =>
      says(`is no longer reported by ${service}: ${whoCares}.`),
    ),
    ...lacks(after.services, before.services).map((service) => says(`is now reported by ${service} as well.`)),
    ...(before.help === after.help ? [] : [warning(name, `was told otherwise: ${before.help}`, acceptIt)]),
  ];
};
