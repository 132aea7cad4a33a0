import { shopperOf } from '#launcher/shopper/shopper.ts';
import type { Step } from '../step.ts';
import { auditClean, buyer } from './buy.ts';
import { start } from './start.ts';

const databases = ['postgres-user', 'postgres-product', 'postgres-order', 'postgres-payment'];

/** The procedure of docs/backup.md, to the letter. */
export const backup: Step = {
  name: 'everything is lost but a backup, and the shop comes back from it with a clean audit',
  run: async (scene) => {
    const { stack, customer, say } = scene;
    if (!customer) throw new Error('nobody has bought anything yet');
    const operator = (...command: string[]) =>
      stack.compose('run', '--rm', '--no-TTY', '--no-deps', 'operator', ...command);
    const told = await operator('node', 'ops/backup.ts', '--to', '/backups/test');
    say(told.trim().split('\n').at(-1) ?? '');

    await stack.compose('--profile', '*', 'down', '--volumes', '--timeout', '20');
    await stack.compose('up', '--detach', '--wait', '--pull', 'never', 'redis', ...databases);
    await operator('node', 'ops/restore.ts', '--from', '/backups/test');
    await start.run(scene);

    const again = await shopperOf(scene.gateway, buyer);
    const { status } = await again.order(customer.orderId);
    if (status !== 'CONFIRMED') throw new Error(`the order is ${status}`);
    await auditClean(stack);
  },
};
