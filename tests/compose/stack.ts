/** The shop in containers, as a test sees it: a clean clone, a project of its own, on ports of its own. */
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
  /** What a person would have in `.env`. */
  readonly env: NodeJS.ProcessEnv;
  /** `docker compose …`; resolves with what it printed, rejects with all that it printed. */
  readonly compose: (...args: string[]) => Promise<string>;
  readonly docker: (...args: string[]) => Promise<string>;
  readonly containers: () => Promise<readonly Container[]>;
  /** Where the gateway, or another container's port, is on this machine. */
  readonly published: (service: string, port: number, index?: number) => Promise<string>;
  readonly remove: () => Promise<void>;
}

// 20 min: an image that is built on a busy machine.
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

/** Clones what is committed, so that nothing of this checkout gets into the build that a newcomer would not have. */
export const cloneStack = async (root: string, project: string): Promise<Stack> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'agora-compose-'));
  await run('git', ['clone', '--quiet', '--no-hardlinks', root, folder], root, process.env);
  // Ports that a shop of somebody's own does not take. Limits per address are for many addresses, and a test has one.
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

/** One JSON object a line, as Compose prints them. */
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

/** What a container can reach: runs a few lines of JavaScript in it. */
export const inContainer = (stack: Stack, service: string, script: string): Promise<string> =>
  stack.compose('exec', '--no-TTY', service, 'node', '-e', script);
