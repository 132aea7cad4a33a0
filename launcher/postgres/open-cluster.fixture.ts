/** A process for a test to kill: opens the cluster of a folder, writes to it, says so, and waits for its end. */

import { withClient } from '#platform/database/client.ts';
import { openCluster } from './cluster.ts';
import { durableSettings } from './settings.ts';

const [folder = '', password = ''] = process.argv.slice(2);
const { superuserUrl } = await openCluster({ folder, password, settings: durableSettings });
await withClient(superuserUrl, (client) => client.query('CREATE TABLE kept AS SELECT 42 AS answer'));
console.log('open');
setInterval(() => undefined, 60_000);
