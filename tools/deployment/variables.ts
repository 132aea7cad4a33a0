/** The variables that each service reads: of the zod object `variables` in its `config.ts`, or of a program's own list. */
import type { z } from 'zod';
import { auditorVariables } from '#ops/audit/auditor.ts';
import { folderOf, services } from '#ops/services.ts';
import type { ServiceDescriptor } from '#platform/service/descriptor.ts';

const schemaOf = async (service: ServiceDescriptor): Promise<[string, z.ZodObject]> => {
  const module = await import(/* @vite-ignore */ new URL(`../../${folderOf(service)}/config.ts`, import.meta.url).href);
  return [service.name, module.variables ?? module[`${service.name}Variables`]];
};

/** By service; one with a program of its own has none. */
export const schemas: Readonly<Record<string, z.ZodObject>> = {
  ...Object.fromEntries(await Promise.all(services.filter(({ program }) => !program).map(schemaOf))),
  auditor: auditorVariables,
};

export const namesRead = ({ name, program }: ServiceDescriptor): readonly string[] =>
  program?.variables ?? Object.keys(schemas[name]?.shape ?? {});
