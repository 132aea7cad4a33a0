/** Vitest global set-up of the e2e tier: one system for all its files, over the transport that needs nothing installed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import type { DatabaseUrls } from '#ops/addresses.ts';
import { startTestAgora } from './agora.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    agora: {
      gateway: string;
      urls: Record<string, string>;
      databaseUrls: DatabaseUrls;
      /** What carries change notifications. */
      eventsUrl: string;
      tracesFile: string;
      /** With its secrets. */
      dataDir: string;
    };
  }
}

export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agora-traces-'));
  const tracesFile = path.join(folder, 'traces.jsonl');
  const agora = await startTestAgora({
    events: 'postgres',
    env: { PROVIDER_TIMEOUT_MS: '1000', TRACES_FILE: tracesFile },
  });
  const { gateway, urls, databaseUrls, dataDir } = agora;
  const eventsUrl = agora.environment.EVENTS_DATABASE_URL ?? '';
  project.provide('agora', { gateway, urls, databaseUrls, eventsUrl, tracesFile, dataDir });
  return async () => {
    await agora.stop();
    await rm(folder, { recursive: true });
  };
};
