/** What a command of the image is: which program, for how long it runs, where it listens, what it reads. */

import { auditorVariables } from '#ops/audit/variables.ts';
import { defaultPorts, subgraphNames } from '#ops/services.ts';
import { programs } from '../image/programs.ts';
import {
  auditorReads,
  gatewayReads,
  migrationReads,
  seedReads,
  subgraphReads,
  toolsRead,
  type Variables,
} from './variables.ts';

export interface Program {
  /** From the root of the repository. */
  readonly file: string;
  /** Whose secrets it gets, and for whom it works: `user` for the subgraph's two roles, its migrations and its seed. */
  readonly owner: string;
  /** A process goes on until it is told to end, a one-shot ends by itself at each start, a tool is a person's. */
  readonly kind: 'process' | 'one-shot' | 'tool';
  /** Where a process listens. */
  readonly port?: number;
  readonly variables: Variables;
}

/** Undefined for a command that the image does not have. */
export const programOf = (command: readonly string[], role?: string): Program | undefined => {
  const [, file = '', ...args] = command;
  const isKnown = command[0] === 'node' && programs.some((program) => program === file);
  return isKnown ? { file, ...describe(file, args, role) } : undefined;
};

const describe = (file: string, args: readonly string[], role: string | undefined): Omit<Program, 'file'> => {
  const subgraph = subgraphNames.find((name) => file === `subgraphs/${name}/main.ts`);
  if (subgraph)
    return { owner: subgraph, kind: 'process', port: defaultPorts[subgraph], variables: subgraphReads(subgraph, role) };
  // Without a name, all of them.
  const databases = args.length > 0 ? args : subgraphNames;
  const [owner = 'operator', ...others] = databases;
  const ofWhom = others.length > 0 ? 'operator' : owner;
  switch (file) {
    case 'gateway/main.ts':
      return { owner: 'gateway', kind: 'process', port: defaultPorts.gateway, variables: gatewayReads };
    case 'ops/secrets.ts':
      return { owner: 'secrets', kind: 'one-shot', variables: { known: [], required: [] } };
    case 'ops/migrate.ts':
      return { owner: ofWhom, kind: 'one-shot', variables: migrationReads(databases) };
    case 'launcher/seed.ts':
      return { owner: ofWhom, kind: 'one-shot', variables: seedReads(databases) };
    case 'ops/audit.ts':
      if (args.includes('--every'))
        return { owner: 'auditor', kind: 'process', port: auditorPort, variables: auditorReads };
      break;
  }
  return { owner: 'operator', kind: 'tool', variables: toolsRead };
};

const auditorPort = auditorVariables.shape.AUDITOR_PORT.parse(undefined);
