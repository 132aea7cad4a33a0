// Imported by each measured process: whatever ends the bench, SIGKILL included, ends the channel and this process.
import { Server } from 'node:http';

process.on('disconnect', () => process.exit());

// Node's 5 s, over which a busy process closes connections whose next request has already arrived: 10 min, longer than
// any run, for every contender alike.
const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  this.keepAliveTimeout = 600_000;
  return listen.apply(this, args);
};
