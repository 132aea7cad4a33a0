import { setTimeout as sleep } from 'node:timers/promises';
import { afterDeath } from '../processes/supervise.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { durableSettings } from './settings.ts';

export type OwnPostgres = {
  readonly pid: number | undefined;
  readonly port: number;
  readonly superuserUrl: string;
  /** Where its data really is. */
  readonly folder: string;
  stop: () => Promise<void>;
};

type Options = { folder: string; password: string; onNotice: (sentence: string) => void };
type Open = (port?: number) => Promise<Cluster>;

/** The PostgreSQL server of a data folder, started again whenever it dies, until it is stopped. */
export const startOwnPostgres = async (options: Options): Promise<OwnPostgres> => {
  const { folder, password, onNotice } = options;
  return keepRunning((port) => openCluster({ folder, password, settings: durableSettings, port }), onNotice);
};

/** A start that fails counts as a death: what is in its way, a port or an old process, may be gone a moment later. */
export const keepRunning = async (open: Open, onNotice: Options['onNotice']): Promise<OwnPostgres> => {
  let cluster = await open();
  let stopping = false;
  const { port, superuserUrl, folder: home } = cluster;

  const restartAlways = async (): Promise<void> => {
    for (let deaths: number[] = []; ; ) {
      await cluster.exited;
      let cause = 'died';
      for (let isUp = false; !isUp; ) {
        if (stopping) return;
        deaths = [...deaths, Date.now()].slice(-10);
        const verdict = afterDeath(deaths, Date.now());
        if (verdict === 'give up') return onNotice(`PostgreSQL ${cause} and is left alone now: start Agora again`);
        onNotice(`PostgreSQL ${cause}; starting it again in ${verdict.restartInMs} ms`);
        await sleep(verdict.restartInMs);
        if (stopping) return;
        try {
          cluster = await open(port);
          isUp = true;
        } catch (fault) {
          cause = `does not start (${(fault as Error).message})`;
        }
      }
      if (stopping) return;
    }
  };
  const ended = restartAlways();

  return {
    get pid() {
      return cluster.pid;
    },
    port,
    superuserUrl,
    folder: home,
    stop: async () => {
      stopping = true;
      await cluster.stop();
      await ended;
      await cluster.stop(); // it may just have come back
    },
  };
};
