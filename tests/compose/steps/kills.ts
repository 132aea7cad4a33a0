import { setTimeout as pause } from 'node:timers/promises';
import { newShopper, variantOf } from '#launcher/shopper/shopper.ts';
import type { Container, Stack } from '../stack.ts';
import type { Step } from '../step.ts';
import { auditClean, buyOne } from './buy.ts';

// 90 s: PostgreSQL has to recover, and health checks run every 15 s.
const recoveryMs = 90_000;

export const kills: Step = {
  name: 'each container is killed during purchases, and recovers by itself',
  run: async (context) => {
    const { stack, log } = context;
    const targets = (await stack.containers()).filter(({ state }) => state === 'running');
    const buying = keepBuying(context.gateway);
    for (const target of targets) {
      const began = performance.now();
      await kill(stack, target);
      await recovered(stack, target);
      log(`${target.service}: back after ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    }
    const { bought, failed } = await buying.stop();
    // A container is away for seconds, and most are not needed for a purchase: one order per kill is the least to expect.
    if (bought < targets.length) throw new Error(`${bought} orders succeeded meanwhile, ${failed} attempts failed`);
    await auditClean(stack);
    log(`${bought} orders succeeded meanwhile, ${failed} attempts failed`);
  },
};

/**
 * Sends SIGKILL to the container's main process from the host's PID namespace, which the engine sees as a crash. After
 * `docker kill` it would not restart the container: it takes that for the operator's decision.
 */
const kill = async (stack: Stack, { id }: Container): Promise<void> => {
  const pid = (await stack.docker('inspect', '--format', '{{.State.Pid}}', id)).trim();
  const script = `process.kill(${pid}, 'SIGKILL')`;
  const asHost = ['--rm', '--pid=host', '--user=0', '--cap-add=KILL', '--network=none', '--no-healthcheck'];
  await stack.docker('run', ...asHost, 'agora', 'node', '-e', script);
};

const recovered = async (stack: Stack, { id, service }: Container): Promise<void> => {
  for (const deadline = Date.now() + recoveryMs; ; await pause(500)) {
    const state = await stack.docker('inspect', '--format', '{{.RestartCount}} {{.State.Health.Status}}', id);
    const [restarts = '0', health] = state.trim().split(' ');
    if (Number(restarts) > 0 && health === 'healthy') return;
    if (Date.now() > deadline) throw new Error(`${service} did not recover: ${state}`);
  }
};

/** Buys one order after another until stopped; a failed attempt is followed by a new one with a new cart. */
const keepBuying = (gateway: string) => {
  const stopping = new AbortController();
  const count = { bought: 0, failed: 0 };
  const buyer = (async () => {
    while (!stopping.signal.aborted) {
      try {
        const shopper = await newShopper(gateway);
        const { id } = await variantOf(shopper, 'trail-lamp-200');
        await buyOne(shopper, id);
        count.bought += 1;
      } catch {
        count.failed += 1;
        await pause(500);
      }
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await buyer;
      return count;
    },
  };
};
