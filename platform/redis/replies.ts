/** Redis answers, and the answer is an error: no absence, which a reconnection ends, and nothing that asking again at once would mend. */
import type { Redis } from 'ioredis';
import type { Logger } from '../observability/log.ts';
import type { RedisClient } from './client.ts';

export const isErrorReply = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';

// A server that is starting, failing over, out of memory or of disk: it will serve again, and nobody has to change a setting.
const passing = /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|BUSY|OOM|MISCONF|NOREPLICAS|UNBLOCKED|EXECABORT)\b/;

/** An error reply that lasts until somebody changes a setting. */
export const isRefusal = (error: unknown): error is Error => isErrorReply(error) && !passing.test(error.message);

const remedies: readonly (readonly [RegExp, string])[] = [
  [/^MOVED\b/, 'REDIS_URL names one node of a cluster: write redis+cluster:// instead of redis://'],
  [/^NOPERM\b/, 'its user lacks a right: docs/redis.md lists what is needed'],
  [/^OOM\b/, 'its memory is full: raise maxmemory'],
];

const remedyOf = ({ message }: Error): string =>
  remedies.find(([reply]) => reply.test(message))?.[1] ?? 'see the reply';

export interface RefusalLog {
  /** `command` tells apart what is refused: that one thing is served does not mean that another is. */
  refused(error: Error, command?: string): void;
  served(command?: string): void;
  /** The code of a refusal that lasts until somebody changes a setting, else nothing. */
  refusal(): string | undefined;
}

/** One log line when Redis begins to refuse something and one when it has served it all again. */
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

// CLIENT and INFO are ioredis' own words at the start of a connection, and it does without an answer.
const unasked = new Set(['client', 'info']);

/** Hears every reply of this client. Those who send commands have answers of their own and would never say a word. */
export const observeReplies = (client: RedisClient, state: RefusalLog): void => {
  const send = client.sendCommand.bind(client) as Redis['sendCommand'];
  client.sendCommand = (...given: Parameters<typeof send>) => {
    const [command] = given;
    const reply = send(...given);
    if (!unasked.has(command.name))
      command.promise.then(
        () => state.served(command.name),
        (error: unknown) => {
          // NOSCRIPT is how Redis asks for the text of a script, which ioredis sends then.
          if (isErrorReply(error) && !error.message.startsWith('NOSCRIPT')) state.refused(error, command.name);
        },
      );
    return reply;
  };
};
