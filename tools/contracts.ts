/** `npm run contracts`: can this be changed, and who would notice? See `--help`. */

import { beforeEnding } from '#platform/process/ending.ts';
import { contractsCommand } from './contracts/command.ts';

process.exitCode = await contractsCommand(process.argv.slice(2), {
  say: console.log,
  complain: console.error,
  onStop: beforeEnding,
});
