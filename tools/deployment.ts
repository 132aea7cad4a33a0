/**
 * `npm run deployment -- write`: what Compose, Kubernetes and Prometheus need for each service, from the list of services.
 * `npm run check:deployment`: whether that is current, and whether the deployment keeps its promises. See `help`.
 */
import { checkDeployment } from './deployment/check.ts';
import { writeFiles } from './deployment/generate/files.ts';

const help = `usage: npm run deployment -- write     npm run check:deployment
  write   writes deploy/kubernetes/base/*.yaml, and the blocks between ">>>" and "<<<" of docker-compose.yml,
          deploy/compose/services.yml and deploy/prometheus/, from services.ts and each service's service.ts;
          adds to overlays/production/networks.yaml a placeholder for each database that it lacks
  check   writes nothing: are those files current; do Dockerfile, docker-compose.yml and deploy/ keep the policies of
          tools/deployment/policies/; are all metrics of rules and dashboards reported; is .env.example current
          exit code: 0 yes, 1 no (a line for each violation)`;

const check = (): 0 | 1 => {
  const { violations, checked } = checkDeployment();
  for (const violation of violations) console.log(violation);
  const counts = Object.entries(checked).map(([what, count]) => `${count} ${what}`);
  console.log(`${counts.join(', ')}: ${violations.length === 0 ? 'all is well' : `${violations.length} violations`}`);
  return violations.length === 0 ? 0 : 1;
};

const write = (): 0 => {
  const files = writeFiles();
  console.log(files.length === 0 ? 'all files are current' : files.map((file) => `wrote ${file}`).join('\n'));
  return 0;
};

const [command = 'check', ...others] = process.argv.slice(2);
if (['-h', '--help'].includes(command)) console.log(help);
else if (others.length === 0 && command === 'write') process.exitCode = write();
else if (others.length === 0 && command === 'check') process.exitCode = check();
else {
  console.error(help);
  process.exitCode = 2;
}
