import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, openCluster } from '../database/cluster.ts';
import { durableSettings } from '../database/settings.ts';
import { afterDeath } from './restart-policy.ts';

export type OwnPostgres = {
  readonly pid: number | undefined;
  readonly port: number;
  readonly superuserUrl: string;
  /** Where its data really is. */
  readonly folder: string;
  stop: () => Promise<void>;
};

/** The PostgreSQL server of a data folder, started again whenever it dies, until it is stopped. */
export const startOwnPostgres = async (options: {
  folder: string;
  password: string;
  onNotice: (sentence: string) => void;
}): Promise<OwnPostgres> => {
  const { folder, password, onNotice } = options;
  const open = (): Promise<Cluster> => openCluster({ folder, password, settings: durableSettings });
  let cluster = await open();
  let stopping = false;
  const { port, superuserUrl, folder: home } = cluster;

  const keepRunning = async (): Promise<void> => {
    for (let deaths: number[] = []; ; ) {
      await cluster.exited;
      if (stopping) return;
      deaths = [...deaths, Date.now()].slice(-10);
      const verdict = afterDeath(deaths, Date.now());
      if (verdict === 'give up') throw new Error('it died again and again');
      onNotice(`PostgreSQL died; starting it again in ${verdict.restartInMs} ms`);
      await sleep(verdict.restartInMs);
      if (stopping) return;
      cluster = await open();
      if (stopping) return;
      if (cluster.port !== port) throw new Error(`it came back on port ${cluster.port} instead of ${port}`);
    }
  };
  const ended = keepRunning().catch((fault: Error) =>
    onNotice(`PostgreSQL is gone, start Agora again: ${fault.message}`),
  );

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
