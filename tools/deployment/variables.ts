/** The variables that each service reads: `<name>Variables` of its `config.ts`, or the list of its descriptor's program. */
import type { z } from 'zod';
import { schemaOf } from '#launcher/environment.ts';
import { auditorVariables } from '#ops/audit/auditor.ts';
import { type Service, services, subgraphNames, variableOf } from '#ops/services.ts';
import { formerNames, subgraphVariables } from '#platform/config/config.ts';
import type { ServiceDescriptor } from '#platform/service/descriptor.ts';

/** By service; one with a program of its own has none. */
export const schemas: Readonly<Record<string, z.ZodObject>> = {
  ...Object.fromEntries(
    await Promise.all(
      services
        .filter(({ program }) => !program)
        .map(async (service) => [service.name, await schemaOf(service)] as const),
    ),
  ),
  auditor: auditorVariables,
};

export const namesRead = ({ name, program }: ServiceDescriptor): readonly string[] =>
  program?.variables ?? Object.keys(schemas[name]?.shape ?? {});

/** The gateway reads its SUBGRAPH_… for single subgraphs as well, such as ORDER_SUBGRAPH_URL. */
const ofSingleSubgraphs = (names: readonly string[]): readonly string[] =>
  ['SUBGRAPH_URL', ...names.filter((name) => name.startsWith('SUBGRAPH_'))].flatMap((name) =>
    subgraphNames.map((subgraph) => variableOf(subgraph, name)),
  );

const byWorkload = (service: Service): (readonly [string, readonly string[]])[] => {
  // One with a program of its own is given what every subgraph is, and is free to read it.
  const common = service.program ? Object.keys(subgraphVariables) : [];
  const names = [...common, ...namesRead(service)];
  if (service.kind === 'gateway') return [[service.name, [...names, ...ofSingleSubgraphs(names)]]];
  const processes = service.kind === 'subgraph' ? [service.name, service.worker] : [service.name];
  return processes.map((workload) => [workload, names] as const);
};

/** The names read by each workload, in Compose as in Kubernetes: a service in each role, and the auditor. */
export const workloads: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(services.flatMap(byWorkload)),
  auditor: Object.keys(auditorVariables.shape),
};

/** Those of the given names that the workload does not read; `X_FILE` stands for `X`. None for a program that is not ours. */
export const unreadNames = (workload: string, given: readonly string[]): readonly string[] => {
  const known = workloads[workload];
  // A former name is passed on so that it is rejected.
  return given.filter(
    (name) => known && !known.includes(name) && !known.includes(name.replace(/_FILE$/, '')) && !(name in formerNames),
  );
};
