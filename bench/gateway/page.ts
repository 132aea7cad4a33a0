/** docs/performance.md and its plot, of what was measured. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { switchesOff } from './contenders/agora.ts';
import { contenderNames, contenders, howToInstallPeers } from './contenders/contenders.ts';
import { plotOf } from './plot.ts';
import { markdownTable } from './report.ts';
import { keptResults, type Result } from './results.ts';
import { settingTitle, workloads } from './workloads.ts';

const docs = path.join(import.meta.dirname, '../../docs');

/** Writes both from what is kept; returns what is missing. */
export const writePage = (): readonly string[] => {
  const kept = keptResults();
  const results = workloads.flatMap(({ name }) => kept.get(name) ?? []);
  const missing = workloads.map(({ name }) => name).filter((name) => !kept.has(name));
  writeFileSync(path.join(docs, 'performance.svg'), plotOf(results));
  writeFileSync(path.join(docs, 'performance.md'), pageOf(results, missing));
  return missing;
};

const pageOf = (results: readonly Result[], missing: readonly string[]): string => `# How fast the gateway is

Written by \`npm run bench:gateway -- --write\`; every figure is of a run, none is edited.

![CPU of each contender's process per request, as a multiple of the stock gateway](performance.svg)

**What is measured.** Each contender is a process of its own in front of the same canned subgraphs: servers that execute a request
once and then answer it from memory. Before anything is measured, all must answer **equal data**; who does not is left out and named.
Contenders take turns, a run each, in an order that moves on by one each time. CPU is that of the gateway's process alone, with all its
threads. "× stock" is the stock gateway's CPU per request by the contender's, run by run: its median, and beside it the least and the
most. All other figures are medians of runs; memory is the most that was seen.

**What to make of it.** Clients, subgraphs and gateway share the cores of one machine, with whatever else it does. Only **ratios of
CPU within one table** mean anything; requests per second and latencies are those of a machine that is full. Nothing is shared between
two requests: each has an authorization of its own, which the contenders pass on, except where it says "one viewer".

| Contender | What it is |
|---|---|
| ${contenders.stock.title} | the stock gateway, as the public benchmark starts it; it also passes the authorization on |
| ${contenders.hive.title} | \`@graphql-hive/gateway-runtime\` on Node's HTTP server, with its JIT |
| ${contenders['hive-rust'].title} | the same with \`@graphql-hive/router-runtime\` |
| ${contenders.bff.title} | [\`bff.ts\`](../bench/gateway/contenders/bff.ts): undici, one parse per fetch, one stringify per answer, entities by id once each; no GraphQL |
| ${contenders.proxy.title} | HTTP in, HTTP out, bytes untouched |
| ${contenders['agora-bare'].title} | \`gateway/main.ts\` with ${Object.entries(switchesOff)
  .map(([name, value]) => `\`${name}=${value}\``)
  .join(', ')} |
| ${contenders.agora.title} | its defaults: 10,000 customers with a valid token and an address each, limits and rate limits enforced (bounds that these operations exceed are raised), caches on and never hit |

## How to repeat

\`\`\`
${howToInstallPeers}
npm run bench:gateway -- --write
npm run bench:gateway -- --only public,stock,agora --requests 400 --runs 3
\`\`\`

${tableOfRuns(results)}
${missing.length > 0 ? `\nNot measured yet: ${missing.join(', ')}.\n` : ''}
${results.map(sectionOf).join('\n\n')}
`;

const tableOfRuns = (results: readonly Result[]): string => {
  const machines = [...new Set(results.map(({ machine }) => machine))];
  const all = Object.entries(Object.assign({}, ...results.map(({ versions }) => versions)) as Record<string, string>);
  const rows = results.map(
    ({ workload, measuredAt, tree, runs, requests, load }) =>
      `| ${workload} | ${measuredAt} | ${tree} | ${runs} × ${requests} | ${load.toFixed(1)} |`,
  );
  return `Machine: ${machines.join('; ')}. Versions: ${all.map(([name, version]) => `${name} ${version}`).join(', ')}.

| Workload | Measured | \`git rev-parse HEAD:gateway\` | Runs × requests | Load of the machine |
|---|---|---|---:|---:|
${rows.join('\n')}`;
};

const sectionOf = ({ workload, bytes, settings, excluded }: Result): string => {
  const title = workloads.find(({ name }) => name === workload)?.title ?? workload;
  const tables = settings.map(({ setting, rows }) => `${settingTitle(setting)}:\n\n${markdownTable(rows)}`);
  const missing = contenderNames
    .filter((name) => excluded[name])
    .map((name) => `Not measured: ${contenders[name].title}, because ${oneLine(excluded[name] ?? '')}.`);
  return [`## ${title}`, `\`${workload}\`; answers of ${kilobytes(bytes)}.`, ...tables, ...missing].join('\n\n');
};

const kilobytes = (bytes: number): string =>
  bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 160);
