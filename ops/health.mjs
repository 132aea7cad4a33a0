/**
 * node ops/health.mjs PORT: for the health check of a container. Exit code 0 when the process on this port of this
 * machine says that it is ready, 1 with what it says otherwise.
 *
 * JavaScript and node:http, unlike the rest: it is started every few seconds beside each service, and taking out types
 * would be a third of what that costs.
 */
import { get } from 'node:http';

// 5 s: readiness asks the database, which has that long before somebody should know.
const timeoutMs = 5_000;

const port = Number(process.argv[2]);
if (!Number.isInteger(port) || port < 1 || port > 65_535) {
  console.error('usage: node ops/health.mjs PORT');
  process.exit(2);
}

const request = get({ host: '127.0.0.1', port, path: '/health/ready', timeout: timeoutMs }, (answer) => {
  answer.pipe(process.stdout);
  answer.on('end', () => process.exit(answer.statusCode === 200 ? 0 : 1));
});
request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
request.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
