/** node tools/image.ts --to FOLDER: what the image holds, gathered for the Dockerfile. See `usage`. */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { developmentPackages, imageFiles } from './image/files.ts';

const usage = `usage: node tools/image.ts --to FOLDER
  Copies what the services need at run time, and nothing else: FOLDER/app has the sources, FOLDER/node_modules of each
  package the files that are loaded. Refuses packages that are for development only.
  --to FOLDER   is made, and must be empty
  --list        prints the files instead of copying them`;

const root = path.resolve(import.meta.dirname, '..');

const megabytes = (files: readonly string[]): string =>
  `${(files.reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0) / 1e6).toFixed(1)} MB`;

const run = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { to: { type: 'string' }, list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(usage);
  const { sources, packages } = await imageFiles(root);
  const unfit = developmentPackages(root, packages);
  if (unfit.length > 0) throw new Error(`for development only, and yet imported by a service: ${unfit.join(', ')}`);
  if (values.list) return console.log([...sources, ...packages].join('\n'));
  if (!values.to) throw new Error(usage);
  if (existsSync(values.to) && readdirSync(values.to).length > 0) throw new Error(`${values.to} is not empty`);
  copy(sources, path.join(values.to, 'app'));
  copy(packages, values.to);
  console.log(
    `${sources.length} sources (${megabytes(sources)}), ${packages.length} files of packages (${megabytes(packages)})`,
  );
};

const copy = (files: readonly string[], to: string): void => {
  for (const file of files) {
    const target = path.join(to, file);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(path.join(root, file), target, { verbatimSymlinks: true });
  }
};

await run().catch((fault: Error) => {
  console.error(fault.message);
  process.exitCode = 1;
});
