/** Vitest global set-up of the e2e tier: one system for all its files, over the transport that needs nothing installed. */
import type { TestProject } from 'vitest/node';
import type { DatabaseUrls } from '../../scripts/audit/audit.ts';
import { startTestAgora } from './agora.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    agora: { gateway: string; urls: Record<string, string>; databaseUrls: DatabaseUrls };
  }
}

export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const agora = await startTestAgora({ events: 'postgres', env: { PROVIDER_TIMEOUT_MS: '1000' } });
  project.provide('agora', { gateway: agora.gateway, urls: agora.urls, databaseUrls: agora.databaseUrls });
  return () => agora.stop();
};
