/** The Compose project under test: a clean clone with its own project name and ports. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly state: string;
  readonly health: string;
}

export interface Stack {
  readonly folder: string;
  /** What an operator would set in `.env`. */
  readonly env: NodeJS.ProcessEnv;
  /** `docker compose …`; resolves with its stdout, rejects with stdout and stderr. */
  readonly compose: (...args: string[]) => Promise<string>;
  readonly docker: (...args: string[]) => Promise<string>;
  readonly containers: () => Promise<readonly Container[]>;
  /** The host address that a container's port is published on. */
  readonly published: (service: string, port: number, index?: number) => Promise<string>;
  readonly remove: () => Promise<void>;
}

// 20 min: enough to build the image on a busy machine.
const timeoutMs = 1_200_000;

const run = async (command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> => {
  try {
    const { stdout } = await exec(command, [...args], { cwd, env, timeout: timeoutMs, maxBuffer: 64 * 1_024 * 1_024 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${`${stdout}\n${stderr}`.trim().slice(-4_000)}`);
  }
};

/** Clones the committed state, so that the build sees nothing that a fresh checkout would not have. */
export const cloneStack = async (root: string, project: string): Promise<Stack> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'agora-compose-'));
  await run('git', ['clone', '--quiet', '--no-hardlinks', root, folder], root, process.env);
  // Ports that do not collide with a running shop. Rate limits are off because all test clients share one address.
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    COMPOSE_PROJECT_NAME: project,
    GATEWAY_PORT: '14000',
    EDGE_HTTPS_PORT: '18443',
    EDGE_HTTP_PORT: '18080',
    EDGE_SUBNET: '10.213.78.0/28',
    RATE_LIMITS: 'off',
  };
  const docker = (...args: string[]) => run('docker', args, folder, env);
  const compose = (...args: string[]) => docker('compose', ...args);
  return {
    folder,
    env,
    compose,
    docker,
    containers: async () => parseList(await compose('ps', '--all', '--format', 'json')),
    published: async (service, port, index = 1) =>
      (await compose('port', '--index', String(index), service, String(port))).trim(),
    remove: async () => {
      await compose('--profile', '*', 'down', '--volumes', '--timeout', '5');
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Compose prints one JSON object per line. */
const parseList = (text: string): Container[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<'ID' | 'Name' | 'Service' | 'State' | 'Health', string>)
    .map(({ ID, Name, Service, State, Health }) => ({
      id: ID,
      name: Name,
      service: Service,
      state: State,
      health: Health,
    }));

/** Runs a few lines of JavaScript in a container of the service. */
export const inContainer = (stack: Stack, service: string, script: string): Promise<string> =>
  stack.compose('exec', '--no-TTY', service, 'node', '-e', script);
