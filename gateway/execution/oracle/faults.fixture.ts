/**
 * What goes wrong in the answers of a case, and where. By the place and not by the request: however an executor batches
 * its fetches, the same entity has the same faults.
 */
import { chosen, shareOf } from './random.fixture.ts';

export interface Faults {
  readonly seed: number;
  /** Faults per field, entity and fetch, from 0 to 1. */
  readonly rate: number;
  /** Whether subgraphs also break the specification. */
  readonly isHostile: boolean;
  /** Whether keys stay what they are, so that every entity is known by them. */
  readonly sparesKeys?: boolean;
}

export const noFaults: Faults = { seed: 0, rate: 0, isHostile: false };

/** What a subgraph may do to a field that follows the specification … */
const honestFieldFaults = ['error', 'error', 'null', 'error-without-code'] as const;
/** … and against it. */
const hostileFieldFaults = [
  ...honestFieldFaults,
  'null-in-place',
  'missing',
  'text',
  'number',
  'object',
  'list',
  'nested-list',
  'empty-list',
  'prototype',
  'huge-number',
  'lone-surrogate',
  'unknown-type',
  'error-elsewhere',
  'error-without-path',
] as const;
export type FieldFault = (typeof hostileFieldFaults)[number];

const honestEntityFaults = ['null', 'error'] as const;
const hostileEntityFaults = [...honestEntityFaults, 'text', 'list', 'another-type', 'no-type', 'prototype'] as const;
export type EntityFault = (typeof hostileEntityFaults)[number];

const honestFetchFaults = ['unavailable', 'all-null', 'error-for-all'] as const;
const hostileFetchFaults = [
  ...honestFetchFaults,
  'short',
  'long',
  'no-data',
  'empty-data',
  'list-for-data',
  'object-for-entities',
  'odd-errors',
] as const;
export type FetchFault = (typeof hostileFetchFaults)[number];

const fault = <Kind>(
  { seed, rate, isHostile }: Faults,
  share: number,
  kinds: { honest: readonly Kind[]; hostile: readonly Kind[] },
  ...place: readonly (string | number)[]
): Kind | undefined =>
  rate > 0 && shareOf(seed, ...place) < rate * share
    ? chosen(isHostile ? kinds.hostile : kinds.honest, seed, 'kind', ...place)
    : undefined;

export const fieldFault = (faults: Faults, ...place: readonly (string | number)[]): FieldFault | undefined =>
  fault<FieldFault>(faults, 1, { honest: honestFieldFaults, hostile: hostileFieldFaults }, 'field', ...place);

export const entityFault = (faults: Faults, ...place: readonly (string | number)[]): EntityFault | undefined =>
  fault<EntityFault>(faults, 1, { honest: honestEntityFaults, hostile: hostileEntityFaults }, 'entity', ...place);

// A fetch has dozens of fields: as often as they it would hardly be seen to fail, and more often it would hide theirs.
export const fetchFault = (faults: Faults, ...place: readonly (string | number)[]): FetchFault | undefined =>
  fault<FetchFault>(faults, 2, { honest: honestFetchFaults, hostile: hostileFetchFaults }, 'fetch', ...place);
