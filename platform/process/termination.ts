/** Termination of a program started by hand, by npm or by a supervisor: how it learns of it, and what runs first. */

type Cause = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'npm is gone';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

// What a shell reports for a process that died of the signal: 128 plus its number. A signal to npm is meant for us.
const exitCodes: Readonly<Record<Cause, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, 'npm is gone': 143 };

// Half a second: reading our parent's pid costs nothing.
const parentCheckMs = 500;

// Ctrl-C and `timeout` signal the whole process group; npm is in it and forwards the signal, so it arrives twice within
// milliseconds. Nobody presses Ctrl-C again that fast.
const duplicateWithinMs = 150;

/**
 * Calls `listener` on each request to terminate; returns its removal. A signal sent to npm alone kills npm and the shell
 * between us without reaching this process: we notice that our parent has changed, and report that unless a signal arrived.
 * Not started by npm, a program may outlive its parent, as under nohup.
 */
export const onTermination = (listener: (cause: Cause) => void): (() => void) => {
  let lastAt = Number.NEGATIVE_INFINITY;
  const receive = (cause: Cause) => {
    const previous = lastAt;
    lastAt = performance.now();
    if (lastAt - previous > duplicateWithinMs) listener(cause);
  };
  const handlers = signals.map((signal) => [signal, () => receive(signal)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  const parent = process.ppid;
  const checkParent = () => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    if (lastAt === Number.NEGATIVE_INFINITY) receive('npm is gone');
  };
  const timer = process.env.npm_lifecycle_event ? setInterval(checkParent, parentCheckMs).unref() : undefined;
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
    clearInterval(timer);
  };
};

/** Aborted on the first request to terminate; from then on, ending the process is up to the caller. */
export const terminationSignal = (say?: string): AbortSignal => {
  const terminating = new AbortController();
  onTermination(() => {
    if (say && !terminating.signal.aborted) console.log(say);
    terminating.abort(new Error('interrupted'));
  });
  return terminating.signal;
};

type Cleanup = () => Promise<unknown>;
const cleanups = new Set<Cleanup>();
let stopListening: (() => void) | undefined;
let isInterruptTaken = false;

/**
 * Runs `cleanup` before this process terminates: for servers and folders that must not outlive it. Returns its removal.
 * A second Ctrl-C ends the process at once.
 */
export const beforeExit = (cleanup: Cleanup): (() => void) => {
  cleanups.add(cleanup);
  stopListening ??= onTermination(exitInOrder);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size > 0) return;
    // With nothing to clean up, signals have their default effect again.
    stopListening?.();
    stopListening = undefined;
  };
};

let isExiting = false;

const exitInOrder = (cause: Cause): void => {
  if (cause === 'SIGINT' && isInterruptTaken) return;
  if (isExiting && cause === 'SIGINT') process.exit(exitCodes.SIGINT);
  if (isExiting) return;
  isExiting = true;
  // What the program was doing fails as soon as its servers stop, and an uncaught error would end it before all have.
  process.on('uncaughtException', () => undefined);
  process.stderr.write('\nStopping what was started …\n');
  void runCleanups().finally(() => process.exit(exitCodes[cause]));
};

/** Last in, first out. One that fails must not keep the others from running. */
const runCleanups = async (): Promise<void> => {
  for (const cleanup of [...cleanups].toReversed())
    await cleanup().catch((fault: Error) => process.stderr.write(`${fault.message}\n`));
};

/** Aborted by the first Ctrl-C, which only asks the program to wrap up and print its results; the second one ends it. */
export const firstInterrupt = (): AbortSignal => {
  const interrupted = new AbortController();
  isInterruptTaken = true;
  process.once('SIGINT', () => {
    interrupted.abort(new Error('interrupted'));
    // After the other listeners of the same Ctrl-C.
    setImmediate(() => {
      isInterruptTaken = false;
    });
  });
  return interrupted.signal;
};
