import { setTimeout as pause } from 'node:timers/promises';
import { variantOf } from '#launcher/demo/buy-once.ts';
import { newShopper } from '#launcher/shopper/shopper.ts';
import type { Container, Stack } from '../stack.ts';
import type { Step } from '../step.ts';
import { auditClean, buyOne } from './buy.ts';

// 90 s: PostgreSQL recovers, and health checks look every 15 s.
const recoveryMs = 90_000;

export const kills: Step = {
  name: 'each container is killed while somebody buys, and comes back by itself',
  run: async (scene) => {
    const { stack, say } = scene;
    const victims = (await stack.containers()).filter(({ state }) => state === 'running');
    const buying = keepBuying(scene.gateway);
    for (const victim of victims) {
      const began = performance.now();
      await kill(stack, victim);
      await recovered(stack, victim);
      say(`${victim.service}: back after ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    }
    const { bought, failed } = await buying.stop();
    // One is away for seconds and most are not needed to buy: whoever tries all the time succeeds more often than that.
    if (bought < victims.length) throw new Error(`${bought} orders were bought meanwhile, ${failed} tries failed`);
    await auditClean(stack);
    say(`${bought} orders were bought meanwhile, ${failed} tries met an error`);
  },
};

/**
 * SIGKILL to the container's first process, from the machine's own process list: `docker kill` would be taken for
 * somebody's wish that it stays down. Nothing but the signal: that is what a crash looks like to the engine.
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

/** Somebody who goes on whatever happens: what fails is tried again, with a new cart's worth of luck. */
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
