/** What error replies of Redis mean, which of them last, and one log line for each time that it refuses commands. */
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from '../observability/log.ts';

/** Redis answered with an error: reconnecting or retrying at once would not help. */
export const isErrorReply = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';

// The server is starting, failing over, or out of memory or disk: it will recover without a change of settings.
const transient =
  /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|BUSY|OOM|MISCONF|NOREPLICAS|UNBLOCKED|EXECABORT)\b/;

/** An error reply that lasts until a setting changes: a missing permission, a wrong password, the wrong kind of address. */
export const isRefusal = (error: unknown): boolean => isErrorReply(error) && !transient.test(error.message);

const remedies: readonly (readonly [RegExp, string])[] = [
  [/^MOVED\b/, 'REDIS_URL names one node of a cluster: write redis+cluster:// instead of redis://'],
  [/^NOPERM\b/, 'its user lacks a permission: docs/redis.md lists what is needed'],
  [/^OOM\b/, 'its memory is full: raise maxmemory'],
];

const remedyOf = ({ message }: Error): string =>
  remedies.find(([reply]) => reply.test(message))?.[1] ?? 'see the reply';

export interface RefusalLog {
  /** Per `command`: that one is served does not mean that another is. */
  refused(error: Error, command?: string): void;
  served(command?: string): void;
  /** The code of a lasting refusal. */
  refusal(): string | undefined;
}

/** One log line when Redis starts to refuse commands and one when it serves all of them again. */
export const refusalLog = (log: Logger, what: string): RefusalLog => {
  const refusals = new Map<string, Error>();
  return {
    refused: (error, command = '') => {
      if (refusals.size === 0) log.error({ err: error }, `${what} is refused by Redis: ${remedyOf(error)}`);
      refusals.set(command, error);
    },
    served: (command = '') => {
      if (refusals.delete(command) && refusals.size === 0) log.info(`${what} is served by Redis again`);
    },
    refusal: () => {
      const lasting = [...refusals.values()].find(isRefusal);
      return lasting && (/^[A-Z]+\b/.exec(lasting.message)?.[0] ?? 'ERR');
    },
  };
};

// ioredis sends CLIENT and INFO by itself on connecting, and does without an answer.
const optional = new Set(['client', 'info']);

/** Watches every reply of this client, since callers fall back silently. */
export const observeReplies = (client: Redis | Cluster, state: RefusalLog): void => {
  const send = client.sendCommand.bind(client) as Redis['sendCommand'];
  client.sendCommand = (...given: Parameters<typeof send>) => {
    const [command] = given;
    const reply = send(...given);
    if (!optional.has(command.name))
      command.promise.then(
        () => state.served(command.name),
        (error: unknown) => {
          // NOSCRIPT: ioredis then sends the script's text.
          if (isErrorReply(error) && !error.message.startsWith('NOSCRIPT')) state.refused(error, command.name);
        },
      );
    return reply;
  };
};
