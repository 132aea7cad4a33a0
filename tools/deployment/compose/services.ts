/** The services of docker-compose.yml, with all that the code has to agree with. */
import path from 'node:path';
import { type Program, programOf } from '../programs.ts';
import type { ComposeFiles, RawService } from './files.ts';

export interface Mount {
  /** A volume's name, or a path that begins with a dot. */
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
}

export interface PublishedPort {
  /** Of which address of this machine; all of them when undefined. */
  readonly address: string | undefined;
  /** In the container. */
  readonly target: number;
}

export interface ComposeService extends Omit<RawService, 'volumes' | 'ports' | 'environment' | 'command'> {
  readonly name: string;
  /** From our image, rather than from somebody else's. */
  readonly isOurs: boolean;
  readonly command: readonly string[];
  /** Undefined for another's, and for a command that our image does not have. */
  readonly program: Program | undefined;
  readonly role: string | undefined;
  /** Null: passed on from .env. */
  readonly environment: Readonly<Record<string, string | null>>;
  readonly mounts: readonly Mount[];
  readonly published: readonly PublishedPort[];
  /** The port that its health check asks our program at; without one of its own, it has the image's. */
  readonly healthPort: number | undefined;
}

const ourImage = 'agora';
/** Where a service finds its secrets, and what the volumes of secrets are called. */
export const secretsPath = '/run/agora';
export const secretsVolume = /^secrets-(?!store$)(.+)$/;

export const servicesOf = ({ services }: ComposeFiles, healthOfImage: readonly string[]): ComposeService[] =>
  Object.entries(services).map(([name, { volumes, ports, command = [], environment, ...raw }]) => {
    const isOurs = raw.image === ourImage;
    const values = Object.entries(environment).map(([key, value]) => [key, value === null ? null : String(value)]);
    const variables: Record<string, string | null> = Object.fromEntries(values);
    const role = variables.ROLE ?? undefined;
    return {
      ...raw,
      ...{ name, isOurs, command, role },
      program: isOurs ? programOf(command, role) : undefined,
      environment: variables,
      mounts: volumes.map(mountOf),
      published: ports.map(publishedPort),
      healthPort: healthPort(raw.healthcheck?.test ?? (isOurs ? healthOfImage : [])),
    };
  });

const mountOf = (text: string): Mount => {
  const [source = '', target = '', mode] = text.split(':');
  return { source, target, isReadOnly: mode === 'ro' };
};

/** `127.0.0.1:4000-4009:4000`, or without the address. */
const publishedPort = (text: string): PublishedPort => {
  const parts = text.split(':');
  return { address: parts.at(-3), target: Number(parts.at(-1)) };
};

const healthPort = (test: readonly string[]): number | undefined => {
  const [port] = test.slice(test.indexOf('ops/health.mjs') + 1);
  return test.includes('ops/health.mjs') ? Number(port) : undefined;
};

/** The folder of secrets that a service gets: the volume that is mounted where secrets are looked for. */
export const secretsFolder = ({ mounts }: ComposeService): string | undefined => {
  const mount = mounts.find(({ target }) => target === secretsPath);
  return secretsVolume.exec(mount?.source ?? '')?.[1];
};

/** Files of this repository that are mounted, as paths from its root. */
export const mountedFiles = ({ mounts }: ComposeService): string[] =>
  mounts.filter(({ source }) => source.startsWith('./')).map(({ source }) => path.normalize(source));
