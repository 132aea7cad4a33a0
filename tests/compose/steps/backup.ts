import { shopperOf } from '#launcher/shopper/shopper.ts';
import { subgraphNames } from '#ops/services.ts';
import type { Step } from '../step.ts';
import { auditClean, buyer } from './buy.ts';
import { start } from './start.ts';

const databases = subgraphNames.map((name) => `postgres-${name}`);

/** Follows docs/backup.md step by step. */
export const backup: Step = {
  name: 'after losing everything but a backup, the shop is restored with a clean audit',
  run: async (context) => {
    const { stack, customer, log } = context;
    if (!customer) throw new Error('the step "buy" has to run first');
    const operator = (...command: string[]) =>
      stack.compose('run', '--rm', '--no-TTY', '--no-deps', 'operator', ...command);
    const output = await operator('node', 'ops/backup.ts', '--to', '/backups/test');
    log(output.trim().split('\n').at(-1) ?? '');

    await stack.compose('--profile', '*', 'down', '--volumes', '--timeout', '20');
    await stack.compose('up', '--detach', '--wait', '--pull', 'never', 'redis', ...databases);
    await operator('node', 'ops/restore.ts', '--from', '/backups/test');
    await start.run(context);

    const shopper = await shopperOf(context.gateway, buyer);
    const { status } = await shopper.order(customer.orderId);
    if (status !== 'CONFIRMED') throw new Error(`the order is ${status}`);
    await auditClean(stack);
  },
};
