/** `npm run contracts`: can this be changed, and who would notice? See `--help`. */
import { contractsCommand } from './contracts/command.ts';

process.exitCode = await contractsCommand(process.argv.slice(2), {
  say: console.log,
  complain: console.error,
  onStop: (close) => {
    const stop = () => void close().finally(() => process.exit(130));
    process.once('SIGINT', stop).once('SIGTERM', stop);
  },
});
