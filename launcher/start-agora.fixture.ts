/** A launcher for a test to kill: `root dataDir transport`; says `{ urls }` when it is ready and has written to a database. */
import { startAgora } from './agora.ts';
import { keep } from './checkout.fixture.ts';

const [root = '', dataDir = '', events] = process.argv.slice(2);
const agora = await startAgora({ root, dataDir, ports: 'free', events: events === 'redis' ? 'redis' : 'postgres' });
await keep(agora.databaseUrls.order);
console.log(JSON.stringify({ urls: agora.urls, redisPid: agora.redis?.pid }));
setInterval(() => undefined, 60_000);
