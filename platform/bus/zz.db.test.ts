import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { aMessage, idOf } from '../../tests/kit/messages.ts';
import { eachTransport, hastyLimits } from '../../tests/kit/transports.ts';
import { until } from '../../tests/kit/until.ts';

const gone = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

eachTransport('an outage', (on) => {
  for (let i=0;i<12;i++) it(`${i} goes on consuming after the server was away, without a storm of errors`, async () => {
    const taken: string[] = [];
    await on.bus.consume(on.queue, async (got) => void taken.push(idOf(got)));
    await on.publish(aMessage());
    await until('the first message', () => taken.length === 1);
    await on.link.cut();
    await pause(2_500);
    expect(on.recorded.lines.length).toBeLessThan(20);
    const second = aMessage();
    const other = await on.another();
    await other.publish([{ queue: on.queue, message: second }]);
    await on.link.restore();
    await until('the second message', () => taken.includes(second.id), 8_000).catch((e) => { console.log(JSON.stringify(on.recorded.lines.map((l: any)=>[l.time%100000,l.msg,l.err?.message]),null,0)); throw e; });

  });
});
