/**
 * `node --import ./tools/preflight.mjs …`: what every script of package.json needs, or a sentence in place of a stack trace. Plain
 * JavaScript without packages, because it runs where they are not installed, or on an older Node than the one npm installs.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = path.resolve(fileURLToPath(import.meta.url), '../../node_modules');
// The first that runs TypeScript by leaving out its types, as all our code is run.
const needed = 24;

const missing = () => {
  if (!existsSync(path.join(packages, '.package-lock.json')))
    return 'The packages are not installed: run npm ci first.';
  if (Number.parseInt(process.versions.node, 10) >= needed) return undefined;
  return [
    `Agora runs on Node ${needed}, and this is ${process.versions.node}.`,
    'npm installs the right one beside the packages, and takes it for npm run, npm test and npx; without npm, name',
    'node_modules/.bin/node. Where install scripts are switched off it is not there. Either fetch it with',
    '  npm rebuild node --ignore-scripts=false',
    `or install Node ${needed} yourself.`,
  ].join('\n');
};

const complaint = missing();
if (complaint) {
  console.error(complaint);
  process.exit(1);
}
