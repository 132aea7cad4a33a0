/** Every query of the committed rules and dashboards. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { QueryFile } from './metric-queries.ts';

const root = path.resolve(import.meta.dirname, '../..');

export const queryFiles = (): QueryFile[] =>
  globSync(['deploy/prometheus/rules/*.yml', 'deploy/grafana/dashboards/*.json'], { cwd: root })
    .toSorted()
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
