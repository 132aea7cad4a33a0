/** All contract checks, in the order in which they are told: what is quick and what others build on comes first. */
import type { Check } from '../../../scripts/contracts/check.ts';
import { asyncApi } from './asyncapi.ts';
import { breakingChanges } from './breaking-changes.ts';
import { clients } from './clients.ts';
import { clientsRun } from './clients-run.ts';
import { composition } from './composition.ts';
import { access, nullability, wording } from './house-rules.ts';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { operations } from './operations.ts';
import { planBudgets } from './plan-budgets.ts';
import { plannedFetches } from './planned-fetches.ts';
import { relay } from './relay.ts';
import { requires } from './requires.ts';
import { sdlLint } from './sdl-lint.ts';

export const checks: readonly Check[] = [
  composition,
  breakingChanges,
  operations,
  plannedFetches,
  planBudgets,
  requires,
  messages,
  asyncApi,
  migrations,
  nullability,
  access,
  wording,
  sdlLint,
  clients,
  relay,
  clientsRun,
];
