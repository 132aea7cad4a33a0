import { expect, test } from 'vitest';
import { uniformTime } from './uniform-time.ts';

test('answers and failures come after the work and after the step, the same for quick and for slower work', async () => {
  const order: string[] = [];
  const work = (name: string, ms: number) => async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    order.push(`${name} worked`);
    return name;
  };
  const answered = async (name: string, answer: Promise<unknown>) => {
    order.push(`${name} answered ${await answer.catch(() => 'a failure')}`);
  };
  const atUniformTime = uniformTime(300);
  await Promise.all([
    answered('slower', atUniformTime(work('slower', 60))),
    answered('quick', atUniformTime(work('quick', 0))),
    answered(
      'failing',
      atUniformTime(async () => {
        order.push('failing worked');
        throw new Error('failed');
      }),
    ),
  ]);
  expect(order.slice(0, 3).sort()).toEqual(['failing worked', 'quick worked', 'slower worked']);
  expect(order.slice(3).sort()).toEqual([
    'failing answered a failure',
    'quick answered quick',
    'slower answered slower',
  ]);
});
