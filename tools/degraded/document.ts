/** The degraded-mode contract as a page for people. */
import { listedPaths } from '#gateway/graphql/partial-data-errors.ts';
import type { Degradation } from './table.ts';

const intro = `# When a subgraph is away

Made by \`npm run docs:degraded\` from the published operations and the subgraphs' SDLs. Do not edit.

No subgraph has to be up. What cannot be had is \`null\`, and each such null has an error of its own: its \`path\` is that of
the null, places in lists included, \`extensions.service\` names the subgraph, \`extensions.code\` says how it failed. A null
without an error is an answer. ${listedPaths} paths are listed at most; the last one before others were left out has \`extensions.more\`.

| It is | Code | After |
|---|---|---|
| down | \`SUBGRAPH_UNAVAILABLE\` | at once |
| slow or frozen | \`GATEWAY_TIMEOUT\` | its time-out, \`SUBGRAPH_TIMEOUT_MS\` |
| either, for some seconds now | \`SUBGRAPH_CIRCUIT_OPEN\` | at once |

The tables say what is missing then: **–** is nothing, the answer is whole; **all** is everything, no data comes; otherwise
the paths that are null. They hold with all caches off; a cache may still have what is missing. A mutation that is
missing *may* have been done when it was too slow: repeat it with its idempotency key. A subscription sends what a query
with its selection would give.

Held to by \`tools/contracts/checks/degraded-mode.test.ts\` (this page is current; no operation is lost as a whole because of a
subgraph that it does not begin with; each path in the tables is that of an error) and \`tests/faults/outage/degraded-mode.test.ts\` (each subgraph of a running system killed and frozen).
`;

export const degradedDocument = (table: readonly Degradation[]): string => {
  const clients = [...new Set(table.map(({ operation }) => operation.client))].sort();
  return [intro, ...clients.map((client) => section(client, table))].join('\n');
};

const section = (client: string, table: readonly Degradation[]): string => {
  const ofClient = table.filter(({ operation }) => operation.client === client);
  const subgraphs = [...new Set(ofClient.map(({ subgraph }) => subgraph))];
  const names = [...new Set(ofClient.map(({ operation }) => operation.name))].sort();
  const row = (name: string): string => {
    const cells = ofClient.filter(({ operation }) => operation.name === name).map(cell);
    return `| ${name} | ${cells.join(' | ')} |`;
  };
  return `## ${client}

| Operation | without ${subgraphs.join(' | without ')} |
|---|${'---|'.repeat(subgraphs.length)}
${names.map(row).join('\n')}
`;
};

const cell = ({ missing, isNothing }: Degradation): string => {
  if (isNothing) return '**all**';
  return missing.map((path) => `\`${path}\``).join('<br>') || '–';
};
