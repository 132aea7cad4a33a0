/**
 * `npm run dashboards`: writes deploy/grafana/dashboards/*.json from the tables of panels in tools/dashboards/.
 * `--check` writes nothing and fails when the committed files are not what they give now.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { dashboardJson } from './dashboards/dashboard.ts';
import { dashboards } from './dashboards/index.ts';

const help = `usage: npm run dashboards [-- --check]
  Writes Grafana's dashboards from tools/dashboards/.
  --check   writes nothing; exit code 1 when the files are not current`;

const defaultFolder = path.resolve(import.meta.dirname, '../deploy/grafana/dashboards');

/** The files that are missing, changed, or no dashboard's any more. */
export const staleDashboards = (folder = defaultFolder): string[] => {
  const committed = new Map(
    globSync('*.json', { cwd: folder }).map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]),
  );
  const made = dashboardFiles();
  const differing = [...made].filter(([file, text]) => committed.get(file) !== text).map(([file]) => file);
  return [...differing, ...[...committed.keys()].filter((file) => !made.has(file))];
};

const dashboardFiles = (): Map<string, string> =>
  new Map(dashboards.map((dashboard) => [`${dashboard.name}.json`, dashboardJson(dashboard)]));

const write = (): void => {
  mkdirSync(defaultFolder, { recursive: true });
  const made = dashboardFiles();
  for (const file of staleDashboards()) {
    const text = made.get(file);
    if (text) writeFileSync(path.join(defaultFolder, file), text);
    else rmSync(path.join(defaultFolder, file));
    console.log(`${text ? 'wrote' : 'removed'} ${file}`);
  }
};

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  const stale = values.help ? [] : staleDashboards();
  if (values.help) console.log(help);
  else if (stale.length === 0) console.log(`${dashboards.length} dashboards are current`);
  else if (!values.check) write();
  else {
    console.log(`not current: ${stale.join(', ')}; run npm run dashboards`);
    process.exitCode = 1;
  }
}
