/** All contract checks, in the order in which they are told: what is quick and what others build on comes first. */
import type { Check } from '../check.ts';
import { asyncApi } from './asyncapi.ts';
import { breakingChanges } from './breaking-changes.ts';
import { clients } from './clients.ts';
import { clientsRun } from './clients-run.ts';
import { composition } from './composition.ts';
import { databases } from './databases.ts';
import { degradedMode } from './degraded-mode.ts';
import { entities } from './entities.ts';
import { filledColumns } from './filled-columns.ts';
import { access, nullability, wording } from './house-rules.ts';
import { http } from './http.ts';
import { messages } from './messages.ts';
import { metrics } from './metrics.ts';
import { migrations } from './migrations.ts';
import { operations } from './operations.ts';
import { planBudgets } from './plan-budgets.ts';
import { plannedFetches } from './planned-fetches.ts';
import { publishedMessages } from './published-messages.ts';
import { relay } from './relay.ts';
import { requires } from './requires.ts';
import { responseShapes } from './response-shapes.ts';
import { sdlLint } from './sdl-lint.ts';
import { composesAlone, servedSdl } from './served-sdl.ts';
import { statementBudgets } from './statement-budgets.ts';

export const checks: readonly Check[] = [
  // The graph by itself
  composition,
  composesAlone,
  nullability,
  access,
  requires,
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
  // A running shop
  databases,
  filledColumns,
  servedSdl,
  http,
  responseShapes,
  statementBudgets,
  entities,
  publishedMessages,
  metrics,
  clientsRun,
];
