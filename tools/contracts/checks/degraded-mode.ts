/** What is left while a subgraph is down is what docs/degraded-mode.md promises. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { degradedDocument } from '../../degraded.ts';
import { degradedTable } from '../../degraded-table.ts';
import { type Check, type Finding, violation } from '../check.ts';
import { root, type Workspace } from '../workspace.ts';

const file = 'docs/degraded-mode.md';
const target = path.join(root, file);

export const degradedMode: Check = {
  name: 'degraded-mode',
  title: 'docs/degraded-mode.md lists what each operation loses while a subgraph is down.',
  needs: 'files',
  run: async (workspace) => {
    const committed = existsSync(target) ? readFileSync(target, 'utf8') : '';
    return compared(committed, await documentOf(workspace));
  },
  accept: async (workspace) => {
    const committed = existsSync(target) ? readFileSync(target, 'utf8') : '';
    const document = await documentOf(workspace);
    if (committed !== document) writeFileSync(target, document);
    return compared(committed, document).map(({ subject, message }) => `${subject}: ${message}`);
  },
};

const documentOf = async ({ sources, operations }: Workspace): Promise<string> => {
  const published = operations
    .filter(({ type }) => type !== 'subscription')
    .map(({ client, name, type, text: body }) => ({ client, name, type, body }));
  return degradedDocument(await degradedTable(sources, published));
};

const remediation = 'If clients are ready for it: npm run docs:degraded.';

const rowsOf = (document: string): Map<string, string> =>
  new Map(
    document
      .split('\n')
      .filter((line) => /^\| \w/.test(line))
      .map((line) => [line.split('|')[1]?.trim() ?? '', line]),
  );

export const compared = (committed: string, document: string): Finding[] => {
  if (committed === document) return [];
  const [agreed, actual] = [rowsOf(committed), rowsOf(document)];
  const changed = [...actual].filter(([name, row]) => agreed.get(name) !== row);
  if (changed.length === 0) return [violation(file, 'is not current.', remediation)];
  return changed.map(([name, row]) =>
    violation(name, `loses other things when a subgraph is down: ${row}`, remediation),
  );
};
