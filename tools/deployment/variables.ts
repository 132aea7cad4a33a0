/** The variables that each service reads: `<name>Variables` of its `config.ts`, or the list of its descriptor's program. */
import path from 'node:path';
import type { z } from 'zod';
import { auditorVariables } from '#ops/audit/auditor.ts';
import { folderOf, services } from '#ops/services.ts';
import type { ServiceDescriptor } from '#platform/service/descriptor.ts';

const schemaOf = async (service: ServiceDescriptor): Promise<[string, z.ZodObject]> => {
  const config = await import(path.resolve(import.meta.dirname, '../..', folderOf(service), 'config.ts'));
  return [service.name, config[`${service.name}Variables`]];
};

/** By service; one with a program of its own has none. */
export const schemas: Readonly<Record<string, z.ZodObject>> = {
  ...Object.fromEntries(await Promise.all(services.filter(({ program }) => !program).map(schemaOf))),
  auditor: auditorVariables,
};

export const namesRead = ({ name, program }: ServiceDescriptor): readonly string[] =>
  program?.variables ?? Object.keys(schemas[name]?.shape ?? {});
