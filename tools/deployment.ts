/**
 * `npm run check:deployment`: whether Dockerfile, docker-compose.yml, deploy/ and .env.example agree with the code:
 * variables, ports, commands, secrets, networks, metrics. One line when all is well, else a line for each breach.
 */
import { parseArgs } from 'node:util';
import { checkDeployment } from './deployment/check.ts';

const help = `usage: npm run check:deployment
  Checks Dockerfile, docker-compose.yml, deploy/ and .env.example against what the code reads, listens on and reports.
  exit code: 0 they agree, 1 they do not (a line for each breach)`;

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
if (values.help) {
  console.log(help);
} else {
  const { breaches, looked } = checkDeployment();
  for (const breach of breaches) console.log(breach);
  const seen = Object.entries(looked).map(([what, count]) => `${count} ${what}`);
  console.log(
    `${seen.join(', ')}: ${breaches.length === 0 ? 'the deployment agrees with the code' : `${breaches.length} breaches`}`,
  );
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
