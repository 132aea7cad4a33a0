/** All contract checks, in the order in which they are told: what is quick and what others build on comes first. */
import type { Check } from '../../../scripts/contracts/check.ts';
import { breakingChanges } from './breaking-changes.ts';
import { composition } from './composition.ts';
import { operations } from './operations.ts';
import { plannedFetches } from './planned-fetches.ts';

export const checks: readonly Check[] = [composition, breakingChanges, operations, plannedFetches];
