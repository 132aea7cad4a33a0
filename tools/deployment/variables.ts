/** The variables that each service reads: `<name>Variables` of its `config.ts`, or the list of its descriptor's program. */
import type { z } from 'zod';
import { schemaOf } from '#launcher/environment.ts';
import { auditorVariables } from '#ops/audit/auditor.ts';
import { services } from '#ops/services.ts';
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
