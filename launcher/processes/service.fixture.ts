/** Stands in for a service in the launcher's tests. Which one it is, its folder says. */
import { createServer } from 'node:http';
import path from 'node:path';

const name = path.basename(path.dirname(process.argv[1] ?? ''));
const port = Number(process.env[`${name.toUpperCase()}_PORT`]);

const doors: Record<string, () => unknown> = {
  '/health/ready': () => ({ status: 'ok' }),
  '/environment': () => process.env,
  '/die': () => process.exit(1),
  // Busy for ever: it hears neither signals nor the end of its launcher.
  '/hang': () => {
    for (;;);
  },
};

createServer((request, response) => {
  response.end(JSON.stringify(doors[request.url ?? '']?.() ?? {}));
}).listen(port, '127.0.0.1', () => console.log(JSON.stringify({ level: 'info', time: '', msg: `${name} listens` })));

process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
