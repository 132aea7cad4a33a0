/** A planner that does what the operation's name says: hang, end, run out of memory, or answer with what it was asked. */
import { parentPort } from 'node:worker_threads';
import type { FromThread, ToThread } from './planner-thread.ts';

const port = parentPort;
const supergraphs = new Map<number, string>();
const send = (message: FromThread) => port?.postMessage(message);

port?.on('message', (message: ToThread) => {
  if ('forget' in message) supergraphs.delete(message.forget);
  else if ('sdl' in message) supergraphs.set(message.supergraph, message.sdl);
  else {
    const { operationName = '', supergraph } = message;
    send({ begun: true });
    while (operationName.startsWith('Hang'));
    if (operationName.startsWith('End')) process.exit(3);
    const hoard: number[][] = [];
    while (operationName.startsWith('Hoard')) hoard.push(Array(100_000).fill(hoard.length));
    send({ plan: JSON.stringify({ operationName, supergraph: supergraphs.get(supergraph), held: supergraphs.size }) });
  }
});
