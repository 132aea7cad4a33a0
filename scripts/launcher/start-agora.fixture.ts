/** A launcher for a test to kill: `root dataDir transport`; says `{ urls }` when it is ready. */
import { startAgora } from './agora.ts';

const [root = '', dataDir = '', events] = process.argv.slice(2);
const agora = await startAgora({ root, dataDir, ports: 'free', events: events === 'redis' ? 'redis' : 'postgres' });
console.log(JSON.stringify({ urls: agora.urls, redisPid: agora.redis?.pid }));
setInterval(() => undefined, 60_000);
