/** How a program that is run by hand, by npm or by a supervisor learns that it should end, and what it does first. */

type Cause = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'npm is gone';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

// As a shell reports a process that a signal ended: 128 and the signal's number. Who ended npm meant us.
const exitCodes: Readonly<Record<Cause, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, 'npm is gone': 143 };

// Half a second, because asking the system for the number of our parent costs nothing.
const lookEveryMs = 500;

// What Ctrl-C and `timeout` send to all of a process group reaches npm too, which passes it on: the same wish, twice within
// milliseconds. Nobody presses Ctrl-C again as fast as that.
const sameWishMs = 150;

/**
 * Calls `listener` each time that this process is told to end; returns what stops that. A signal that is sent to npm ends npm and
 * the shell between us, and does not reach us: then we have another parent, which tells it unless a signal did. Started by
 * anything but npm we may outlive our parent, as a program under nohup does.
 */
export const onToldToEnd = (listener: (cause: Cause) => void): (() => void) => {
  let heardAt = Number.NEGATIVE_INFINITY;
  const hear = (cause: Cause) => {
    const before = heardAt;
    heardAt = performance.now();
    if (heardAt - before > sameWishMs) listener(cause);
  };
  const listeners = signals.map((signal) => [signal, () => hear(signal)] as const);
  for (const [signal, heard] of listeners) process.on(signal, heard);
  const parent = process.ppid;
  const look = () => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    if (heardAt === Number.NEGATIVE_INFINITY) hear('npm is gone');
  };
  const timer = process.env.npm_lifecycle_event ? setInterval(look, lookEveryMs).unref() : undefined;
  return () => {
    for (const [signal, heard] of listeners) process.off(signal, heard);
    clearInterval(timer);
  };
};

/** Aborted the first time that this process is told to end. From then on the caller ends it. */
export const toldToEnd = (say?: string): AbortSignal => {
  const ending = new AbortController();
  onToldToEnd(() => {
    if (say && !ending.signal.aborted) console.log(say);
    ending.abort(new Error('interrupted'));
  });
  return ending.signal;
};

type Undo = () => Promise<unknown>;
const undoes = new Set<Undo>();
let stopListening: (() => void) | undefined;
let isCtrlCTaken = false;

/**
 * Has `undo` called before this process ends because it was told to: for servers and folders that must not outlive it. Returns what
 * takes that back. A second Ctrl-C ends it at once.
 */
export const beforeEnding = (undo: Undo): (() => void) => {
  undoes.add(undo);
  stopListening ??= onToldToEnd(endInOrder);
  return () => {
    undoes.delete(undo);
    if (undoes.size > 0) return;
    // Without anything to undo, signals mean again what they mean to every process.
    stopListening?.();
    stopListening = undefined;
  };
};

let isEnding = false;

const endInOrder = (cause: Cause): void => {
  if (cause === 'SIGINT' && isCtrlCTaken) return;
  if (isEnding && cause === 'SIGINT') process.exit(exitCodes.SIGINT);
  if (isEnding) return;
  isEnding = true;
  process.stderr.write('\nStopping what was started …\n');
  void undoAll().finally(() => process.exit(exitCodes[cause]));
};

/** The last first. One that fails must not keep the others from being undone. */
const undoAll = async (): Promise<void> => {
  for (const undo of [...undoes].toReversed())
    await undo().catch((fault: Error) => process.stderr.write(`${fault.message}\n`));
};

/** Aborted by the first Ctrl-C, which then only asks the program to come to its results; the second ends it. */
export const firstCtrlC = (): AbortSignal => {
  const asked = new AbortController();
  isCtrlCTaken = true;
  process.once('SIGINT', () => {
    asked.abort(new Error('interrupted'));
    // After the others who hear of the same Ctrl-C.
    setImmediate(() => {
      isCtrlCTaken = false;
    });
  });
  return asked.signal;
};
