/** `npm run contracts`: can this be changed, and who would notice? See `--help`. */

import { beforeExit } from '#platform/process/termination.ts';
import { contractsCommand } from './contracts/command.ts';

process.exitCode = await contractsCommand(process.argv.slice(2), {
  write: console.log,
  complain: console.error,
  onStop: beforeExit,
});
