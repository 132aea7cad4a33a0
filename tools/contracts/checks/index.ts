/** All contract checks, in the order in which they run: first the quick ones and those that others build on. */
import type { Check } from '../check.ts';
import { accessMatrix } from './access-matrix.ts';
import { asyncApi } from './asyncapi.ts';
import { breakingChanges } from './breaking-changes.ts';
import { clients, clientsRun, relay } from './clients.ts';
import { composesAlone, composition, servedSdl } from './composition.ts';
import { databases } from './databases.ts';
import { degradedMode } from './degraded-mode.ts';
import { entities } from './entities.ts';
import { filledColumns } from './filled-columns.ts';
import { http } from './http.ts';
import { messages, publishedMessages } from './messages.ts';
import { metrics } from './metrics.ts';
import { migrations } from './migrations.ts';
import { operations } from './operations.ts';
import { planBudgets, plannedFetches } from './plans.ts';
import { responseShapes } from './responses.ts';
import { access, liveFields, nullability, wording } from './schema-rules.ts';
import { sdlLint } from './sdl-lint.ts';
import { sortKeys } from './sort-keys.ts';
import { statementBudgets } from './statements.ts';

export const checks: readonly Check[] = [
  // The graph by itself
  composition,
  composesAlone,
  nullability,
  access,
  liveFields,
  wording,
  sdlLint,
  // The graph and its clients
  breakingChanges,
  operations,
  plannedFetches,
  planBudgets,
  degradedMode,
  clients,
  relay,
  // Messages and databases
  messages,
  asyncApi,
  migrations,
  sortKeys,
  // A running shop
  databases,
  filledColumns,
  servedSdl,
  http,
  responseShapes,
  statementBudgets,
  entities,
  accessMatrix,
  publishedMessages,
  metrics,
  clientsRun,
];
