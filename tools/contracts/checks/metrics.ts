/** What dashboards and alerts query is still reported, under the same name and with the same labels. */

import { defaultSettleMs } from '#ops/audit/audit.ts';
import { openAuditor } from '#ops/audit/auditor.ts';
import { createLog } from '#platform/observability/log.ts';
import type { MetricDescription } from '#platform/observability/metrics.ts';
import { type Check, type Finding, violation, warning } from '../check.ts';
import { runsOf } from '../runs.ts';
import type { Workspace } from '../workspace.ts';

// What the processes of a shop measure, put together by name.

export interface Reported extends Omit<MetricDescription, 'name'> {
  /** Who reports it: the values of the label `service`, which every series has beside these. */
  readonly services: readonly string[];
}

export type ReportedMetrics = Readonly<Record<string, Reported>>;

/** Ordered by name, labels and services, so that a committed copy differs where the metrics do. */
export const together = (byService: Readonly<Record<string, readonly MetricDescription[]>>): ReportedMetrics => {
  const all = new Map<string, Reported>();
  for (const [service, metrics] of Object.entries(byService))
    for (const { name, type, help, labels } of metrics) {
      const services = [...(all.get(name)?.services ?? []), service].toSorted();
      all.set(name, { type, help, labels: [...labels].toSorted(), services });
    }
  return Object.fromEntries([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

const headLine = /^# TYPE (\S+) (\S+)$/gm;
const seriesLine = /^(\w+?)(?:_bucket|_sum|_count)?\{(.*)\} \S+$/;

/** Sentences about what a scrape shows otherwise than it is described; none when all is well. */
export const scrapeFaults = (scrape: string, described: readonly MetricDescription[]): readonly string[] => {
  const scraped = new Map([...scrape.matchAll(headLine)].map(([, name = '', type = '']) => [name, type]));
  const labels = new Map(described.map((metric) => [metric.name, new Set([...metric.labels, 'service', 'le'])]));
  const heads = described
    .filter(({ name, type }) => scraped.get(name) !== type)
    .map(({ name, type }) => `${name} is a ${type}, and a scrape shows ${scraped.get(name) ?? 'nothing of it'}`);
  const strays = [...scraped.keys()].filter((name) => !labels.has(name)).map((name) => `${name} is not described`);
  const unlabelled = scrape.split('\n').flatMap((line) => {
    const [, base = '', text = ''] = seriesLine.exec(line) ?? [];
    const known = labels.get(base);
    const names = [...text.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, name = '']) => name);
    return known
      ? names.filter((name) => !known.has(name)).map((name) => `${base} has an undescribed label ${name}`)
      : [];
  });
  return [...heads, ...strays, ...new Set(unlabelled)];
};

const baselineFile = 'metrics.json';

export const metrics: Check = {
  name: 'metrics',
  title: 'Every metric that was agreed on is reported, by the same services, with the same type and labels.',
  needs: 'system',
  run: async (workspace) => {
    const { byService, faults } = await scraped(workspace);
    return [...faults, ...compared(together(byService), agreedMetrics(workspace))];
  },
  accept: async (workspace) => {
    const before = agreedMetrics(workspace);
    const after = together((await scraped(workspace)).byService);
    workspace.baseline.writeJson(baselineFile, after);
    return compared(after, before).map(({ subject, message }) => `${subject} ${message}`);
  },
};

const agreedMetrics = ({ baseline }: Workspace) => baseline.json<ReportedMetrics>(baselineFile);

interface Scraped {
  readonly byService: Readonly<Record<string, readonly MetricDescription[]>>;
  readonly faults: readonly Finding[];
}

/** After a day of trade, from every process of the shop, and from an auditor of it. */
const scraped = async (workspace: Workspace): Promise<Scraped> => {
  await runsOf(workspace);
  const { urls, databaseUrls } = await workspace.system();
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
        faults.map((fault) => violation(service, `${fault}.`, 'Fix the code.')),
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

const acceptHint = 'If the dashboards and alerts of deploy/ agree: npm run contracts:accept -- metrics';
const impact = 'dashboards and alerts that query it find nothing';

export const compared = (actual: ReportedMetrics, agreed: ReportedMetrics): Finding[] => [
  ...Object.keys(agreed)
    .filter((name) => !(name in actual))
    .map((name) => violation(name, `is no longer reported: ${impact}.`, acceptHint)),
  ...Object.entries(actual).flatMap(([name, metric]) => {
    const before = agreed[name];
    return before
      ? changesOf(name, before, metric)
      : [violation(name, 'is new, and has not been agreed on.', acceptHint)];
  }),
];

const changesOf = (name: string, before: Reported, after: Reported): Finding[] => {
  const changed = (message: string) => violation(name, message, acceptHint);
  const type = before.type === after.type ? [] : [changed(`was a ${before.type} and is a ${after.type}.`)];
  if (isOfNode(name)) return type;
  const lacks = (a: readonly string[], b: readonly string[]) => a.filter((one) => !b.includes(one));
  return [
    ...type,
    ...lacks(before.labels, after.labels).map((label) => changed(`has lost its label ${label}: ${impact}.`)),
    ...lacks(after.labels, before.labels).map((label) =>
      changed(`has a new label ${label}: where it is not summed, there are more series.`),
    ),
    ...lacks(before.services, after.services).map((service) =>
      changed(`is no longer reported by ${service}: ${impact}.`),
    ),
    ...lacks(after.services, before.services).map((service) => changed(`is now reported by ${service} as well.`)),
    ...(before.help === after.help
      ? []
      : [warning(name, `has another description; it was: ${before.help}`, acceptHint)]),
  ];
};
